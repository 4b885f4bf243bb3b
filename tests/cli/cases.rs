//! Directories that were once told wrongly, and inputs of the same kinds: what is sound is not called damage, what is
//! damaged is named, and neither hides anything else. Beside each stands one that comes close and is of the other sort.

#[path = "cases/directories.rs"]
mod directories;
#[path = "cases/offsets.rs"]
mod offsets;
#[path = "cases/segments.rs"]
mod segments;
#[path = "cases/tails.rs"]
mod tails;

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_log::{Batch, NewBatch, NewRecord};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Called, plimsoll};

pub(crate) fn case(name: &str) -> String {
    format!("{}/logs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A data directory that may be written.
struct Data(TempDir);

impl Data {
    fn new() -> Data {
        Data(tempfile::tempdir().expect("a directory"))
    }

    /// A copy of a case.
    fn of(name: &str) -> Data {
        let data = Data::new();
        copy(Path::new(&case(name)), data.0.path());
        data
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in a directory")).expect("a directory");
        fs::write(path, bytes).expect("it can be written");
    }

    fn call(&self, command: &str, args: &[&str]) -> Called {
        let path = self.0.path().to_str().expect("UTF-8");
        plimsoll(&[&[command], args, &[path]].concat())
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it is there") {
        let path = entry.expect("it can be listed").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            fs::create_dir(&to).expect("a directory");
            copy(&path, &to);
        } else {
            fs::write(to, fs::read(&path).expect("it can be read")).expect("it can be written");
        }
    }
}

/// The lines of `--json` of one kind.
fn lines(called: &Called, kind: &str) -> Vec<Value> {
    let all = called.out.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    all.filter(|line| line["kind"] == kind).collect()
}

/// What is said of every damaged place: expected and found.
fn damages(called: &Called) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let lines = lines(called, "damage").into_iter();
    lines
        .map(|line| (text(&line["expected"]), text(&line["found"])))
        .collect()
}

fn keyed(key: &[u8], value: &[u8]) -> NewRecord {
    NewRecord {
        key: Some(key.into()),
        value: Some(value.into()),
        ..NewRecord::default()
    }
}

fn batch(base: i64, records: Vec<NewRecord>) -> Batch {
    let new = NewBatch {
        timestamp_ms: 1,
        records,
        ..NewBatch::default()
    };
    new.build()
        .and_then(|batch| batch.placed_at(base, 0))
        .expect("a batch")
}

/// Puts the checksum right again.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = crc32c::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
    bytes
}
