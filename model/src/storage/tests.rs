//! What the abstract log says of small cases.

use super::*;

fn sent(sequence: i32, keys: &[Key], value: Option<Value>) -> Sent {
    let producer = Some(Producer {
        id: 1,
        epoch: 0,
        sequence,
    });
    Sent {
        producer,
        transactional: false,
        records: keys.iter().map(|key| (Some(*key), value, 0)).collect(),
    }
}

fn in_transaction(sequence: i32, key: Key) -> Sent {
    let producer = Some(Producer {
        id: 2,
        epoch: 0,
        sequence,
    });
    Sent {
        producer,
        transactional: true,
        records: vec![(Some(key), Some(7), 0)],
    }
}

fn placed(base: Position, duplicate: bool) -> Result<Placed, Refused> {
    Ok(Placed { base, duplicate })
}

#[test]
fn a_batch_is_a_duplicate_for_five_batches_and_then_out_of_order() {
    let mut log = StorageLog::new(true);
    for sequence in 0..6 {
        assert_eq!(
            log.append(&sent(sequence, &[0], Some(1)), 0),
            placed(sequence.into(), false)
        );
    }
    assert_eq!(log.append(&sent(1, &[0], Some(1)), 0), placed(1, true));
    assert_eq!(
        log.append(&sent(0, &[0], Some(1)), 0),
        Err(Refused::OutOfOrder)
    );
    assert_eq!(
        log.append(&sent(7, &[0], Some(1)), 0),
        Err(Refused::OutOfOrder)
    );
    assert_eq!(log.end(), 6);
}

#[test]
fn sequences_go_on_at_0_after_the_greatest() {
    let mut log = StorageLog::new(true);
    assert!(log.append(&sent(i32::MAX, &[0, 1], Some(1)), 0).is_ok());
    assert_eq!(log.append(&sent(1, &[0], Some(1)), 0), placed(2, false));
    assert_eq!(
        log.append(&sent(i32::MAX, &[0, 1], Some(1)), 0),
        placed(0, true)
    );
}

#[test]
fn a_crash_leaves_whole_batches_and_everything_synced() {
    let mut log = StorageLog::new(true);
    assert!(log.append(&sent(0, &[0], Some(1)), 0).is_ok());
    log.sync();
    assert!(log.append(&sent(1, &[0, 1], Some(1)), 0).is_ok());
    assert_eq!(log.possible_ends().collect::<Vec<_>>(), [1, 3]);
    assert_eq!(log.cut_to(0), None, "synced");
    assert_eq!(log.cut_to(2), None, "inside a batch");
    assert_eq!(log.cut_to(1).map(|left| left.end()), Some(1));
}

#[test]
fn an_open_transaction_holds_the_stable_offset_and_an_aborted_record_shadows_nothing() {
    let mut log = StorageLog::new(true);
    assert!(log.append(&sent(0, &[0], Some(1)), 0).is_ok());
    assert!(log.append(&in_transaction(0, 0), 0).is_ok());
    log.sync();
    assert_eq!(log.last_stable(), 1);
    assert!(log.end_transaction(2, 0, Ending::Abort, 0).is_ok());
    assert_eq!(log.last_stable(), 1, "the marker is not durable yet");
    log.sync();
    assert_eq!(log.last_stable(), 3);
    log.clean(3, 0);
    let fate = |offset| log.fate(log.batch_at(offset).expect("it is there"), offset, 10);
    assert_eq!([0, 1, 2].map(fate), [Fate::Kept, Fate::Either, Fate::Kept]);
    assert_eq!(log.materialised(|_| true), [(0, 1)].into());
}

#[test]
fn a_tombstone_stays_until_its_horizon_and_no_longer_than_the_next_pass() {
    let mut log = StorageLog::new(true);
    assert!(log.append(&sent(0, &[0], Some(1)), 0).is_ok());
    assert!(log.append(&sent(1, &[0], None), 0).is_ok());
    log.sync();
    let fate = |log: &StorageLog| log.fate(&log.batches[1], 1, 10);
    assert_eq!(fate(&log), Fate::Kept, "never cleaned");
    log.clean(2, 100);
    assert_eq!(fate(&log), Fate::Kept, "reached, its time begins");
    log.clean(2, 109);
    assert_eq!(fate(&log), Fate::Kept);
    log.clean(2, 110);
    assert_eq!(fate(&log), Fate::Gone);
}

#[test]
fn what_is_deleted_is_synced_and_stays_deleted() {
    let mut log = StorageLog::new(false);
    assert!(log.append(&sent(0, &[0, 1], Some(1)), 0).is_ok());
    assert!(!log.delete_records(1), "not synced");
    log.sync();
    assert!(log.delete_records(1));
    assert!(log.delete_records(0));
    assert_eq!(log.start, 1);
}
