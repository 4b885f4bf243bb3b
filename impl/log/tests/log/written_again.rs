//! After a failed sync the next opening writes again what may be in memory only; whatever goes wrong in between takes
//! nothing away that was durable.

use std::sync::Arc;

use plimsoll_disk::{Fault, Faulty, SimDisk};
use plimsoll_log::{Log, LogConfig, NewBatch, NewRecord};

const DIRECTORY: &str = "t-0";

fn append(log: &mut Log, disk: &mut Faulty<SimDisk>) {
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

fn open(disk: &mut Faulty<SimDisk>) -> Result<Log, plimsoll_log::LogError> {
    let config = Arc::new(LogConfig::default());
    Log::open(disk, DIRECTORY, config, 0).map(|(log, _)| log)
}

/// The recovery point lies at the end of a segment with another one behind it, and the last sync failed.
fn stopped() -> Faulty<SimDisk> {
    let mut disk = Faulty::new(SimDisk::new());
    let mut log = open(&mut disk).unwrap();
    append(&mut log, &mut disk);
    log.checkpoint(&mut disk).unwrap();
    log.roll(&mut disk).unwrap();
    append(&mut log, &mut disk);
    log.sync(&mut disk).unwrap();
    append(&mut log, &mut disk);
    disk.fail_at(0, Fault::SyncIo);
    log.sync(&mut disk).unwrap_err();
    disk
}

#[test]
fn a_fault_while_it_is_written_again_loses_nothing_that_was_durable() {
    for fault in [
        Fault::PowerCut,
        Fault::TruncateIo,
        Fault::WriteIo,
        Fault::NameIo,
    ] {
        for n in 0.. {
            let mut disk = Faulty::new(stopped().into_inner());
            disk.fail_at(n, fault);
            if open(&mut disk).is_ok() {
                break;
            }
            let left = disk.into_inner();
            for disk in left.survivors().into_iter().chain([left]) {
                let log = open(&mut Faulty::new(disk)).unwrap();
                assert!(log.log_end_offset() >= 2, "{fault:?} at {n}");
            }
        }
    }
}
