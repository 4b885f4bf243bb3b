//! A batch of the log, entry by entry.

use plimsoll_log::{Batch, EndMarker, NewBatch, NewRecord, Outcome, Producer as LogProducer};
use plimsoll_offsets::{
    CodecError, Ended, EntriesError, Entry, OffsetsRecord, Part, Producer, encode, entries,
};

fn tombstone(group: &str) -> OffsetsRecord {
    OffsetsRecord::Group {
        group: group.into(),
        value: None,
    }
}

fn new(record: &OffsetsRecord) -> NewRecord {
    let (key, value) = encode(record).unwrap();
    NewRecord {
        key: Some(key),
        value,
        ..NewRecord::default()
    }
}

fn batch(records: Vec<NewRecord>, producer: Option<LogProducer>) -> Batch {
    let transactional = producer.is_some();
    let new = NewBatch {
        timestamp_ms: 1,
        records,
        producer,
        transactional,
        ..NewBatch::default()
    };
    new.build().unwrap().placed_at(40, 0).unwrap()
}

#[test]
fn records_have_their_offsets_and_their_producer() {
    let records = || vec![new(&tombstone("g")), new(&tombstone("h"))];
    let writer = LogProducer {
        id: 7,
        epoch: 2,
        base_sequence: 0,
    };
    for (producer, expected) in [
        (None, None),
        (Some(writer), Some(Producer { id: 7, epoch: 2 })),
    ] {
        let entry = |group| Entry::Record {
            producer: expected,
            record: tombstone(group),
        };
        let found = entries(&batch(records(), producer)).unwrap();
        assert_eq!(found, [(40, entry("g")), (41, entry("h"))]);
    }
}

#[test]
fn markers_end_transactions() {
    for (outcome, ended) in [
        (Outcome::Commit, Ended::Committed),
        (Outcome::Abort, Ended::Aborted),
    ] {
        let marker = EndMarker {
            producer_id: 7,
            producer_epoch: 2,
            outcome,
            coordinator_epoch: 0,
            timestamp_ms: 1,
        };
        let found = entries(&marker.build().unwrap().placed_at(9, 0).unwrap()).unwrap();
        let producer = Producer { id: 7, epoch: 2 };
        assert_eq!(found, [(9, Entry::Marker { producer, ended })]);
    }
}

#[test]
fn a_malformed_record_is_named_by_its_own_offset() {
    let without_key = NewRecord::default();
    let refused = entries(&batch(vec![new(&tombstone("g")), without_key], None)).unwrap_err();
    let EntriesError::Record(malformed) = &refused else {
        panic!("{refused}");
    };
    assert_eq!((malformed.offset, malformed.part), (41, Part::Key));
    assert_eq!(malformed.reason, CodecError::NoKey);
    assert_eq!(refused.to_string(), "record 41: key: the record has no key");
}
