//! A log that is written here, with everything in it that a log of ours can hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plimsoll_cli::Exit;
use plimsoll_disk::{Disk, RealDisk};
use plimsoll_log::{
    Compression, EndMarker, Log, LogConfig, NewBatch, NewRecord, Outcome, Producer,
};
use serde_json::json;
use tempfile::TempDir;

use super::{lines, snapshot};
use crate::{Called, plimsoll};

/// 2026-01-01 00:00:00 UTC, in milliseconds since the epoch.
pub(super) const NOW_MS: i64 = 1_767_225_600_000;
pub(super) const PARTITION: &str = "orders-0";

/// A data directory of ours.
pub(super) struct Data {
    directory: TempDir,
}

pub(super) fn records(pairs: &[(&str, Option<&str>)]) -> Vec<NewRecord> {
    let record = |(key, value): &(&str, Option<&str>)| NewRecord {
        key: Some(key.as_bytes().into()),
        value: value.map(|value| value.as_bytes().into()),
        ..NewRecord::default()
    };
    pairs.iter().map(record).collect()
}

fn batch(at: i64, compression: Compression, pairs: &[(&str, Option<&str>)]) -> NewBatch {
    NewBatch {
        timestamp_ms: NOW_MS + at,
        records: records(pairs),
        compression,
        ..NewBatch::default()
    }
}

fn of(id: i64, base_sequence: i32, transactional: bool, new: NewBatch) -> NewBatch {
    let epoch = 0;
    NewBatch {
        producer: Some(Producer {
            id,
            epoch,
            base_sequence,
        }),
        transactional,
        ..new
    }
}

fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig {
        segment_bytes: 400,
        index_interval_bytes: 100,
        compact: true,
        ..LogConfig::default()
    })
}

/// Two compacted segments with a tombstone, an aborted transaction; a checkpoint; then a segment with an open
/// transaction, in another leader epoch, synced.
fn write(disk: &mut RealDisk) {
    let (mut log, _) = Log::open(disk, PARTITION, config(), NOW_MS).expect("it opens");
    let mut put = |log: &mut Log, epoch: i32, new: NewBatch| {
        let batch = new.build().expect("a batch");
        log.append(disk, &batch, epoch, NOW_MS).expect("room");
    };
    put(
        &mut log,
        0,
        batch(0, Compression::None, &[("a", Some("1")), ("b", Some("1"))]),
    );
    put(
        &mut log,
        0,
        batch(10, Compression::Zstd, &[("a", Some("2"))]),
    );
    put(
        &mut log,
        0,
        of(
            7,
            0,
            false,
            batch(20, Compression::Gzip, &[("b", None), ("c", Some("1"))]),
        ),
    );
    put(
        &mut log,
        0,
        of(
            8,
            0,
            true,
            batch(30, Compression::Lz4, &[("a", Some("never"))]),
        ),
    );
    let abort = EndMarker {
        producer_id: 8,
        producer_epoch: 0,
        outcome: Outcome::Abort,
        coordinator_epoch: 3,
        timestamp_ms: NOW_MS + 40,
    };
    log.append_marker(disk, abort, 0).expect("room");
    log.roll(disk).expect("room");
    log.sync(disk).expect("it can be synced");
    log.clean(disk, NOW_MS + 50).expect("it can be compacted");
    log.checkpoint(disk).expect("room");
    let mut put = |log: &mut Log, new: NewBatch| {
        let batch = new.build().expect("a batch");
        log.append(disk, &batch, 2, NOW_MS).expect("room");
    };
    put(
        &mut log,
        of(
            7,
            2,
            false,
            batch(60, Compression::Snappy, &[("d", Some("1"))]),
        ),
    );
    put(
        &mut log,
        of(
            9,
            0,
            true,
            batch(70, Compression::None, &[("e", Some("perhaps"))]),
        ),
    );
    put(&mut log, batch(80, Compression::None, &[("f", Some("1"))]));
    log.sync(disk).expect("it can be synced");
}

impl Data {
    pub(super) fn new() -> Data {
        let directory = tempfile::tempdir().expect("a directory");
        write(&mut RealDisk::open(directory.path()).expect("it opens"));
        Data { directory }
    }

    pub(super) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn partition(&self) -> PathBuf {
        self.root().join(PARTITION)
    }

    /// The segment that was written to last.
    pub(super) fn last(&self) -> PathBuf {
        self.partition().join("00000000000000000007.log")
    }

    pub(super) fn log(&self, args: &[&str]) -> Called {
        let directory = self.partition().display().to_string();
        let called = plimsoll(&[&["log"], args, &[&directory]].concat());
        Called {
            out: called
                .out
                .replace(&self.root().display().to_string(), "data"),
            ..called
        }
    }
}

