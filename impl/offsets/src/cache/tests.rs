//! The two views, record by record.

use super::*;

fn commit(partition: i32, offset: i64) -> OffsetsRecord {
    let value = CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: "".into(),
        commit_timestamp_ms: 100 - offset,
        expire_timestamp_ms: -1,
        topic_id: None,
    };
    record(partition, Some(value))
}

fn record(partition: i32, value: Option<CommittedOffset>) -> OffsetsRecord {
    OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition,
        value,
    }
}

/// Offset of partition 0, committed and latest.
fn views(cache: &Cache) -> (Option<i64>, Option<i64>) {
    let timeline = cache.offset("g", "t", 0);
    let committed = timeline.and_then(Timeline::committed).map(|v| v.offset);
    (
        committed,
        timeline.and_then(Timeline::latest).map(|v| v.offset),
    )
}

#[test]
fn a_value_is_shown_when_the_high_watermark_passed_its_record() {
    let mut cache = Cache::new();
    cache.replay(3, &commit(0, 10));
    cache.replay(4, &commit(0, 20));
    assert_eq!(views(&cache), (None, Some(20)));
    cache.advance(3);
    assert_eq!(views(&cache), (None, Some(20)));
    cache.advance(4);
    assert_eq!(views(&cache), (Some(10), Some(20)));
    cache.advance(9);
    assert_eq!(views(&cache), (Some(20), Some(20)));
}

#[test]
fn the_greatest_record_offset_wins_whatever_the_time_and_the_value() {
    // The clock went back and so did the value; the record offset decides all the same.
    let mut cache = Cache::new();
    cache.replay(5, &commit(0, 90));
    cache.replay(6, &commit(0, 3));
    cache.replay(4, &commit(0, 50));
    cache.advance(7);
    assert_eq!(views(&cache), (Some(3), Some(3)));
}

#[test]
fn a_tombstone_hides_at_once_and_forgets_when_committed() {
    let mut cache = Cache::new();
    cache.replay(0, &commit(0, 1));
    cache.advance(1);
    cache.replay(1, &record(0, None));
    assert_eq!(views(&cache), (Some(1), None));
    cache.advance(2);
    assert!(cache.offset("g", "t", 0).is_none());
    assert_eq!(cache.groups_with_offsets().count(), 0);
}

#[test]
fn replay_is_total() {
    let mut cache = Cache::new();
    cache.replay(0, &record(0, None));
    cache.replay(
        1,
        &OffsetsRecord::Group {
            group: "g".into(),
            value: None,
        },
    );
    cache.replay(2, &OffsetsRecord::Unknown { key_type: 9 });
    cache.replay(3, &commit(1, 4));
    cache.advance(4);
    assert_eq!(cache.unknown_records(), 1);
    assert_eq!(views(&cache), (None, None));
    assert_eq!(cache.offsets("g").count(), 1);
    assert_eq!(cache.groups().count(), 0);
}

#[test]
fn a_clone_does_not_see_what_comes_later() {
    let mut cache = Cache::new();
    cache.replay(0, &commit(0, 1));
    let before = cache.clone();
    cache.advance(1);
    cache.replay(1, &commit(0, 2));
    assert_eq!(views(&before), (None, Some(1)));
    assert_eq!(views(&cache), (Some(1), Some(2)));
}

#[test]
fn o17_names_that_run_together_share_an_offset() {
    let seen = |key, topic: &str| {
        let mut cache = Cache::with(Decisions {
            key,
            ..Decisions::default()
        });
        let value = |record: OffsetsRecord| match record {
            OffsetsRecord::Offset { value, .. } => value,
            _ => None,
        };
        cache.replay(
            0,
            &OffsetsRecord::Offset {
                group: "a-b".into(),
                topic: topic.into(),
                partition: 0,
                value: value(commit(0, 10)),
            },
        );
        let offset = |group, topic| {
            let latest = cache.offset(group, topic, 0).and_then(Timeline::latest);
            latest.map(|value| value.offset)
        };
        (offset("a-b", topic), offset("a", "b-c"))
    };
    assert_eq!(seen(KeyOf::Fields, "c"), (Some(10), None));
    assert_eq!(seen(KeyOf::NamesPutTogether, "c"), (Some(10), Some(10)));
    assert_eq!(seen(KeyOf::NamesPutTogether, "d"), (Some(10), None));
}

/// A load that knows from the beginning what is durable ends as one that learns it last, record by record.
#[test]
fn the_high_watermark_may_be_known_first() {
    let group = |value| OffsetsRecord::Group {
        group: "g".into(),
        value,
    };
    let producer = Producer { id: 7, epoch: 0 };
    let records = [
        commit(0, 1),
        commit(1, 2),
        record(0, None),
        group(None),
        commit(0, 5),
        commit(0, 6),
        record(1, None),
        commit(2, 8),
    ];
    for high_watermark in 0..=10 {
        let replayed = |known_first: bool| {
            let mut cache = Cache::new();
            if known_first {
                cache.advance(high_watermark);
            }
            for (offset, record) in (0..).zip(&records) {
                match offset {
                    1 | 5 => cache.replay_transactional(offset, producer, record),
                    _ => cache.replay(offset, record),
                }
            }
            cache.replay_marker(8, producer, Ended::Committed);
            cache.replay(9, &record(2, None));
            assert!(!known_first || cache.above.iter().all(|(at, _)| *at >= high_watermark));
            cache.advance(high_watermark);
            let keys = cache.offsets("g").map(|(key, timeline)| {
                let latest = timeline.latest().map(|v| v.offset);
                (key.clone(), timeline.committed_at(), latest)
            });
            keys.collect::<Vec<_>>()
        };
        assert_eq!(replayed(true), replayed(false), "{high_watermark}");
    }
}
