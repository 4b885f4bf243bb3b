//! How much memory writing and reopening a large log takes, and how long it takes to open it after a crash.
//!
//! Each writing and each opening is a process of its own, which ends without closing the log and tells its peak of
//! resident memory (`VmHWM`, which Linux tells). The crash comes when the next checkpoint is nearly due: there is never
//! more to read at an opening.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use plimsoll_log::LogConfig;

use crate::world::{batch, directory, open};

const MIB: u64 = 1 << 20;
/// Kafka's `batch.size`: 16 records of 1000 bytes.
const RECORDS: usize = 16;
const VALUE_BYTES: usize = 1000;
/// Batches between two syncs.
const WAITING: usize = 16;
const OPENINGS: usize = 9;

/// Does what this process was started for, if it was: `gibibyte write|open DIRECTORY MIB`.
pub fn is_child() -> bool {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [which, what, root, mib] = &arguments[..] else {
        return false;
    };
    if which != "gibibyte" {
        return false;
    }
    let bytes = mib.parse::<u64>().expect("a number of MiB") * MIB;
    let (taken, scanned) = match what.as_str() {
        "write" => (0, write(Path::new(root), bytes)),
        _ => reopen(Path::new(root), bytes),
    };
    println!("{taken} {scanned} {}", peak());
    true
}

/// Writes so many bytes, and more until a checkpoint is nearly due.
fn write(root: &Path, bytes: u64) -> u64 {
    let config = Arc::new(LogConfig::default());
    let (mut disk, mut log) = open(root, &config);
    let mut number = 0;
    loop {
        for _ in 0..WAITING {
            let batch = batch(1, number, RECORDS, VALUE_BYTES, 1000);
            log.append(&mut disk, &batch, 0, 0).expect("there is room");
            number += 1;
        }
        log.sync(&mut disk).expect("the disk is well");
        let point = log.recovery_point();
        let last = log.segments().next_back().expect("there is always one");
        let behind = match last.base_offset() == point.segment {
            true => last.bytes() - point.position,
            false => last.bytes(),
        };
        let of_one_sync = (WAITING * RECORDS * (VALUE_BYTES + 20)) as u64;
        // A small log has its first checkpoint still before it.
        let nearly_due = behind + 2 * of_one_sync > config.checkpoint_bytes;
        if log.bytes() >= bytes && (nearly_due || bytes < config.checkpoint_bytes) {
            return 0;
        }
    }
}

/// Microseconds that it took, and bytes that it read.
fn reopen(root: &Path, bytes: u64) -> (u64, u64) {
    let mut disk = plimsoll_disk::RealDisk::open(root).expect("nobody else has it");
    let config = Arc::new(LogConfig::default());
    let began = Instant::now();
    let (log, report) =
        plimsoll_log::Log::open(&mut disk, crate::world::DIRECTORY, config, 0).expect("it opens");
    let taken = began.elapsed();
    assert!(log.bytes() >= bytes && report.damage.is_none());
    (taken.as_micros() as u64, report.scanned_bytes)
}

/// The most resident memory that this process ever had, in bytes; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok())
        .map_or(0, |kib| kib * 1024)
}

/// Microseconds, bytes read, peak of memory in bytes.
fn child(what: &str, root: &Path, mib: u64) -> [u64; 3] {
    let program = std::env::current_exe().expect("this program is somewhere");
    let mut command = Command::new(program);
    command
        .args(["gibibyte", what])
        .arg(root)
        .arg(mib.to_string());
    let description = command.output().expect("it starts");
    let errors = String::from_utf8_lossy(&description.stderr);
    assert!(description.status.success(), "{errors}");
    let text = String::from_utf8_lossy(&description.stdout).into_owned();
    let mut numbers = text
        .split_whitespace()
        .map(|n| n.parse().expect("a number"));
    std::array::from_fn(|_| numbers.next().expect("three numbers"))
}

pub fn compare() {
    let deep = std::env::var_os("PLIMSOLL_BENCH_DEEP").is_some_and(|deep| deep == "1");
    let large = if deep { 1024 } else { 64 };
    let (mut openings, mut roots) = (Vec::new(), Vec::new());
    for mib in [1, large] {
        let root = directory();
        let began = Instant::now();
        let [_, _, peak] = child("write", root.path(), mib);
        println!(
            "writing {mib} MiB with a sync every {WAITING} batches of 16 KiB: {:.1} s, {:.1} MiB of memory",
            began.elapsed().as_secs_f64(),
            peak as f64 / MIB as f64
        );
        roots.push((mib, root));
        openings.push(Vec::new());
    }
    for _ in 0..OPENINGS {
        for ((mib, root), openings) in roots.iter().zip(&mut openings) {
            openings.push(child("open", root.path(), *mib));
        }
    }
    let mut medians = Vec::new();
    for ((mib, _), openings) in roots.iter().zip(&mut openings) {
        openings.sort_unstable();
        let [taken, scanned, _] = openings[OPENINGS / 2];
        let peak = openings
            .iter()
            .map(|description| description[2])
            .max()
            .unwrap_or(0);
        println!(
            "opening {mib} MiB after a crash: {:.2} ms, {:.1} MiB read, {:.1} MiB of memory",
            taken as f64 / 1e3,
            scanned as f64 / MIB as f64,
            peak as f64 / MIB as f64,
        );
        medians.push(taken as f64);
    }
    println!(
        "start-up of {large} MiB / of 1 MiB = {:.2}",
        medians[1] / medians[0]
    );
}
