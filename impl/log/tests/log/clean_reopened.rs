//! K9, opened again and again: a swap that recovery carried through stays what it is when the log is opened once more
//! before anything else was written.
//!
//! The output of the pass is exactly as long as the first of the segments that went into it, so that nothing but the
//! checkpoint can tell them apart.

use crate::compaction;

use std::sync::Arc;

use compaction::{Bench, DIRECTORY, config};
use plimsoll_disk::{Fault, Faulty, SimDisk};
use plimsoll_log::{Log, LogConfig};

/// Two segments that become one as long as the first: as many batches of the same size stay as that had.
fn prepared() -> Bench<SimDisk> {
    let mut bench = Bench::new(LogConfig {
        segment_bytes: 500,
        ..config()
    });
    bench.put(&[("a", "1")]);
    bench.put(&[("b", "1")]);
    bench.log.roll(&mut bench.disk).unwrap();
    bench.put(&[("a", "2")]);
    bench.settle();
    bench
}

/// Every disk that a process leaves that is killed, or whose power is cut, at an operation of `run`.
fn cuts(disk: &SimDisk, run: impl Fn(&mut Faulty<SimDisk>) -> bool) -> Vec<SimDisk> {
    let mut left = Vec::new();
    for n in 0.. {
        let mut faulty = Faulty::new(disk.clone());
        faulty.fail_at(n, Fault::PowerCut);
        if run(&mut faulty) {
            return left;
        }
        left.extend(faulty.inner().survivors());
        left.push(faulty.into_inner());
    }
    left
}

/// Opens the log twice more, and then reads it.
fn reopened(disk: &SimDisk, config: &Arc<LogConfig>) -> (usize, Vec<String>) {
    let mut disk = disk.clone();
    let mut finished = 0;
    let mut bench = None;
    for time in 1..=2 {
        let opened = Log::open(&mut disk, DIRECTORY, config.clone(), 0);
        let (log, report) = opened.unwrap_or_else(|error| panic!("opening {time}: {error}"));
        finished += report.finished_swaps.len();
        bench = Some(Bench {
            disk: disk.clone(),
            log,
            now_ms: 0,
        });
    }
    (finished, bench.unwrap().description())
}

const OLD: [&str; 3] = ["0:a=1", "1:b=1", "2:a=2"];
const NEW: [&str; 2] = ["1:b=1", "2:a=2"];

#[test]
fn the_output_is_as_long_as_the_first_of_its_sources() {
    let mut bench = prepared();
    assert_eq!(bench.description(), OLD);
    let first = |bench: &Bench<SimDisk>| bench.log.segments().next().unwrap().bytes();
    let before = first(&bench);
    assert_eq!(bench.clean().new_segments, 1);
    assert_eq!(first(&bench), before);
    assert_eq!(bench.description(), NEW);
}

#[test]
fn a_finished_swap_is_known_to_every_opening_after_it() {
    let before = prepared();
    let config = Arc::new(before.log.config().clone());
    let pass = |disk: &mut Faulty<SimDisk>| before.log.clone().clean(disk, 0).is_ok();
    let open = |disk: &mut Faulty<SimDisk>| Log::open(disk, DIRECTORY, config.clone(), 0).is_ok();
    let (mut once, mut twice, mut finished) = (0, 0, 0);
    for disk in cuts(&before.disk, pass) {
        for disk in cuts(&disk, open).iter().chain([&disk]) {
            let (swaps, description) = reopened(disk, &config);
            assert!(description == OLD || description == NEW, "{description:?}");
            finished += swaps;
            twice += 1;
        }
        once += 1;
    }
    println!("{once} disks after a crash, {twice} after another one, {finished} swaps finished");
    assert!(finished > 10);
}
