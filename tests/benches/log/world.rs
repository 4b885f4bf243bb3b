//! Directories, batches, and a bare walk over a segment file.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use plimsoll_disk::RealDisk;
use plimsoll_log::{Batch, Log, LogConfig, NewBatch, NewRecord, Producer};
use tempfile::TempDir;

pub const DIRECTORY: &str = "t-0";

/// How much a bare loop reads at a time.
const PIECE_BYTES: usize = 512 << 10;

/// A directory on a real disk, which goes when it is dropped.
pub fn directory() -> TempDir {
    let build = env!("CARGO_TARGET_TMPDIR");
    std::fs::create_dir_all(build)
        .and_then(|()| tempfile::tempdir_in(build))
        .expect("the build directory can be written to")
}

pub fn open(root: &Path, config: &Arc<LogConfig>) -> (RealDisk, Log) {
    let mut disk = RealDisk::open(root).expect("nobody else has it");
    let (log, _) = Log::open(&mut disk, DIRECTORY, config.clone(), 0).expect("it opens");
    (disk, log)
}

/// The `number`-th batch of an idempotent producer: `records` records of `value_bytes` bytes with keys below `keys`.
pub fn batch(id: i64, number: usize, records: usize, value_bytes: usize, keys: u64) -> Batch {
    let first = number * records;
    let record = |index: usize| NewRecord {
        key: Some(
            key((first + index) as u64, keys)
                .to_be_bytes()
                .as_slice()
                .into(),
        ),
        value: Some(vec![index as u8; value_bytes].into()),
        ..NewRecord::default()
    };
    let new = NewBatch {
        records: (0..records).map(record).collect(),
        producer: Some(Producer {
            id,
            epoch: 0,
            base_sequence: first as i32,
        }),
        ..NewBatch::default()
    };
    new.build().expect("a small batch")
}

/// Keys in an order that looks random.
fn key(number: u64, keys: u64) -> u64 {
    (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % keys
}

/// A log of so many batches of ten records of 100 bytes, closed in good order.
pub fn prepared(config: &Arc<LogConfig>, batches: usize, keys: u64) -> TempDir {
    let root = directory();
    let (mut disk, mut log) = open(root.path(), config);
    for number in 0..batches {
        let batch = batch(1, number, 10, 100, keys);
        log.append(&mut disk, &batch, 0, 0).expect("there is room");
    }
    log.roll(&mut disk).expect("there is room");
    log.close(&mut disk).expect("there is room");
    root
}

/// Walks the segment files of the log by the lengths that stand in front of the batches; gives how many there are.
pub fn walk(root: &Path, mut each: impl FnMut(&[u8])) -> u64 {
    let mut names: Vec<_> = std::fs::read_dir(root.join(DIRECTORY))
        .expect("it is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
        .collect();
    names.sort();
    let (mut buffer, mut batches) = (vec![0; PIECE_BYTES], 0);
    for name in names {
        let file = File::open(name).expect("it can be read");
        let length = file.metadata().expect("it can be read").len();
        let mut position = 0;
        while position < length {
            let piece = (length - position).min(PIECE_BYTES as u64) as usize;
            let piece = &mut buffer[..piece];
            file.read_exact_at(piece, position).expect("it can be read");
            let (mut at, mut left) = (0, &piece[..]);
            while let Some(batch) = whole_batch(left) {
                each(batch);
                batches += 1;
                at += batch.len();
                left = &left[batch.len()..];
            }
            assert!(at > 0, "a batch fits in a piece");
            position += at as u64;
        }
    }
    batches
}

/// The batch that these bytes begin with, if it is there in full.
fn whole_batch(bytes: &[u8]) -> Option<&[u8]> {
    let length: [u8; 4] = bytes.get(8..12)?.try_into().ok()?;
    bytes.get(..12 + u32::from_be_bytes(length) as usize)
}
