//! Batches that are not plain data: markers, delete horizons, append times, sequences that wrap, and what a producer may
//! not send.

use crate::any_batch;

use any_batch::sealed;
use plimsoll_log::{
    Batch, BatchError, Compression, EndMarker, Marker, NewBatch, NewRecord, Outcome, Producer,
    sequence_after,
};

fn record(key: &str, value: Option<&str>, timestamp_ms: i64) -> NewRecord {
    NewRecord {
        timestamp_ms: Some(timestamp_ms),
        key: Some(key.as_bytes().into()),
        value: value.map(|v| v.as_bytes().into()),
        ..NewRecord::default()
    }
}

fn three(compression: Compression) -> Batch {
    let new = NewBatch {
        records: vec![
            record("a", Some("1"), 1000),
            record("b", None, 1500),
            record("c", Some("3"), 1200),
        ],
        compression,
        producer: Some(Producer {
            id: 7,
            epoch: 1,
            base_sequence: i32::MAX - 1,
        }),
        ..NewBatch::default()
    };
    new.build().unwrap().placed_at(100, 4).unwrap()
}

fn marker(outcome: Outcome) -> EndMarker {
    EndMarker {
        producer_id: 7,
        producer_epoch: 2,
        outcome,
        coordinator_epoch: 9,
        timestamp_ms: 55,
    }
}

/// The batch with some bytes replaced and the checksum made right again.
fn altered(batch: &Batch, at: usize, with: &[u8]) -> Batch {
    let mut bytes = batch.bytes().to_vec();
    bytes[at..at + with.len()].copy_from_slice(with);
    Batch::parse(&sealed(bytes)).unwrap()
}

#[test]
fn markers_are_read_as_written() {
    for outcome in [Outcome::Commit, Outcome::Abort] {
        let batch = marker(outcome).build().unwrap();
        let attributes = batch.header().attributes;
        assert!(attributes.is_control() && attributes.is_transactional());
        assert_eq!(
            (batch.header().base_sequence, batch.header().last_sequence()),
            (-1, -1)
        );
        assert_eq!(batch.marker(), Ok(Some(Marker::End(marker(outcome)))));
    }
    let nobody = EndMarker {
        producer_id: -1,
        ..marker(Outcome::Commit)
    };
    assert!(matches!(nobody.build(), Err(BatchError::Unwritable(_))));
    assert_eq!(three(Compression::None).marker(), Ok(None));
}

#[test]
fn the_bytes_of_a_marker() {
    let abort = marker(Outcome::Abort).build().unwrap();
    let commit = marker(Outcome::Commit).build().unwrap();
    // 15 bytes follow: attributes, two deltas, key of 4 (version 0, type), value of 6 (version 0, epoch 9), no header.
    let expected = [32, 0, 0, 0, 8, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 9, 0];
    assert_eq!(abort.bytes()[61..], expected);
    assert_eq!(commit.bytes()[61 + 8], 1);
    assert_eq!(abort.bytes()[21..23], [0, 0x30]);
}

#[test]
fn markers_of_other_kinds_and_none_at_all() {
    let commit = marker(Outcome::Commit).build().unwrap();
    assert_eq!(
        altered(&commit, 61 + 8, &[2]).marker(),
        Ok(Some(Marker::Other { kind: 2 }))
    );
    // A later version of key or value has more behind; one below 0 is none.
    assert_eq!(altered(&commit, 61 + 6, &[9]).marker(), commit.marker());
    let negative = altered(&commit, 61 + 5, &[0xff]).marker();
    assert_eq!(
        negative,
        Err(BatchError::Record {
            index: 0,
            what: "marker key"
        })
    );
    let negative = altered(&commit, 61 + 10, &[0xff]).marker();
    assert_eq!(
        negative,
        Err(BatchError::Record {
            index: 0,
            what: "marker value"
        })
    );
    let emptied = commit.emptied().unwrap();
    assert_eq!(
        (emptied.marker(), emptied.header().attributes.is_control()),
        (Ok(None), true)
    );
}

