//! Logs with every kind of batch that a log of ours can hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plimsoll_disk::RealDisk;
use plimsoll_log::{
    Batch, Compression, EndMarker, Log, LogConfig, NewBatch, NewRecord, Outcome, Producer,
    RecordHeader,
};

/// 2026-01-01 00:00:00 UTC, in milliseconds since the epoch.
const NOW_MS: i64 = 1_767_225_600_000;

/// After an earlier one.
const LEADER_EPOCH: i32 = 5;

const CODECS: [Compression; 5] = [
    Compression::None,
    Compression::Gzip,
    Compression::Snappy,
    Compression::Lz4,
    Compression::Zstd,
];

/// The directories of the partitions: one as it was appended, one compacted.
pub(crate) fn write(data: &Path) -> Vec<PathBuf> {
    let mut disk = RealDisk::open(data).expect("it opens");
    let names = ["appended-0", "compacted-0"];
    Writer::open(&mut disk, names[0], false).appended();
    Writer::open(&mut disk, names[1], true).compacted();
    names.map(|name| data.join(name)).into()
}

struct Writer<'a> {
    disk: &'a mut RealDisk,
    log: Log,
    now_ms: i64,
    sequences: BTreeMap<i64, i32>,
}

impl<'a> Writer<'a> {
    fn open(disk: &'a mut RealDisk, directory: &str, compact: bool) -> Writer<'a> {
        let config = LogConfig {
            segment_bytes: 6000,
            index_interval_bytes: 200,
            compact,
            ..LogConfig::default()
        };
        let opened = Log::open(disk, directory, Arc::new(config), NOW_MS);
        Writer {
            log: opened.expect("it opens").0,
            disk,
            now_ms: NOW_MS,
            sequences: BTreeMap::new(),
        }
    }

    fn put(&mut self, leader_epoch: i32, new: NewBatch) {
        self.now_ms += 7;
        let timestamp_ms = self.now_ms;
        let new = NewBatch {
            timestamp_ms,
            ..new
        };
        let batch = new.build().expect("it can be written");
        let appended = self
            .log
            .append(self.disk, &batch, leader_epoch, self.now_ms);
        appended.expect("there is room");
    }

    /// The next batch of an idempotent producer.
    fn put_of(&mut self, id: i64, transactional: bool, new: NewBatch) {
        let next = self.sequences.entry(id).or_default();
        let base_sequence = *next;
        *next += new.records.len() as i32;
        let producer = Some(Producer {
            id,
            epoch: 3,
            base_sequence,
        });
        let new = NewBatch {
            producer,
            transactional,
            ..new
        };
        self.put(LEADER_EPOCH, new);
    }

    fn end(&mut self, producer_id: i64, outcome: Outcome) {
        let marker = EndMarker {
            producer_id,
            producer_epoch: 3,
            outcome,
            coordinator_epoch: 9,
            timestamp_ms: self.now_ms,
        };
        let appended = self.log.append_marker(self.disk, marker, LEADER_EPOCH);
        appended.expect("there is room");
    }

    fn done(mut self) {
        self.log.sync(self.disk).expect("it can be synced");
        self.log.close(self.disk).expect("it can be closed");
    }

    /// Every codec by every kind of producer, in several segments and leader epochs; records of every shape.
    fn appended(mut self) {
        for compression in CODECS {
            self.put(1, odd_records(compression));
        }
        for round in 0..3 {
            for (id, compression) in (10..).zip(CODECS) {
                self.put(LEADER_EPOCH, many(compression, round * 40 + 1));
                self.put_of(id, false, many(compression, 4));
            }
        }
        for (id, compression) in (20..).zip(CODECS) {
            self.put_of(id, true, many(compression, 3));
            self.put_of(id, true, many(compression, 2));
            let outcome = match id % 2 {
                0 => Outcome::Commit,
                _ => Outcome::Abort,
            };
            self.end(id, outcome);
        }
        self.put_of(30, true, many(Compression::None, 2));
        self.done();
    }

    /// Keys written again and again, tombstones, transactions of both outcomes: passed over twice, so that batches are
    /// thinned out, emptied, dropped, and some have a horizon.
    fn compacted(mut self) {
        for round in 0..6 {
            for (id, compression) in (40..).zip(CODECS) {
                self.put(LEADER_EPOCH, keyed(compression, round, 8));
                self.put_of(id, false, keyed(compression, round + 1, 5));
                self.put_of(id + 10, true, keyed(compression, round + 2, 3));
                let outcome = match round % 2 {
                    0 => Outcome::Commit,
                    _ => Outcome::Abort,
                };
                self.end(id + 10, outcome);
            }
            self.log.roll(self.disk).expect("there is room");
            self.log.sync(self.disk).expect("it can be synced");
            if round % 2 == 1 {
                let report = self.log.clean(self.disk, self.now_ms);
                assert!(report.expect("it can be compacted").new_segments > 0);
            }
        }
        self.done();
    }
}

/// No key, no value, neither, headers with and without values, times of their own.
fn odd_records(compression: Compression) -> NewBatch {
    let header = |key: &str, value: Option<&str>| RecordHeader {
        key: key.into(),
        value: value.map(|value| value.as_bytes().into()),
    };
    let record = |key: Option<&str>, value: Option<&str>| NewRecord {
        key: key.map(|key| key.as_bytes().into()),
        value: value.map(|value| value.as_bytes().into()),
        ..NewRecord::default()
    };
    let records = vec![
        record(Some("key"), Some("value")),
        record(None, Some("no key")),
        record(Some("no value"), None),
        record(None, None),
        record(Some(""), Some("")),
        NewRecord {
            headers: vec![header("with", Some("a value")), header("without", None)],
            ..record(Some("ключ"), Some("значение"))
        },
        NewRecord {
            timestamp_ms: Some(NOW_MS - 86_400_000),
            ..record(Some("earlier"), Some("than the first"))
        },
        NewRecord {
            timestamp_ms: Some(NOW_MS + 3),
            headers: vec![header("last", Some("byte"))],
            ..record(Some("later"), Some("than the first"))
        },
    ];
    NewBatch {
        records,
        compression,
        ..NewBatch::default()
    }
}

fn many(compression: Compression, count: usize) -> NewBatch {
    let record = |n: usize| NewRecord {
        key: Some(format!("key {n}").as_bytes().into()),
        value: Some("value ".repeat(n % 5).as_bytes().into()),
        ..NewRecord::default()
    };
    NewBatch {
        records: (0..count).map(record).collect(),
        compression,
        ..NewBatch::default()
    }
}

/// Every third record is a tombstone.
fn keyed(compression: Compression, round: usize, count: usize) -> NewBatch {
    let record = |n: usize| NewRecord {
        key: Some(format!("key {}", n * (round + 1) % 13).as_bytes().into()),
        value: (!n.is_multiple_of(3)).then(|| format!("{round}.{n}").as_bytes().into()),
        ..NewRecord::default()
    };
    NewBatch {
        records: (0..count).map(record).collect(),
        compression,
        ..NewBatch::default()
    }
}

/// How many batches of which kind there were.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    codecs: BTreeMap<String, u64>,
    idempotent: u64,
    transactional: u64,
    markers: u64,
    horizons: u64,
    emptied: u64,
    thinned_out: u64,
}

impl Kinds {
    pub(crate) fn count(&mut self, batch: &Batch) {
        let header = batch.header();
        let attributes = header.attributes;
        let codec = attributes.compression().to_string();
        *self.codecs.entry(codec).or_default() += 1;
        self.idempotent += u64::from(header.base_sequence >= 0);
        self.transactional += u64::from(attributes.is_transactional() && !attributes.is_control());
        self.markers += u64::from(attributes.is_control());
        self.horizons += u64::from(attributes.has_delete_horizon());
        self.emptied += u64::from(header.records_count == 0);
        let left = header.records_count;
        self.thinned_out += u64::from(left > 0 && left <= header.last_offset_delta);
    }

    /// Each was met.
    pub(crate) fn check(&self) {
        let met = [
            self.idempotent,
            self.transactional,
            self.markers,
            self.horizons,
            self.emptied,
            self.thinned_out,
        ];
        assert!(met.iter().all(|count| *count > 0), "{self:?}");
        assert!(self.codecs.len() == CODECS.len(), "{self:?}");
    }
}
