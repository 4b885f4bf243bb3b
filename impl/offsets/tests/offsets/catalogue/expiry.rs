//! C-10, G-14, G-15, G-16, O-9, O-20, O6, O7: which offsets expire.

use plimsoll_offsets::{Cache, CommittedOffset, Decisions, Ended, Expired, RetentionBase};

use super::{WRITER, marker, plain, record, replay, staged, tombstone, value};

const RETENTION: i64 = 1000;

fn holding(value: CommittedOffset) -> Cache {
    let mut cache = Cache::new();
    cache.replay(0, &record(Some(value)));
    cache.advance(1);
    cache
}

fn expired(cache: &Cache, base: RetentionBase, now: i64) -> (usize, bool) {
    let Expired {
        offsets,
        nothing_left,
    } = cache.expired("g", base, |_| false, RETENTION, now);
    (offsets.len(), nothing_left)
}

#[test]
fn o20_exactly_the_retention_is_enough() {
    let cache = holding(value(5, 100));
    let base = RetentionBase::Committed;
    assert_eq!(expired(&cache, base, 1099), (0, false));
    assert_eq!(expired(&cache, base, 1100), (1, true));
    let more_than = |now: i64| now - 100 > RETENTION;
    assert!(!more_than(1100), "a '>' keeps it");
}

#[test]
fn g15_an_emptied_group_counts_from_when_it_became_so() {
    let cache = holding(value(5, 100));
    let base = RetentionBase::Emptied { since_ms: 5000 };
    assert_eq!(expired(&cache, base, 5999), (0, false));
    assert_eq!(
        expired(&cache, RetentionBase::Committed, 5999),
        (1, true),
        "the commit's own time is long past"
    );
    assert_eq!(expired(&cache, base, 6000), (1, true));
}

#[test]
fn g16_o9_a_group_record_without_a_time_leaves_it_to_the_commit() {
    let cache = holding(value(5, 5000));
    let base = RetentionBase::Emptied { since_ms: -1 };
    assert_eq!(
        expired(&cache, base, 5001),
        (0, false),
        "since −1 would be since 1970"
    );
    assert_eq!(expired(&cache, base, 6000), (1, true));
}

#[test]
fn g14_nothing_expires_during_a_rebalance() {
    let expiring = CommittedOffset {
        expire_timestamp_ms: 1,
        ..value(5, 0)
    };
    for value in [value(5, 0), expiring] {
        assert_eq!(
            expired(&holding(value), RetentionBase::Never, i64::MAX),
            (0, false)
        );
    }
}

#[test]
fn an_expire_time_of_its_own_goes_first() {
    let early = holding(CommittedOffset {
        expire_timestamp_ms: 200,
        ..value(5, 100)
    });
    let late = holding(CommittedOffset {
        expire_timestamp_ms: 9000,
        ..value(5, 100)
    });
    for base in [
        RetentionBase::Committed,
        RetentionBase::Emptied { since_ms: 150 },
    ] {
        assert_eq!(
            (expired(&early, base, 199), expired(&early, base, 200)),
            ((0, false), (1, true))
        );
        assert_eq!(
            (expired(&late, base, 8999), expired(&late, base, 9000)),
            ((0, false), (1, true))
        );
    }
}

#[test]
fn what_the_group_reads_stays() {
    let cache = holding(value(5, 0));
    let subscribed = cache.expired(
        "g",
        RetentionBase::Committed,
        |topic| topic == "t",
        RETENTION,
        i64::MAX,
    );
    assert_eq!(
        subscribed,
        Expired {
            offsets: Vec::new(),
            nothing_left: false
        }
    );
}

/// C-10's mistake: only the offsets that count are looked at.
fn nothing_left_by_offsets_alone(cache: &Cache) -> bool {
    cache
        .offsets("g")
        .all(|(_, timeline)| timeline.latest().is_none())
}

#[test]
fn c10_o7_a_group_with_an_open_transaction_stays() {
    let base = RetentionBase::Emptied { since_ms: 0 };
    let cache = replay(Decisions::default(), &[(0, staged(WRITER, 10))]);
    assert_eq!(expired(&cache, base, i64::MAX), (0, false));
    assert!(
        nothing_left_by_offsets_alone(&cache),
        "the mistake removes the group"
    );
    // Nor does the offset under it expire.
    let cache = replay(
        Decisions::default(),
        &[(0, plain(1)), (1, staged(WRITER, 10))],
    );
    assert_eq!(expired(&cache, base, i64::MAX), (0, false));
    let cache = replay(
        Decisions::default(),
        &[
            (0, plain(1)),
            (1, staged(WRITER, 10)),
            (2, marker(WRITER, Ended::Aborted)),
        ],
    );
    assert_eq!(expired(&cache, base, i64::MAX), (1, true));
}

#[test]
fn a_group_of_which_nothing_is_left_has_nothing_left() {
    let cache = replay(Decisions::default(), &[(0, plain(1)), (1, tombstone())]);
    assert_eq!(
        expired(&cache, RetentionBase::Emptied { since_ms: 0 }, 0),
        (0, true)
    );
}

#[test]
fn a_clock_far_off_does_not_overflow() {
    let cache = holding(value(5, i64::MIN));
    assert_eq!(
        expired(&cache, RetentionBase::Committed, i64::MAX),
        (1, true)
    );
    let cache = holding(value(5, i64::MAX));
    assert_eq!(
        expired(&cache, RetentionBase::Committed, i64::MIN),
        (0, false)
    );
}
