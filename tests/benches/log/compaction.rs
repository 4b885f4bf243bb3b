//! Records a second of one pass of compaction, against reading and decoding every record once.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use plimsoll_log::{Batch, LogConfig};
use tempfile::TempDir;

use crate::interleaved::{medians, timed};
use crate::world::{DIRECTORY, directory, open, prepared, walk};

const BATCHES: usize = 40_000;
const RECORDS: u64 = 10 * BATCHES as u64;
const KEYS: u64 = 20_000;
const ROUNDS: usize = 7;

fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig {
        segment_bytes: 16 << 20,
        compact: true,
        ..LogConfig::default()
    })
}

/// A log of its own with the same files.
fn copy(root: &Path) -> TempDir {
    let copy = directory();
    let to = copy.path().join(DIRECTORY);
    std::fs::create_dir(&to).expect("there is room");
    for entry in std::fs::read_dir(root.join(DIRECTORY)).expect("it is there") {
        let path = entry.expect("it can be listed").path();
        let name = path.file_name().expect("it has a name");
        std::fs::copy(&path, to.join(name)).expect("there is room");
    }
    copy
}

fn clean(root: &Path) -> Duration {
    let (mut disk, mut log) = open(root, &config());
    timed(|| {
        let report = log.clean(&mut disk, 0).expect("it is not damaged");
        assert_eq!(report.keys as u64, KEYS);
        assert_eq!(report.dropped.superseded, RECORDS - KEYS);
    })
}

fn decode(root: &Path) -> u64 {
    let mut records = 0;
    walk(root, |bytes| {
        let batch = Batch::parse(bytes).expect("it is not damaged");
        records += black_box(batch.records().expect("it is not damaged")).len() as u64;
    });
    assert_eq!(records, RECORDS);
    records
}

pub fn bench(criterion: &mut Criterion) {
    let root = prepared(&config(), BATCHES, KEYS);
    let mut group = criterion.benchmark_group("compaction");
    group.throughput(Throughput::Elements(RECORDS));
    let fresh = || copy(root.path());
    group.bench_function("log", |b| {
        b.iter_batched(fresh, |copy| clean(copy.path()), BatchSize::PerIteration);
    });
    group.bench_function("only decode", |b| b.iter(|| decode(root.path())));
    group.finish();
}

pub fn compare() {
    let root = prepared(&config(), BATCHES, KEYS);
    let times = medians(
        ROUNDS,
        &[&|| clean(copy(root.path()).path()), &|| {
            timed(|| decode(root.path()))
        }],
    );
    let rate = |index: usize| RECORDS as f64 / times[index].as_secs_f64();
    println!(
        "compaction of {RECORDS} records with {KEYS} keys: {:.2} million records/s; only decoding them {:.2}; compaction / decoding = {:.2} of its rate",
        rate(0) / 1e6,
        rate(1) / 1e6,
        rate(0) / rate(1),
    );
}