/// KIP-534: the base timestamp is the horizon, and the records' times stay what they were.
#[test]
fn a_horizon_is_set_once_and_moves_no_timestamp() {
    for codec in any_batch::CODECS {
        let batch = three(codec);
        let times = |b: &Batch| {
            b.records()
                .unwrap()
                .iter()
                .map(|r| r.timestamp_ms)
                .collect::<Vec<_>>()
        };
        let marked = batch.retain(|_| true, Some(9_000)).unwrap().unwrap();
        assert_eq!(marked.header().delete_horizon_ms(), Some(9_000));
        assert_eq!(
            (times(&marked), marked.header().max_timestamp_ms),
            (times(&batch), 1500)
        );
        assert_eq!(
            marked.retain(|_| true, Some(10_000)).unwrap(),
            Some(marked.clone())
        );
        let fewer = marked
            .retain(|r| r.offset != 100, Some(10_000))
            .unwrap()
            .unwrap();
        assert_eq!(fewer.header().delete_horizon_ms(), Some(9_000));
        assert_eq!(times(&fewer), [1500, 1200]);
        assert_eq!(fewer.retain(|_| false, None), Ok(None));
    }
}

#[test]
fn a_horizon_is_only_for_tombstones_and_markers() {
    let batch = three(Compression::None);
    let no_tombstone = batch
        .retain(|r| r.value.is_some(), Some(9_000))
        .unwrap()
        .unwrap();
    assert_eq!(no_tombstone.header().delete_horizon_ms(), None);
    // Without a horizon the base timestamp is the first record's that is left.
    let last = batch.retain(|r| r.offset == 102, None).unwrap().unwrap();
    assert_eq!(
        (
            last.header().base_timestamp_ms,
            last.header().max_timestamp_ms
        ),
        (1200, 1200)
    );
    assert_eq!(
        (last.header().base_offset, last.header().last_offset()),
        (100, 102)
    );
    let commit = marker(Outcome::Commit).build().unwrap();
    assert_eq!(commit.retain(|_| true, None).unwrap(), Some(commit.clone()));
    let marked = commit.retain(|_| true, Some(70)).unwrap().unwrap();
    assert_eq!(
        (marked.header().delete_horizon_ms(), marked.marker()),
        (Some(70), commit.marker())
    );
}

#[test]
fn records_of_another_batch_are_not_taken() {
    let batch = three(Compression::None);
    let mut records = batch.records().unwrap();
    records.swap(0, 1);
    assert!(matches!(
        batch.with_records(&records, None),
        Err(BatchError::Unwritable(_))
    ));
    let moved = batch.placed_at(103, 0).unwrap().records().unwrap();
    assert!(matches!(
        batch.with_records(&moved, None),
        Err(BatchError::Unwritable(_))
    ));
    assert!(matches!(
        batch.with_records(&[], None),
        Err(BatchError::Unwritable(_))
    ));
}

#[test]
fn an_append_time_is_that_of_all_records() {
    let batch = altered(&three(Compression::None), 22, &[8]);
    assert!(
        batch
            .records()
            .unwrap()
            .iter()
            .all(|r| r.timestamp_ms == 1500)
    );
    let fewer = batch.retain(|r| r.offset > 100, None).unwrap().unwrap();
    assert!(fewer.header().attributes.is_append_time());
    assert!(
        fewer
            .records()
            .unwrap()
            .iter()
            .all(|r| r.timestamp_ms == 1500)
    );
}

#[test]
fn sequences_wrap_to_zero() {
    assert_eq!(three(Compression::None).header().last_sequence(), 0);
    assert_eq!(sequence_after(i32::MAX, 1), 0);
    assert_eq!(sequence_after(i32::MAX - 1, 1), i32::MAX);
    assert_eq!(sequence_after(i32::MAX, i32::MAX), i32::MAX - 1);
    assert_eq!(sequence_after(0, 0), 0);
}

