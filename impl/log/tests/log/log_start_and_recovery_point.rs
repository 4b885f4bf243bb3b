//! The log may start behind the segment that the recovery point lies in: recovery needs that segment all the same.

use std::sync::Arc;

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{Log, LogConfig, NewBatch, NewRecord};

const DIRECTORY: &str = "t-0";

fn append(log: &mut Log, disk: &mut SimDisk) {
    let record = NewRecord {
        value: Some(b"v".as_slice().into()),
        ..NewRecord::default()
    };
    let new = NewBatch {
        records: vec![record],
        ..NewBatch::default()
    };
    log.append(disk, &new.build().unwrap(), 0, 0).unwrap();
}

fn open(disk: &mut SimDisk) -> Log {
    let config = Arc::new(LogConfig::default());
    Log::open(disk, DIRECTORY, config, 0).unwrap().0
}

/// Everything is deleted, so that the log starts at the recovery point, and a new segment begins there.
fn deleted_and_rolled() -> (Log, SimDisk) {
    let mut disk = SimDisk::new();
    let mut log = open(&mut disk);
    append(&mut log, &mut disk);
    log.sync(&mut disk).unwrap();
    log.delete_records(&mut disk, 1).unwrap();
    log.roll(&mut disk).unwrap();
    append(&mut log, &mut disk);
    (log, disk)
}

#[test]
fn a_process_that_dies_finds_its_log_again() {
    let (_, mut disk) = deleted_and_rolled();
    let log = open(&mut disk);
    assert_eq!((log.log_start_offset(), log.log_end_offset()), (1, 2));
}

#[test]
fn retention_does_not_remove_the_segment_before_the_recovery_point_has_left_it() {
    let (mut log, mut disk) = deleted_and_rolled();
    log.sync(&mut disk).unwrap();
    log.apply_retention(&mut disk, 0).unwrap();
    let file = format!("{DIRECTORY}/{:020}.log", 0);
    assert!(disk.len(&file).is_err(), "nobody needs it any more");
    for mut disk in disk.survivors() {
        let log = open(&mut disk);
        assert_eq!((log.log_start_offset(), log.log_end_offset()), (1, 2));
    }
}
