//! A sync in two halves, with appends in between; and batches that a coordinator writes for a producer.

use crate::engine;

use engine::*;
use plimsoll_disk::{Disk, Fault, Faulty, SimDisk};
use plimsoll_log::{AppendError, BatchError, LogError, NewBatch, ProducerError};

/// What a power cut leaves that loses all it can.
fn at_worst(disk: &SimDisk) -> SimDisk {
    disk.survivors_at_most(1).disks.swap_remove(0)
}

#[test]
fn what_is_appended_meanwhile_is_for_the_next_sync() {
    let mut bench = bench(&small());
    bench.put_each("ab");
    let unsynced = bench.log.begin_sync().unwrap();
    // With a roll: a new name, which this sync knows nothing of.
    bench.put_each("cde");
    let done = unsynced.sync(&mut bench.disk);
    bench
        .log
        .end_sync(&mut bench.disk, &unsynced, done)
        .unwrap();
    assert_eq!(bench.log.synced_end_offset(), 2);
    let (mut after, _) = Bench::on(at_worst(&bench.disk), &small()).reopened(&small());
    assert!(after.values().starts_with("ab"), "{}", after.values());
    bench.sync();
    assert_eq!(bench.log.synced_end_offset(), 5);
    after = Bench::on(at_worst(&bench.disk), &small());
    assert_eq!(after.values(), "abcde", "the new name is durable too");
}

#[test]
fn nothing_to_sync_is_said_to_be_nothing() {
    let mut bench = bench(&small());
    bench.sync();
    assert!(bench.log.begin_sync().unwrap().is_empty());
    bench.put_each("a");
    assert!(!bench.log.begin_sync().unwrap().is_empty());
}

#[test]
fn a_failure_in_between_stops_the_log() {
    let mut disk = Faulty::new(SimDisk::new());
    let (mut log, _) = open(&mut disk, &small()).unwrap();
    log.append(&mut disk, &batch(&["a"]), 0, 0).unwrap();
    let unsynced = log.begin_sync().unwrap();
    disk.fail_at(0, Fault::SyncIo);
    let done = unsynced.sync(&mut disk);
    log.append(&mut disk, &batch(&["b"]), 0, 0).unwrap();
    let ended = log.end_sync(&mut disk, &unsynced, done);
    assert!(matches!(ended, Err(LogError::Disk(_))), "{ended:?}");
    assert_eq!(log.synced_end_offset(), 0);
    let stopped = |result| matches!(result, Err(LogError::Stopped { .. }));
    assert!(stopped(log.begin_sync().map(drop)));
    assert!(
        stopped(log.end_sync(&mut disk, &unsynced, Ok(()))),
        "too late"
    );
    // The next opening does not believe what it reads (fault model, "the lie").
    let mut disk = disk.into_inner();
    assert!(
        disk.list(DIRECTORY).unwrap().len() > 1,
        "word was left of it"
    );
    let (log, _) = open(&mut disk, &small()).unwrap();
    assert_eq!(values(&log, &at_worst(&disk)), "ab");
}

fn for_producer(epoch: i16, sequence: i32) -> NewBatch {
    NewBatch {
        transactional: true,
        ..from_producer(7, epoch, sequence, 1)
    }
}

#[test]
fn a_coordinator_writes_without_a_sequence_and_is_fenced_all_the_same() {
    let mut bench = bench(&small());
    let mut write = |epoch| {
        let batch = for_producer(epoch, -1).build().unwrap();
        let log = &mut bench.log;
        log.append_for_producer(&mut bench.disk, &batch, 0, 0)
    };
    for _ in 0..2 {
        assert!(!write(3).unwrap().duplicate, "nothing tells a repetition");
    }
    let older = ProducerError::InvalidEpoch {
        producer_id: 7,
        given: 2,
        current: 3,
    };
    assert_eq!(write(2), Err(AppendError::Producer(older)));
    assert!(write(4).is_ok());
    assert_eq!(bench.log.log_end_offset(), 3);
    // A client may not do that.
    let refused = bench.append(&for_producer(4, -1));
    assert!(matches!(
        refused,
        Err(AppendError::Refused(BatchError::Produced(_)))
    ));
    bench.sync();
    let (after, _) = bench.reopened(&small());
    assert_eq!(after.log.open_transactions().collect::<Vec<_>>(), [(7, 0)]);
}
