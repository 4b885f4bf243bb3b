//! L8: each batch of a producer is in the log once, also after recovery and without a checkpoint.

use crate::engine;

use engine::*;
use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::decisions::{DedupWindow, RecoverProducers};
use plimsoll_log::{AppendError, Appended, Decisions, LogConfig, Outcome, ProducerError};

/// Seven batches of two records each of one producer, in segments of two.
fn seven(config: &LogConfig) -> Bench<SimDisk> {
    let mut bench = bench(config);
    for n in 0..7 {
        let appended = bench.append(&from_producer(1, 0, 2 * n, 2)).unwrap();
        assert_eq!(
            (appended.base_offset, appended.duplicate),
            (2 * i64::from(n), false)
        );
    }
    bench
}

fn again(bench: &mut Bench<SimDisk>, n: i32) -> Result<Appended, AppendError> {
    bench.append(&from_producer(1, 0, 2 * n, 2))
}

/// The last five are known, an older one and one that comes too early are refused.
fn window_holds(bench: &mut Bench<SimDisk>, when: &str) {
    let end = bench.log.log_end_offset();
    for n in 2..7 {
        let description = again(bench, n).unwrap();
        let expected = Appended {
            base_offset: 2 * i64::from(n),
            end_offset: 2 * i64::from(n) + 2,
            duplicate: true,
            timestamp_ms: 0,
        };
        assert_eq!(description, expected, "{when}");
    }
    for n in [1, 8] {
        let refused = again(bench, n).unwrap_err();
        let expected = ProducerError::OutOfOrderSequence {
            producer_id: 1,
            expected: 14,
            given: 2 * n,
        };
        assert_eq!(refused, AppendError::Producer(expected), "{when}");
    }
    // The same first sequence with another last one is not a repetition.
    assert!(bench.append(&from_producer(1, 0, 12, 1)).is_err());
    assert_eq!(bench.log.log_end_offset(), end, "nothing was appended");
}

#[test]
fn each_of_the_last_five_batches_is_known_whatever_happens_to_the_log() {
    let config = small();
    let mut bench = seven(&config);
    window_holds(&mut bench, "at first");
    let (mut bench, _) = bench.reopened(&config);
    window_holds(&mut bench, "after recovery without a checkpoint");
    bench.checkpoint();
    let (mut bench, report) = bench.reopened(&config);
    assert_eq!(report.scanned_bytes, 0);
    window_holds(&mut bench, "from the checkpoint");
    bench.disk.remove("p-0/checkpoint").unwrap();
    let (mut bench, report) = bench.reopened(&config);
    assert_eq!(report.batches, 7);
    window_holds(&mut bench, "after the checkpoint was lost");
    assert_eq!(again(&mut bench, 7).unwrap().base_offset, 14);
}

#[test]
fn l20_a_window_of_one_refuses_what_was_sent_before() {
    let mut bench = seven(&deciding(Decisions {
        dedup_window: DedupWindow::One,
        ..Decisions::default()
    }));
    assert!(again(&mut bench, 6).unwrap().duplicate);
    assert!(again(&mut bench, 5).is_err());
}

#[test]
fn l20_producers_that_recovery_forgets_write_twice() {
    for (recover_producers, duplicate) in [
        (RecoverProducers::Rebuilt, true),
        (RecoverProducers::Forgotten, false),
    ] {
        let config = deciding(Decisions {
            recover_producers,
            ..Decisions::default()
        });
        let (mut bench, _) = seven(&config).reopened(&config);
        assert_eq!(again(&mut bench, 6).unwrap().duplicate, duplicate);
    }
}

#[test]
fn after_the_largest_sequence_comes_zero() {
    let mut bench = bench(&LogConfig::default());
    // The first sequence of a producer that is not known may be any.
    bench.append(&from_producer(1, 0, i32::MAX - 3, 2)).unwrap();
    let over = bench.append(&from_producer(1, 0, i32::MAX - 1, 5)).unwrap();
    assert_eq!((over.base_offset, over.end_offset), (2, 7));
    assert!(
        bench
            .append(&from_producer(1, 0, i32::MAX - 1, 5))
            .unwrap()
            .duplicate
    );
    assert!(bench.append(&from_producer(1, 0, 4, 1)).is_err());
    assert_eq!(
        bench
            .append(&from_producer(1, 0, 3, 1))
            .unwrap()
            .base_offset,
        7
    );
    bench.append(&from_producer(2, 0, i32::MAX, 1)).unwrap();
    assert_eq!(
        bench
            .append(&from_producer(2, 0, 0, 1))
            .unwrap()
            .base_offset,
        9
    );
}

