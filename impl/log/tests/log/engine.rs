//! A log in the hands of a test: small segments, batches told in one line each.
#![allow(dead_code, reason = "each file of tests uses its own part")]

use std::sync::Arc;

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{
    AppendError, Appended, Batch, Decisions, EndMarker, Log, LogConfig, LogError, NewBatch,
    NewRecord, Outcome, Producer, RecoveryReport,
};

pub const DIRECTORY: &str = "p-0";

/// Two batches of one record fit in a segment, three do not; nothing expires.
pub fn small() -> LogConfig {
    LogConfig {
        segment_bytes: 160,
        retention_ms: None,
        producer_expiration_ms: i64::MAX,
        ..LogConfig::default()
    }
}

pub fn deciding(decisions: Decisions) -> LogConfig {
    LogConfig {
        decisions,
        ..small()
    }
}

pub fn file(base_offset: i64) -> String {
    format!("{DIRECTORY}/{base_offset:020}.log")
}

pub fn open(disk: &mut impl Disk, config: &LogConfig) -> Result<(Log, RecoveryReport), LogError> {
    Log::open(disk, DIRECTORY, Arc::new(config.clone()), 0)
}

pub fn new_batch(values: &[&str]) -> NewBatch {
    let record = |value: &&str| NewRecord {
        value: Some(value.as_bytes().into()),
        ..NewRecord::default()
    };
    NewBatch {
        timestamp_ms: 0,
        records: values.iter().map(record).collect(),
        ..NewBatch::default()
    }
}

pub fn batch(values: &[&str]) -> Batch {
    new_batch(values).build().unwrap()
}

pub fn at_time(timestamp_ms: i64, value: &str) -> Batch {
    let batch = NewBatch {
        timestamp_ms,
        ..new_batch(&[value])
    };
    batch.build().unwrap()
}

pub fn from_producer(id: i64, epoch: i16, base_sequence: i32, records: usize) -> NewBatch {
    NewBatch {
        producer: Some(Producer {
            id,
            epoch,
            base_sequence,
        }),
        ..new_batch(&vec!["v"; records])
    }
}

pub fn marker(producer_id: i64, producer_epoch: i16, outcome: Outcome) -> EndMarker {
    EndMarker {
        producer_id,
        producer_epoch,
        outcome,
        coordinator_epoch: 0,
        timestamp_ms: 0,
    }
}

/// A log and its disk.
#[derive(Clone)]
pub struct Bench<D> {
    pub disk: D,
    pub log: Log,
}

pub fn bench(config: &LogConfig) -> Bench<SimDisk> {
    Bench::on(SimDisk::new(), config)
}

impl<D: Disk> Bench<D> {
    pub fn on(mut disk: D, config: &LogConfig) -> Bench<D> {
        let (log, _) = open(&mut disk, config).unwrap();
        Bench { disk, log }
    }

    pub fn append(&mut self, batch: &NewBatch) -> Result<Appended, AppendError> {
        self.log
            .append(&mut self.disk, &batch.build().unwrap(), 0, 0)
    }

    pub fn put(&mut self, values: &[&str]) -> i64 {
        self.append(&new_batch(values)).unwrap().base_offset
    }

    /// Batches of one record each.
    pub fn put_each(&mut self, values: &str) {
        for at in 0..values.len() {
            self.put(&[&values[at..=at]]);
        }
    }

    pub fn end(&mut self, producer_id: i64, outcome: Outcome) -> i64 {
        let marker = marker(producer_id, 0, outcome);
        let appended = self.log.append_marker(&mut self.disk, marker, 0);
        appended.unwrap().base_offset
    }

    pub fn sync(&mut self) {
        self.log.sync(&mut self.disk).unwrap();
    }

    pub fn checkpoint(&mut self) {
        self.log.checkpoint(&mut self.disk).unwrap();
    }

    /// What every record says, from the log's start.
    pub fn values(&self) -> String {
        values(&self.log, &self.disk)
    }

    /// Opens the log anew on the same disk.
    pub fn reopened(mut self, config: &LogConfig) -> (Bench<D>, RecoveryReport) {
        let (log, report) = open(&mut self.disk, config).unwrap();
        let disk = self.disk;
        (Bench { disk, log }, report)
    }
}

pub fn values(log: &Log, disk: &impl Disk) -> String {
    let batches = log.read(disk, log.log_start_offset(), i64::MAX, usize::MAX);
    let batches = batches.unwrap();
    let data = batches
        .iter()
        .filter(|b| !b.header().attributes.is_control());
    data.flat_map(|b| b.records().unwrap())
        .filter(|record| record.offset >= log.log_start_offset())
        .map(|record| String::from_utf8(record.value.unwrap().to_vec()).unwrap())
        .collect()
}

/// Flips the byte of a file, durably.
pub fn damage(disk: &mut impl Disk, path: &str, position: u64) {
    let byte = disk.read_at(path, position, 1).unwrap()[0];
    disk.write_at(path, position, &[!byte]).unwrap();
    disk.sync(path).unwrap();
}
