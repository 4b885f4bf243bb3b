//! A compacted log on a simulated disk, in the hands of a test.
#![allow(dead_code, reason = "each file of tests uses its own part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{
    Appended, Batch, CleanReport, Compression, EndMarker, Log, LogConfig, NewBatch, NewRecord,
    Outcome, Producer, Record,
};

pub const DIRECTORY: &str = "t-0";
/// `delete.retention.ms` of [`config`].
pub const RETENTION_MS: i64 = 1000;

pub fn config() -> LogConfig {
    LogConfig {
        compact: true,
        delete_retention_ms: RETENTION_MS,
        retention_ms: None,
        producer_expiration_ms: i64::MAX,
        ..LogConfig::default()
    }
}

/// A log, the disk it is on, and the time.
#[derive(Clone)]
pub struct Bench<D> {
    pub disk: D,
    pub log: Log,
    pub now_ms: i64,
}

pub fn text(bytes: &str) -> Option<Arc<[u8]>> {
    Some(bytes.as_bytes().into())
}

/// A record; a value of "-" is none.
pub fn record(key: &str, value: &str) -> NewRecord {
    NewRecord {
        key: text(key),
        value: text(value).filter(|_| value != "-"),
        ..NewRecord::default()
    }
}

pub fn batch(now_ms: i64, records: &[(&str, &str)]) -> NewBatch {
    NewBatch {
        timestamp_ms: now_ms,
        records: records.iter().map(|(k, v)| record(k, v)).collect(),
        ..NewBatch::default()
    }
}

pub fn producer(id: i64, base_sequence: i32) -> Option<Producer> {
    Some(Producer {
        id,
        epoch: 0,
        base_sequence,
    })
}

impl Bench<SimDisk> {
    pub fn new(config: LogConfig) -> Self {
        Bench::on(SimDisk::new(), config)
    }
}

impl<D: Disk> Bench<D> {
    pub fn on(mut disk: D, config: LogConfig) -> Self {
        let (log, _) = Log::open(&mut disk, DIRECTORY, Arc::new(config), 0).unwrap();
        Bench {
            disk,
            log,
            now_ms: 0,
        }
    }

    pub fn append(&mut self, batch: &NewBatch) -> Appended {
        let batch = batch.build().unwrap();
        self.log
            .append(&mut self.disk, &batch, 0, self.now_ms)
            .unwrap()
    }

    /// Appends one batch of keys and values.
    pub fn put(&mut self, records: &[(&str, &str)]) -> i64 {
        self.append(&batch(self.now_ms, records)).base_offset
    }

    /// Appends a batch of one record inside a producer's transaction.
    pub fn put_in(&mut self, producer_id: i64, sequence: i32, key: &str, value: &str) -> i64 {
        let batch = NewBatch {
            producer: producer(producer_id, sequence),
            transactional: true,
            ..batch(self.now_ms, &[(key, value)])
        };
        self.append(&batch).base_offset
    }

    pub fn end(&mut self, producer_id: i64, outcome: Outcome) -> i64 {
        let marker = EndMarker {
            producer_id,
            producer_epoch: 0,
            outcome,
            coordinator_epoch: 0,
            timestamp_ms: self.now_ms,
        };
        self.log
            .append_marker(&mut self.disk, marker, 0)
            .unwrap()
            .base_offset
    }

    /// Closes the active segment and makes everything durable, so that it can be cleaned.
    pub fn settle(&mut self) {
        self.log.roll(&mut self.disk).unwrap();
        self.log.sync(&mut self.disk).unwrap();
    }

    pub fn clean(&mut self) -> CleanReport {
        self.log.clean(&mut self.disk, self.now_ms).unwrap()
    }

    /// Cleans everything there is.
    pub fn settle_and_clean(&mut self) -> CleanReport {
        self.settle();
        let report = self.clean();
        assert!(report.is_complete(), "{report:?}");
        report
    }

    pub fn batches(&self) -> Vec<Batch> {
        let (start, end) = (self.log.log_start_offset(), self.log.log_end_offset());
        self.log.read(&self.disk, start, end, usize::MAX).unwrap()
    }

    /// Every record that is not a marker.
    pub fn records(&self) -> Vec<Record> {
        let data = self.batches().into_iter();
        data.filter(|batch| !batch.header().attributes.is_control())
            .flat_map(|batch| batch.records().unwrap())
            .filter(|record| record.offset >= self.log.log_start_offset())
            .collect()
    }

    /// Offset, key and value of every record.
    pub fn description(&self) -> Vec<String> {
        self.records().iter().map(tell).collect()
    }

    pub fn markers(&self) -> Vec<i64> {
        let batches = self.batches().into_iter();
        batches
            .filter(|batch| batch.marker().unwrap().is_some())
            .map(|batch| batch.header().base_offset)
            .collect()
    }

    /// Opens the log anew from what is on the disk.
    pub fn reopen(&mut self) {
        let config = Arc::new(self.log.config().clone());
        (self.log, _) = Log::open(&mut self.disk, DIRECTORY, config, self.now_ms).unwrap();
    }

    /// What a reader of committed records makes of the log.
    pub fn materialised(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let end = self.log.last_stable_offset();
        let aborted = self.log.aborted_transactions(0, end);
        let mut values = BTreeMap::new();
        for batch in self.batches() {
            let header = batch.header();
            let taken_back = header.attributes.is_transactional()
                && aborted.iter().any(|t| {
                    t.producer_id == header.producer_id
                        && (t.first_offset..=t.last_offset).contains(&header.base_offset)
                });
            if taken_back || header.attributes.is_control() || header.last_offset() >= end {
                continue;
            }
            for record in batch.records().unwrap() {
                let Some(key) = record.key else { continue };
                match record.value {
                    Some(value) => values.insert(key.to_vec(), value.to_vec()),
                    None => values.remove(key.as_ref()),
                };
            }
        }
        values
    }
}

pub fn tell(record: &Record) -> String {
    let word = |bytes: &Option<Arc<[u8]>>| match bytes {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => "-".to_owned(),
    };
    format!(
        "{}:{}={}",
        record.offset,
        word(&record.key),
        word(&record.value)
    )
}

pub const CODECS: [Compression; 5] = [
    Compression::None,
    Compression::Gzip,
    Compression::Snappy,
    Compression::Lz4,
    Compression::Zstd,
];