#[test]
fn a_newer_epoch_begins_at_zero_and_fences_the_older() {
    let mut bench = bench(&LogConfig::default());
    bench.append(&from_producer(1, 3, 5, 1)).unwrap();
    let refused = bench.append(&from_producer(1, 4, 6, 1)).unwrap_err();
    let expected = ProducerError::OutOfOrderSequence {
        producer_id: 1,
        expected: 0,
        given: 6,
    };
    assert_eq!(refused, AppendError::Producer(expected));
    bench.append(&from_producer(1, 4, 0, 1)).unwrap();
    let refused = bench.append(&from_producer(1, 3, 6, 1)).unwrap_err();
    let expected = ProducerError::InvalidEpoch {
        producer_id: 1,
        given: 3,
        current: 4,
    };
    assert_eq!(refused, AppendError::Producer(expected));
    let (mut bench, _) = bench.reopened(&LogConfig::default());
    assert!(bench.append(&from_producer(1, 3, 6, 1)).is_err());
    assert!(bench.append(&from_producer(1, 4, 0, 1)).unwrap().duplicate);
}

#[test]
fn a_marker_of_a_newer_epoch_fences_too() {
    let mut bench = bench(&LogConfig::default());
    bench.append(&from_producer(1, 0, 0, 1)).unwrap();
    let fence = marker(1, 1, Outcome::Abort);
    bench.log.append_marker(&mut bench.disk, fence, 0).unwrap();
    assert!(bench.append(&from_producer(1, 0, 1, 1)).is_err());
    assert!(bench.append(&from_producer(1, 1, 1, 1)).is_err());
    bench.append(&from_producer(1, 1, 0, 1)).unwrap();
    let older = marker(1, 0, Outcome::Abort);
    assert!(bench.log.append_marker(&mut bench.disk, older, 0).is_err());
}

#[test]
fn a_marker_of_an_older_coordinator_is_refused() {
    let mut bench = bench(&LogConfig::default());
    let of = |coordinator_epoch| plimsoll_log::EndMarker {
        coordinator_epoch,
        ..marker(1, 0, Outcome::Commit)
    };
    bench.log.append_marker(&mut bench.disk, of(5), 0).unwrap();
    let refused = bench.log.append_marker(&mut bench.disk, of(4), 0);
    let expected = ProducerError::CoordinatorFenced {
        producer_id: 1,
        given: 4,
        current: 5,
    };
    assert_eq!(refused, Err(AppendError::Producer(expected)));
    let (mut bench, _) = bench.reopened(&LogConfig::default());
    assert!(bench.log.append_marker(&mut bench.disk, of(4), 0).is_err());
}

#[test]
fn a_producer_that_was_quiet_is_forgotten_unless_its_transaction_is_open() {
    let config = LogConfig {
        producer_expiration_ms: 100,
        ..LogConfig::default()
    };
    let mut bench = bench(&config);
    bench.append(&from_producer(1, 0, 0, 1)).unwrap();
    let open = plimsoll_log::NewBatch {
        transactional: true,
        ..from_producer(2, 0, 0, 1)
    };
    bench.append(&open).unwrap();
    let later = |bench: &mut Bench<SimDisk>, id, now| {
        let batch = plimsoll_log::NewBatch {
            transactional: id == 2,
            ..from_producer(id, 0, 7, 1)
        };
        let batch = batch.build().unwrap();
        bench.log.append(&mut bench.disk, &batch, 0, now)
    };
    assert!(later(&mut bench, 1, 99).is_err());
    assert!(later(&mut bench, 2, 100).is_err());
    assert!(
        later(&mut bench, 1, 100).is_ok(),
        "any sequence is right now"
    );
    bench.log.apply_retention(&mut bench.disk, 1_000).unwrap();
    let known: Vec<i64> = bench.log.producers().map(|(id, _)| id).collect();
    assert_eq!(known, [2]);
}
