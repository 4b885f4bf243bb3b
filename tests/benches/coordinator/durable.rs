//! Durable commits through the service on real files, by committers who each wait for their answer, against a bare loop
//! that writes as many batches of as many bytes and syncs as often.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use plimsoll_coordinator::{ErrorCode, GroupResponse};
use plimsoll_disk::RealDisk;
use plimsoll_service::{Config, Counters, Service, Status, SystemClock};

use crate::requests;

const ROUNDS: usize = 5;

/// What a round wrote.
#[derive(Clone, Copy)]
struct Written {
    batches: u64,
    bytes: u64,
    syncs: u64,
}

/// One partition, so that all committers share its syncs.
fn service(directory: &std::path::Path) -> (Service<RealDisk>, Arc<Counters>) {
    let config = Config {
        offsets_partitions: 1,
        topics: requests::topics(),
        ..Config::default()
    };
    let disk = RealDisk::open(directory).expect("a directory of its own");
    let counters = Arc::new(Counters::default());
    let clock = Arc::new(SystemClock::new());
    let service = Service::start(disk, &config, clock, Arc::clone(&counters) as _);
    let service = service.expect("an empty directory");
    service.elect_all();
    while !matches!(service.status(0), Some((Status::Active, _))) {
        std::thread::yield_now();
    }
    (service, counters)
}

/// `committers` at a time, `commits` in all.
fn committed(committers: usize, commits: usize) -> (Duration, Written) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let (service, counters) = service(directory.path());
    let (answers, answered) = mpsc::channel();
    let mut asked = 0;
    let mut ask = |committer: usize| {
        asked += 1;
        let request = requests::commit(&requests::group(committer), -1, 0, asked);
        let answers = answers.clone();
        service.submit(request, move |answer| {
            // Nobody listens any more at the end.
            let _ = answers.send((committer, answer));
        });
    };
    let begun = Instant::now();
    (0..committers).for_each(&mut ask);
    for description in 1..=commits {
        let (committer, answer) = answered.recv().expect("the service lives");
        assert!(
            matches!(answer, GroupResponse::Commit(r) if r.partitions[0].error == ErrorCode::None)
        );
        if description + committers <= commits {
            ask(committer);
        }
    }
    let took = begun.elapsed();
    let bytes = service.log(0).map_or(0, |log| log.look(|log| log.bytes()));
    let written = Written {
        batches: counters.appends(),
        bytes,
        syncs: counters.syncs(),
    };
    assert_eq!(written.batches, commits as u64);
    service.shutdown().expect("the disk is well");
    (took, written)
}

/// The same number of batches, bytes and syncs.
fn bare(written: Written) -> Duration {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let file = File::create(directory.path().join("log")).expect("a file");
    let batch = vec![b'x'; (written.bytes / written.batches) as usize];
    let (mut position, mut batches) = (0, 0);
    let begun = Instant::now();
    for sync in 1..=written.syncs {
        while batches * written.syncs < sync * written.batches {
            file.write_all_at(&batch, position).expect("there is room");
            position += batch.len() as u64;
            batches += 1;
        }
        file.sync_data().expect("the disk is well");
    }
    begun.elapsed()
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).expect("a number"));
    values[values.len() / 2]
}

pub fn compare() {
    for (committers, commits) in [(1, 500), (16, 4_000), (256, 40_000)] {
        committed(committers, commits / 10);
        let (mut rates, mut ratios, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (took, written) = committed(committers, commits);
            let alone = bare(written);
            rates.push(commits as f64 / took.as_secs_f64());
            ratios.push(alone.as_secs_f64() / took.as_secs_f64());
            shared.push(written.batches as f64 / written.syncs as f64);
        }
        println!(
            "durable, {committers} committers: {:.0} commits/s, {:.1} commits a sync; ratio {:.2} of the rate of a bare loop that writes and syncs as often",
            median(rates),
            median(shared),
            median(ratios)
        );
    }
}
