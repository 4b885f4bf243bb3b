//! Opening a log without a checkpoint, which reads and checks all of it, against reading it and computing the checksums.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use plimsoll_log::LogConfig;
use tempfile::TempDir;

use crate::interleaved::{medians, timed};
use crate::world::{DIRECTORY, open, prepared, walk};

/// About 90 MB in segments of 32 MiB.
const BATCHES: usize = 75_000;
const ROUNDS: usize = 9;

/// Where the checksum stands, and where what it covers begins.
const CRC: usize = 17;
const CRC_FROM: usize = 21;

fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig {
        segment_bytes: 32 << 20,
        checkpoint_bytes: u64::MAX,
        ..LogConfig::default()
    })
}

fn without_checkpoint() -> TempDir {
    let root = prepared(&config(), BATCHES, 1000);
    std::fs::remove_file(root.path().join(DIRECTORY).join("checkpoint")).expect("it is there");
    assert_eq!(bare(root.path()), BATCHES as u64);
    root
}

fn recover(root: &Path) {
    let (_, log) = open(root, &config());
    assert_eq!(log.log_end_offset(), 10 * BATCHES as i64);
}

fn bare(root: &Path) -> u64 {
    walk(root, |batch| {
        let stored = &batch[CRC..CRC_FROM];
        assert_eq!(crc32c::crc32c(&batch[CRC_FROM..]).to_be_bytes(), stored);
    })
}

pub fn bench(criterion: &mut Criterion) {
    let root = without_checkpoint();
    let mut group = criterion.benchmark_group("recovery");
    group.throughput(Throughput::Elements(BATCHES as u64));
    group.bench_function("log", |b| b.iter(|| recover(root.path())));
    group.bench_function("bare", |b| b.iter(|| black_box(bare(root.path()))));
    group.finish();
}

pub fn compare() {
    let root = without_checkpoint();
    let bytes: u64 = open(root.path(), &config()).1.bytes();
    let times = medians(
        ROUNDS,
        &[&|| timed(|| recover(root.path())), &|| {
            timed(|| bare(root.path()))
        }],
    );
    let rate = |index: usize| bytes as f64 / times[index].as_secs_f64();
    println!(
        "recovery of {} MiB, {BATCHES} batches: {:.0} MB/s; bare read and CRC-32C {:.0} MB/s; recovery / bare = {:.2}",
        bytes >> 20,
        rate(0) / 1e6,
        rate(1) / 1e6,
        rate(0) / rate(1),
    );
}
