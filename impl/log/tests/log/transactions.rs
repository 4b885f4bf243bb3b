//! Transactions: the last stable offset, the aborted ones, and what recovery knows of both (L5, L11).

use crate::engine;

use engine::*;
use plimsoll_disk::SimDisk;
use plimsoll_log::{AbortedTransaction, AppendError, LogConfig, NewBatch, Outcome, ProducerError};

fn in_transaction(id: i64, base_sequence: i32) -> NewBatch {
    NewBatch {
        transactional: true,
        ..from_producer(id, 0, base_sequence, 1)
    }
}

fn put(bench: &mut Bench<SimDisk>, id: i64, base_sequence: i32) -> i64 {
    let appended = bench.append(&in_transaction(id, base_sequence));
    appended.unwrap().base_offset
}

#[test]
fn nothing_at_or_above_the_first_undecided_transaction_is_stable() {
    let mut bench = bench(&small());
    let stable = |bench: &Bench<SimDisk>| bench.log.last_stable_offset();
    bench.put_each("a");
    put(&mut bench, 1, 0);
    put(&mut bench, 2, 0);
    assert_eq!(stable(&bench), 0, "nothing is durable yet");
    bench.sync();
    assert_eq!(stable(&bench), 1);
    assert_eq!(bench.end(1, Outcome::Commit), 3);
    assert_eq!(stable(&bench), 1, "the marker is not durable yet");
    bench.sync();
    assert_eq!(stable(&bench), 2);
    bench.put_each("b");
    bench.end(2, Outcome::Abort);
    bench.sync();
    assert_eq!(stable(&bench), 6);
    let aborted = AbortedTransaction {
        producer_id: 2,
        first_offset: 2,
        last_offset: 5,
    };
    assert_eq!(bench.log.aborted_transactions(0, 6), [aborted]);
    assert_eq!(bench.log.aborted_transactions(5, 6), [aborted]);
    assert_eq!(bench.log.aborted_transactions(0, 2), []);
    assert_eq!(bench.log.aborted_transactions(6, 9), []);
}

#[test]
fn open_and_aborted_transactions_survive_recovery_with_and_without_a_checkpoint() {
    let mut bench = bench(&small());
    put(&mut bench, 1, 0);
    put(&mut bench, 2, 0);
    bench.end(1, Outcome::Abort);
    put(&mut bench, 3, 0);
    bench.put_each("abc");
    bench.end(3, Outcome::Commit);
    bench.sync();
    let facts = |bench: &Bench<SimDisk>| {
        let log = &bench.log;
        let open: Vec<(i64, i64)> = log.open_transactions().collect();
        (
            log.last_stable_offset(),
            log.aborted_transactions(0, 9),
            open,
        )
    };
    let expected = facts(&bench);
    assert_eq!((expected.0, &expected.2[..]), (1, &[(2, 1)][..]));
    let live = bench.log.clone();
    let (mut bench, _) = bench.reopened(&small());
    assert_eq!(facts(&bench), expected);
    assert_eq!(bench.log, live, "recovery rebuilds all there is to know");
    bench.checkpoint();
    let (mut bench, report) = bench.reopened(&small());
    assert_eq!((report.scanned_bytes, facts(&bench)), (0, expected));
    bench.end(2, Outcome::Abort);
    bench.sync();
    assert_eq!(bench.log.last_stable_offset(), 9);
    let (bench, report) = bench.reopened(&small());
    assert_eq!(report.batches, 1);
    assert_eq!(bench.log.aborted_transactions(0, 9).len(), 2);
}

#[test]
fn a_batch_outside_the_open_transaction_of_its_producer_is_refused() {
    let mut bench = bench(&LogConfig::default());
    put(&mut bench, 1, 0);
    let refused = bench.append(&from_producer(1, 0, 1, 1)).unwrap_err();
    let expected = ProducerError::InTransaction {
        producer_id: 1,
        open_since: 0,
    };
    assert_eq!(refused, AppendError::Producer(expected));
    bench.end(1, Outcome::Commit);
    assert!(bench.append(&from_producer(1, 0, 1, 1)).is_ok());
}

#[test]
fn a_marker_without_a_transaction_changes_nothing_but_the_end() {
    let mut bench = bench(&LogConfig::default());
    bench.end(1, Outcome::Abort);
    bench.sync();
    assert_eq!(bench.log.last_stable_offset(), 1);
    assert_eq!(bench.log.aborted_transactions(0, 9), []);
}

#[test]
fn deleted_transactions_are_forgotten() {
    let mut bench = bench(&small());
    put(&mut bench, 1, 0);
    bench.end(1, Outcome::Abort);
    bench.put_each("ab");
    bench.sync();
    bench.log.delete_records(&mut bench.disk, 1).unwrap();
    assert_eq!(bench.log.aborted_transactions(0, 9).len(), 1);
    bench.log.delete_records(&mut bench.disk, 2).unwrap();
    assert_eq!(bench.log.aborted_transactions(0, 9), []);
}

/// As in Kafka: the log start is never above the last stable offset, whatever the transaction that it cut into.
#[test]
fn what_was_deleted_of_an_open_transaction_is_settled() {
    let mut bench = bench(&small());
    put(&mut bench, 1, 0);
    put(&mut bench, 1, 1);
    bench.sync();
    assert_eq!(bench.log.last_stable_offset(), 0);
    bench.log.delete_records(&mut bench.disk, 1).unwrap();
    assert_eq!(bench.log.last_stable_offset(), 1);
    bench.end(1, Outcome::Commit);
    bench.sync();
    assert_eq!(bench.log.last_stable_offset(), 3);
}
