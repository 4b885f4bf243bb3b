//! Partitions that are written here: what Kafka's files do not have in them.

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_cli::Exit;
use plimsoll_log::{Batch, Compression, NewBatch, NewRecord};
use plimsoll_offsets::{CommittedOffset, OffsetsRecord, encode};
use serde_json::json;
use tempfile::TempDir;

use super::lines;
use crate::plimsoll;

/// A data directory of its own.
pub(super) struct Data(TempDir);

impl Data {
    pub(super) fn new() -> Data {
        Data(tempfile::tempdir().expect("a directory"))
    }

    pub(super) fn path(&self) -> &str {
        self.0.path().to_str().expect("UTF-8")
    }

    /// A directory with one segment.
    pub(super) fn partition(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let directory = self.0.path().join(name);
        fs::create_dir_all(&directory).expect("a directory");
        write(&directory, 0, bytes);
        directory
    }
}

pub(super) fn write(directory: &Path, base: i64, bytes: &[u8]) {
    fs::write(directory.join(format!("{base:020}.log")), bytes).expect("a segment");
}

pub(super) fn commit(group: &str, offset: i64) -> OffsetsRecord {
    let value = CommittedOffset {
        offset,
        leader_epoch: 5,
        metadata: "".into(),
        commit_timestamp_ms: -1,
        expire_timestamp_ms: -1,
        topic_id: None,
    };
    OffsetsRecord::Offset {
        group: group.into(),
        topic: "t".into(),
        partition: 0,
        value: Some(value),
    }
}

pub(super) fn record(record: &OffsetsRecord) -> NewRecord {
    let (key, value) = encode(record).expect("it can be written");
    NewRecord {
        key: Some(key),
        value,
        ..NewRecord::default()
    }
}

pub(super) fn batch(base: i64, records: Vec<NewRecord>) -> Batch {
    let new = NewBatch {
        timestamp_ms: 1,
        records,
        ..NewBatch::default()
    };
    new.build()
        .and_then(|batch| batch.placed_at(base, 0))
        .expect("a batch")
}

fn shown(data: &Data) -> Vec<(String, i64)> {
    let called = plimsoll(&["offsets", "--json", data.path()]);
    assert_eq!(called.exit, Exit::Kept, "{}", called.err);
    let groups = lines(&called, "group");
    let one = |group: &serde_json::Value| {
        let offset = group["offsets"][0]["offset"].as_i64().expect("an offset");
        (super::text(&group["group"]), offset)
    };
    groups.iter().map(one).collect()
}

#[test]
fn two_segments_and_gaps() {
    let data = Data::new();
    let directory = data.partition(
        "__consumer_offsets-0",
        batch(3, vec![record(&commit("g", 1))]).bytes(),
    );
    write(
        &directory,
        9,
        batch(12, vec![record(&commit("g", 2)), record(&commit("h", 7))]).bytes(),
    );
    fs::write(
        directory.join("00000000000000000009.index"),
        b"not looked at",
    )
    .expect("a file");
    assert_eq!(shown(&data), [("g".to_owned(), 2), ("h".to_owned(), 7)]);
}

#[test]
fn compressed_batches_are_read() {
    for compression in [
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let records = vec![record(&commit("g", 4))];
        let new = NewBatch {
            timestamp_ms: 1,
            records,
            compression,
            ..NewBatch::default()
        };
        let data = Data::new();
        data.partition(
            "__consumer_offsets-0",
            new.build().expect("a batch").bytes(),
        );
        assert_eq!(shown(&data), [("g".to_owned(), 4)], "{compression:?}");
    }
}

#[test]
fn a_write_that_was_not_finished_is_told_and_left_alone() {
    let whole = batch(0, vec![record(&commit("g", 1))]);
    let next = batch(1, vec![record(&commit("g", 2))]);
    for cut in [1, 60, 61, next.bytes().len() - 1] {
        let data = Data::new();
        let bytes = [whole.bytes(), &next.bytes()[..cut]].concat();
        let directory = data.partition("__consumer_offsets-0", &bytes);
        let called = plimsoll(&["offsets", data.path()]);
        assert_eq!(called.exit, Exit::Kept);
        let words: Vec<&str> = called.out.split_whitespace().collect();
        let description = match cut {
            1 => "the last byte is the beginning".to_owned(),
            _ => format!("the last {cut} bytes are the beginning"),
        };
        assert!(words.join(" ").contains(&description), "{}", called.out);
        assert_eq!(shown(&data), [("g".to_owned(), 1)]);
        assert_eq!(
            fs::read(directory.join("00000000000000000000.log")).expect("it is there"),
            bytes
        );
    }
}

/// S10: the topic got another partition after the group had committed.
#[test]
fn a_group_where_no_broker_looks_for_it_is_told() {
    let data = Data::new();
    data.partition(
        "__consumer_offsets-0",
        batch(0, vec![record(&commit("g", 1))]).bytes(),
    );
    assert_eq!(
        lines(&plimsoll(&["offsets", "--json", data.path()]), "group")[0]["looked_for_in"],
        json!(null)
    );
    data.partition("__consumer_offsets-1", b"");
    let called = plimsoll(&["offsets", data.path()]);
    let description = "  misplaced    g is in partition 0, but its name leads to 1: a broker finds none of its offsets\n";
    assert!(called.out.contains(description), "{}", called.out);
    assert_eq!(
        lines(&plimsoll(&["offsets", "--json", data.path()]), "group")[0]["looked_for_in"],
        json!(1)
    );
    // With a gap nobody knows how many partitions there are.
    data.partition("__consumer_offsets-7", b"");
    assert!(
        !plimsoll(&["offsets", data.path()])
            .out
            .contains("misplaced")
    );
}

#[test]
fn names_cannot_disturb_a_terminal() {
    let data = Data::new();
    data.partition(
        "__consumer_offsets-0",
        batch(0, vec![record(&commit("a\u{1b}[2Jb\n", 1))]).bytes(),
    );
    let called = plimsoll(&["offsets", data.path()]);
    assert!(
        called.out.contains("\na\\u{1b}[2Jb\\n: offsets only"),
        "{}",
        called.out
    );
    assert!(
        called.out.contains("unknown"),
        "a commit without a time: {}",
        called.out
    );
}

#[test]
fn an_expire_time_of_its_own_is_shown() {
    let OffsetsRecord::Offset {
        group,
        topic,
        partition,
        value: Some(value),
    } = commit("g", 1)
    else {
        panic!("a commit has a value");
    };
    let value = Some(CommittedOffset {
        expire_timestamp_ms: 86_400_000,
        leader_epoch: -1,
        ..value
    });
    let expiring = OffsetsRecord::Offset {
        group,
        topic,
        partition,
        value,
    };
    let data = Data::new();
    data.partition(
        "__consumer_offsets-0",
        batch(0, vec![record(&expiring)]).bytes(),
    );
    let called = plimsoll(&["offsets", data.path()]);
    assert!(
        called.out.contains("expires (UTC)") && called.out.contains("1970-01-02 00:00:00.000"),
        "{}",
        called.out
    );
}