#[test]
fn a_log_of_ours() {
    let data = Data::new();
    let called = data.log(&["--records"]);
    assert_eq!(
        (called.exit, &*called.err),
        (Exit::Kept, ""),
        "{}",
        called.out
    );
    insta::assert_snapshot!("log_ours", called.out);
    // The data directory that it is in shows the same.
    let whole = plimsoll(&["log", "--records", data.root().to_str().expect("UTF-8")]);
    assert_eq!(
        whole
            .out
            .replace(&data.root().display().to_string(), "data"),
        called.out
    );
}

#[test]
fn a_log_of_ours_as_json() {
    let called = Data::new().log(&["--json", "--records"]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    insta::assert_snapshot!("log_ours_json", called.out);
}

#[test]
fn looking_changes_nothing_and_needs_no_lock() {
    let data = Data::new();
    let before = snapshot(data.root());
    data.log(&["--records"]);
    assert!(before == snapshot(data.root()));
    let disk = RealDisk::open(data.root()).expect("nobody has it");
    let called = data.log(&["--json"]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    let holder = match cfg!(target_os = "linux") {
        true => json!(std::process::id()),
        false => json!(null),
    };
    assert_eq!(lines(&called, "partition")[0]["in_use_by"], holder);
    if cfg!(target_os = "linux") {
        let description = data.log(&[]).out;
        let who = format!("  in use       process {} has locked", std::process::id());
        assert!(description.contains(&who), "{description}");
    }
    drop(disk);
    let called = data.log(&["--json"]);
    assert_eq!(lines(&called, "partition")[0]["in_use_by"], json!(null));
}

/// What a crash leaves at the end is what recovery cuts off, and no damage.
#[test]
fn a_write_that_was_not_finished_is_told_and_left_alone() {
    let data = Data::new();
    let whole = std::fs::read(data.last()).expect("it is there");
    let batches = lines(&data.log(&["--json", "--batches"]), "batch");
    let last = batches.last().expect("there are some")["byte"]
        .as_u64()
        .expect("a number");
    for length in [whole.len() as u64 - 1, last + 61, last + 1] {
        std::fs::write(data.last(), &whole[..length as usize]).expect("it can be written");
        let called = data.log(&[]);
        assert_eq!(called.exit, Exit::Kept, "{}", called.out);
        let cut = length - last;
        let plural = if cut == 1 { "" } else { "s" };
        let description = match cut {
            1 => "  unfinished   the last byte is the beginning of a batch".to_owned(),
            _ => format!("  unfinished   the last {cut} bytes are the beginning of a batch"),
        };
        assert!(called.out.contains(&description), "{}", called.out);
        let description = format!(
            "would cut {cut} byte{plural} off 00000000000000000007.log behind byte {last}, because the batch ends after {cut} bytes"
        );
        assert!(called.out.contains(&description), "{}", called.out);
        assert_eq!(
            std::fs::metadata(data.last()).expect("it is there").len(),
            length
        );
    }
}

/// What the tool says recovery would do is what it then does.
#[test]
fn recovery_does_what_was_told() {
    let data = Data::new();
    let mut bytes = std::fs::read(data.last()).expect("it is there");
    let at = bytes.len() - 3;
    bytes[at] ^= 1;
    std::fs::write(data.last(), bytes).expect("it can be written");
    let called = data.log(&["--json"]);
    // Nothing follows on it, and it was not synced: so a crash leaves it.
    assert_eq!(called.exit, Exit::Kept);
    assert_eq!(lines(&called, "partition")[0]["unfinished"], "checksum");
    let description = &lines(&called, "partition")[0]["recovery"];
    let mut disk = RealDisk::open(data.root()).expect("nobody has it");
    let (log, report) = Log::open(&mut disk, PARTITION, config(), NOW_MS).expect("it opens");
    assert_eq!(description["outcome"], "opens");
    assert_eq!(description["log_end_offset"], log.log_end_offset());
    assert_eq!(description["kept_bytes"], report.kept_bytes);
    assert_eq!(description["cut_bytes"], report.truncated_bytes);
    assert_eq!(description["scanned_bytes"], report.scanned_bytes);
    let reason = report.damage.expect("it is damaged").to_string();
    assert_eq!(description["reason"], reason);
    assert_eq!(
        disk.len("orders-0/00000000000000000007.log")
            .expect("it is there"),
        report.kept_bytes
    );
    assert_eq!(data.log(&[]).exit, Exit::Kept);
}
