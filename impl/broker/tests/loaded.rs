//! A load of an offsets log that holds what this broker does not write: transactions, and types of record left over by
//! another version.

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::SimDisk;
use plimsoll_log::{EndMarker, Log, NewBatch, NewRecord, Outcome, Producer};
use plimsoll_offsets::{CommittedOffset, OffsetsRecord, encode};

const PRODUCER: i64 = 7;

fn committing(offset: i64) -> NewRecord {
    let value = CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: "".into(),
        commit_timestamp_ms: 0,
        expire_timestamp_ms: -1,
        topic_id: None,
    };
    let record = OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value: Some(value),
    };
    let (key, value) = encode(&record).unwrap();
    NewRecord {
        key: Some(key),
        value,
        ..NewRecord::default()
    }
}

fn batch(record: NewRecord, in_transaction: bool) -> NewBatch {
    let producer = Producer {
        id: PRODUCER,
        epoch: 0,
        base_sequence: 0,
    };
    NewBatch {
        records: vec![record],
        producer: in_transaction.then_some(producer),
        transactional: in_transaction,
        ..NewBatch::default()
    }
}

/// A transaction commits 10, then perhaps 20 is committed by itself, and then, perhaps, the transaction ends.
fn loaded(plain_after: bool, ended: Option<Outcome>) -> Broker<SimDisk> {
    let mut disk = SimDisk::new();
    let directory = "__consumer_offsets-0";
    let (mut log, _) = Log::open(&mut disk, directory, Default::default(), 0).unwrap();
    let left_over = NewRecord {
        key: Some([0, 16, 1].into()),
        ..NewRecord::default()
    };
    let batches = [
        batch(left_over, false),
        batch(committing(10), true),
        batch(committing(20), false),
    ];
    for new in &batches[..2] {
        log.append(&mut disk, &new.build().unwrap(), 0, 0).unwrap();
    }
    if plain_after {
        let new = batches[2].build().unwrap();
        log.append(&mut disk, &new, 0, 0).unwrap();
    }
    if let Some(outcome) = ended {
        let marker = EndMarker {
            producer_id: PRODUCER,
            producer_epoch: 0,
            outcome,
            coordinator_epoch: 0,
            timestamp_ms: 0,
        };
        log.append_marker(&mut disk, marker, 0).unwrap();
    }
    log.sync(&mut disk).unwrap();
    let mut broker = Broker::open(disk, &config()).unwrap();
    let effects = broker.load(NOW);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::FailStop { .. })),
        "{effects:?}"
    );
    broker
}

fn resumes(broker: &Broker<SimDisk>) -> Option<i64> {
    broker.offset_latest("g", "t", 0).map(|value| value.offset)
}

#[test]
fn a_transaction_counts_once_it_is_committed_and_where_its_records_stand() {
    let (commit, abort) = (Some(Outcome::Commit), Some(Outcome::Abort));
    let cases = [
        (false, None, None),
        (false, abort, None),
        (false, commit, Some(10)),
        (true, None, Some(20)),
        (true, commit, Some(20)),
    ];
    for (plain_after, ended, expected) in cases {
        let broker = loaded(plain_after, ended);
        assert_eq!(resumes(&broker), expected, "{plain_after} {ended:?}");
    }
}
