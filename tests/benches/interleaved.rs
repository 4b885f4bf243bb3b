//! Times several ways of doing the same work in turn, so that whatever else the machine does meets all of them alike.

use std::time::{Duration, Instant};

/// The median time of each way over `rounds` rounds, in which the ways take turns and each comes first now and then.
pub fn medians(rounds: usize, ways: &[&dyn Fn() -> Duration]) -> Vec<Duration> {
    let mut times = vec![Vec::new(); ways.len()];
    for round in 0..rounds {
        for turn in 0..ways.len() {
            let way = (round + turn) % ways.len();
            times[way].push(ways[way]());
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    times.into_iter().map(median).collect()
}

/// How long it takes.
#[allow(dead_code)] // Not every bench lets the clock run all the time.
pub fn timed<R>(work: impl FnOnce() -> R) -> Duration {
    let began = Instant::now();
    std::hint::black_box(work());
    began.elapsed()
}

/// Whether this run measures, instead of trying out, listing or profiling the benches.
pub fn measures() -> bool {
    let others = ["--test", "--list", "--profile-time"];
    !std::env::args().any(|argument| others.contains(&argument.as_str()))
}
