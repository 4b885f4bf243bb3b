//! O-1, S9: a tombstone deletes only what has its very key.

use std::collections::BTreeMap;

use plimsoll_offsets::{Cache, OffsetsRecord, decode, encode};

use super::{record, value};

type Bytes = Vec<u8>;
/// Records as they stand in a log.
type Log = Vec<(Bytes, Option<Bytes>)>;

fn bytes(record: &OffsetsRecord) -> (Bytes, Option<Bytes>) {
    let (key, value) = encode(record).unwrap();
    (key.to_vec(), value.map(|value| value.to_vec()))
}

/// What is left when only the last record of each key is, and tombstones have had their time.
fn compacted(log: &Log) -> Log {
    let last: BTreeMap<_, _> = log.iter().cloned().collect();
    last.into_iter()
        .filter(|(_, value)| value.is_some())
        .collect()
}

fn resumes(log: &Log) -> Option<i64> {
    let mut cache = Cache::new();
    for (offset, (key, value)) in (0..).zip(log) {
        let Ok(record) = decode(Some(key), value.as_deref()) else {
            continue;
        };
        cache.replay(offset, &record);
        cache.advance(offset + 1);
    }
    cache
        .offset("g", "t", 0)?
        .latest()
        .map(|value| value.offset)
}

#[test]
fn o1_a_deleted_offset_stays_deleted() {
    let commit = bytes(&record(Some(value(5, 0))));
    let tombstone = bytes(&record(None));
    assert_eq!(commit.0, tombstone.0);
    let log = vec![commit.clone(), tombstone];
    assert_eq!((resumes(&log), resumes(&compacted(&log))), (None, None));
    // The other type of key says the same to a reader and not to a cleaner; a key packed twice says nothing to either.
    let mut other_type = commit.0.clone();
    other_type[1] = 0;
    let twice = [&[0, 1, 0, commit.0.len() as u8], &commit.0[..]].concat();
    for wrong in [other_type, twice] {
        let log = vec![commit.clone(), (wrong, None)];
        assert_eq!(
            resumes(&compacted(&log)),
            Some(5),
            "the mistake brings it back"
        );
    }
}

#[test]
fn s9_a_deleted_group_stays_deleted_and_may_be_used_again() {
    let group = |value| OffsetsRecord::ConsumerGroup {
        group: "g".into(),
        value,
    };
    let epoch = plimsoll_offsets::ConsumerGroupEpoch {
        epoch: 1,
        metadata_hash: 0,
    };
    let log = vec![
        bytes(&record(Some(value(5, 0)))),
        bytes(&group(Some(epoch))),
        bytes(&record(None)),
        bytes(&group(None)),
    ];
    assert_eq!((resumes(&log), compacted(&log).len()), (None, 0));
    let again = [log, vec![bytes(&record(Some(value(6, 0))))]].concat();
    assert_eq!(
        (resumes(&again), resumes(&compacted(&again))),
        (Some(6), Some(6))
    );
}