#[test]
fn a_place_must_leave_room_for_the_next_offset() {
    let batch = three(Compression::None);
    let most = i64::MAX - i64::from(i32::MAX) - 1;
    let placed = batch.placed_at(most, 0).unwrap();
    assert_eq!(Batch::parse(placed.bytes()), Ok(placed));
    for wrong in [-1, i64::MIN, most + 1, i64::MAX] {
        assert!(matches!(
            batch.placed_at(wrong, 0),
            Err(BatchError::Header(_))
        ));
    }
}

/// Mutant L-13 and K10.
#[test]
fn what_a_producer_may_not_send() {
    let batch = three(Compression::None);
    assert_eq!(batch.check_produced(true), Ok(()));
    let said = |batch: &Batch| match batch.check_produced(false) {
        Err(BatchError::Produced(what)) => what,
        other => panic!("{other:?}"),
    };
    let control = marker(Outcome::Commit).build().unwrap();
    assert_eq!(said(&control), "a control batch");
    let horizon = batch.retain(|_| true, Some(9)).unwrap().unwrap();
    assert_eq!(said(&horizon), "a delete horizon");
    assert!(said(&altered(&batch, 22, &[8])).starts_with("an append time"));
    let count = "the last offset delta does not fit the number of records";
    assert_eq!(said(&altered(&batch, 26, &[3])), count);
    assert_eq!(
        said(&batch.retain(|r| r.offset < 102, None).unwrap().unwrap()),
        count
    );
    assert_eq!(said(&batch.emptied().unwrap()), count);
    let anonymous = "a producer without epoch or sequence";
    assert_eq!(said(&altered(&batch, 51, &[0xff, 0xff])), anonymous);
    assert_eq!(said(&altered(&batch, 53, &[0xff; 4])), anonymous);
    let nobody = altered(&altered(&batch, 43, &[0xff; 8]), 22, &[16]);
    assert_eq!(said(&nobody), "a transaction without a producer");
}

#[test]
fn a_producer_counts_its_records_without_a_gap() {
    let two = three(Compression::None)
        .retain(|r| r.offset != 101, None)
        .unwrap()
        .unwrap();
    // Two records at deltas 0 and 2, and a header that says 1 is the last: the records contradict it.
    let lying = altered(&two, 23, &1i32.to_be_bytes());
    assert!(matches!(
        lying.check_produced(false),
        Err(BatchError::Record { index: 1, .. })
    ));
    // One record, which begins at delta 0 and not at 1 (deltas 1 and 2 under a header that says 2 cannot be counted).
    let one = NewBatch {
        records: vec![NewRecord::default()],
        ..NewBatch::default()
    };
    let late = altered(&one.build().unwrap(), 61 + 3, &[2]);
    assert!(matches!(
        late.check_produced(false),
        Err(BatchError::Record { index: 0, .. })
    ));
}

#[test]
fn a_compacted_topic_takes_no_record_without_a_key() {
    let new = NewBatch {
        records: vec![record("a", None, 0), NewRecord::default()],
        ..NewBatch::default()
    };
    let batch = new.build().unwrap();
    assert_eq!(
        batch.check_produced(true),
        Err(BatchError::Keyless { index: 1 })
    );
    assert_eq!(batch.check_produced(false), Ok(()));
}

#[test]
fn what_cannot_be_built() {
    let no_producer = NewBatch {
        records: vec![NewRecord::default()],
        transactional: true,
        ..NewBatch::default()
    };
    assert!(matches!(
        no_producer.build(),
        Err(BatchError::Unwritable(_))
    ));
    let codec = NewBatch {
        records: vec![NewRecord::default()],
        compression: Compression::Unknown(6),
        ..NewBatch::default()
    };
    assert_eq!(codec.build(), Err(BatchError::Codec(6)));
}
