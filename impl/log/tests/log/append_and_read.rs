//! Append (L3, S5) and read (L7, L13).

use std::sync::Arc;

use plimsoll_disk::{Disk, Fault, Faulty, SimDisk};
use plimsoll_log::{
    AppendError, Appended, Batch, BatchError, EndMarker, Log, LogConfig, LogError, NewBatch,
    NewRecord, Outcome, ReadError, RecoveryReport,
};

fn open(disk: &mut impl Disk) -> Result<(Log, RecoveryReport), LogError> {
    Log::open(disk, "p-0", Arc::new(LogConfig::default()), 0)
}

fn new_batch(records: usize) -> NewBatch {
    let record = NewRecord {
        value: Some([b'v'; 10].into()),
        ..NewRecord::default()
    };
    NewBatch {
        timestamp_ms: 1,
        records: vec![record; records],
        ..NewBatch::default()
    }
}

fn batch(records: usize) -> Batch {
    new_batch(records).build().unwrap()
}

/// Batches at offsets 0, 1 (of 3 records) and 4.
fn three_batches() -> (Faulty<SimDisk>, Log) {
    let mut disk = Faulty::new(SimDisk::new());
    let (mut log, _) = open(&mut disk).unwrap();
    for records in [1, 3, 1] {
        log.append(&mut disk, &batch(records), 5, 0).unwrap();
    }
    (disk, log)
}

fn bases(log: &Log, disk: &impl Disk, from: i64, below: i64, max_bytes: usize) -> Vec<i64> {
    let batches = log.read(disk, from, below, max_bytes).unwrap();
    batches.iter().map(|b| b.header().base_offset).collect()
}

#[test]
fn offsets_are_contiguous_and_reported() {
    let (mut disk, mut log) = three_batches();
    let appended = log.append(&mut disk, &batch(2), 5, 0).unwrap();
    let (base_offset, end_offset) = (5, 7);
    assert_eq!(
        appended,
        Appended {
            base_offset,
            end_offset,
            duplicate: false,
            timestamp_ms: 1,
        }
    );
    assert_eq!(
        (
            log.log_start_offset(),
            log.log_end_offset(),
            log.synced_end_offset()
        ),
        (0, 7, 0)
    );
    assert_eq!(
        (log.last_leader_epoch(), log.last_batch_offset()),
        (Some(5), Some(5))
    );
    log.sync(&mut disk).unwrap();
    assert_eq!(log.synced_end_offset(), 7);
}

#[test]
fn a_read_inside_a_batch_gets_the_whole_batch() {
    let (disk, log) = three_batches();
    for from in 1..4 {
        assert_eq!(bases(&log, &disk, from, 5, 0), [1], "from {from}");
    }
}

#[test]
fn the_first_batch_comes_however_small_the_limit() {
    let (disk, log) = three_batches();
    let one = log.read(&disk, 0, 5, 1).unwrap();
    assert_eq!(one.len(), 1);
    let first_two = one[0].bytes().len() + log.read(&disk, 1, 5, 1).unwrap()[0].bytes().len();
    assert_eq!(bases(&log, &disk, 0, 5, first_two), [0, 1]);
    assert_eq!(bases(&log, &disk, 0, 5, first_two - 1), [0]);
    assert_eq!(bases(&log, &disk, 0, 5, usize::MAX), [0, 1, 4]);
}

#[test]
fn nothing_that_ends_above_the_bound_is_read() {
    let (disk, log) = three_batches();
    for (below, expected) in [
        (0, &[] as &[i64]),
        (1, &[0]),
        (3, &[0]),
        (4, &[0, 1]),
        (5, &[0, 1, 4]),
    ] {
        assert_eq!(
            bases(&log, &disk, 0, below, usize::MAX),
            expected,
            "below {below}"
        );
    }
}

#[test]
fn edges() {
    let (disk, log) = three_batches();
    assert_eq!(
        bases(&log, &disk, 5, 5, usize::MAX),
        [] as [i64; 0],
        "the end is inside, and empty"
    );
    for asked in [-1, 6, i64::MAX, i64::MIN] {
        let (start, end) = (0, 5);
        assert_eq!(
            log.read(&disk, asked, 5, 100),
            Err(ReadError::OutOfRange { asked, start, end })
        );
    }
}

#[test]
fn a_failed_append_is_undone() {
    for fault in [Fault::WriteIo, Fault::WriteNoSpace] {
        let (mut disk, mut log) = three_batches();
        let before = disk.len("p-0/00000000000000000000.log");
        disk.fail_at(0, fault);
        assert!(matches!(
            log.append(&mut disk, &batch(1), 5, 0),
            Err(AppendError::Undone(_))
        ));
        assert_eq!(disk.len("p-0/00000000000000000000.log"), before);
        assert_eq!(log.log_end_offset(), 5);
        assert_eq!(bases(&log, &disk, 0, 5, usize::MAX), [0, 1, 4]);
        assert_eq!(
            log.append(&mut disk, &batch(1), 5, 0).unwrap().base_offset,
            5
        );
        let (again, report) = open(&mut disk).unwrap();
        assert_eq!((again.log_end_offset(), report.damage), (6, None));
    }
}

#[test]
fn an_append_that_cannot_be_undone_says_so() {
    let (mut disk, mut log) = three_batches();
    disk.fail_at(0, Fault::WriteIo);
    disk.fail_at(0, Fault::TruncateIo);
    assert!(matches!(
        log.append(&mut disk, &batch(1), 5, 0),
        Err(AppendError::Broken { .. })
    ));
    let (again, report) = open(&mut disk).unwrap();
    assert_eq!(again.log_end_offset(), 5);
    assert!(
        report.truncated_bytes > 0,
        "recovery cuts off what is left of it"
    );
}

#[test]
fn a_batch_that_cannot_be_written_touches_nothing() {
    let (mut disk, mut log) = three_batches();
    let before = disk.clone();
    assert_eq!(
        new_batch(0).build(),
        Err(BatchError::Unwritable("no record"))
    );
    let marker = EndMarker {
        producer_id: 1,
        producer_epoch: 0,
        outcome: Outcome::Commit,
        coordinator_epoch: 0,
        timestamp_ms: 0,
    };
    let refused = log.append(&mut disk, &marker.build().unwrap(), 5, 0);
    assert!(matches!(
        refused,
        Err(AppendError::Refused(BatchError::Produced(_)))
    ));
    let older = log.append(&mut disk, &batch(1), 4, 0);
    assert_eq!(older, Err(AppendError::LeaderEpoch { given: 4, last: 5 }));
    assert_eq!((disk.inner(), log.log_end_offset()), (before.inner(), 5));
}

#[test]
fn a_failed_sync_raises_nothing_and_does_not_succeed_later() {
    let (mut disk, mut log) = three_batches();
    disk.fail_at(0, Fault::SyncIo);
    assert!(log.sync(&mut disk).is_err());
    assert_eq!(log.synced_end_offset(), 0);
    let before = disk.operations();
    assert!(matches!(log.sync(&mut disk), Err(LogError::Stopped { .. })));
    assert!(matches!(
        log.append(&mut disk, &batch(1), 5, 0),
        Err(AppendError::Stopped { .. })
    ));
    assert!(matches!(
        log.read(&disk, 0, 5, 100),
        Err(ReadError::Stopped { .. })
    ));
    assert_eq!(disk.operations(), before, "the disk is left alone");
    assert_eq!(log.synced_end_offset(), 0);
}
