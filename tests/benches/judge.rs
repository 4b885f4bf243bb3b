//! Events a second of the judge, against a pass that only reads the same bytes with the same reader.
//!
//! The history is generated while it is read, with the clock stopped, so its length costs no memory. Lengths of 10^5 and
//! 10^6 events are measured; 10^7 too if `PLIMSOLL_BENCH_DEEP=1` is set.

mod generated;
mod interleaved;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, SamplingMode, Throughput};
use generated::Generated;
use interleaved::{measures, medians};
use plimsoll_history::HistoryReader;
use plimsoll_oracle::{Options, Report, Verdict, judge};

// As in the command-line tool.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SMALL: u64 = 100_000;
const LARGE: u64 = 1_000_000;
const DEEP: u64 = 10_000_000;

/// What reading costs the reader: the time that generation takes is not its own.
fn timed<R>(events: u64, read: impl FnOnce(&mut Generated) -> R) -> Duration {
    let mut history = Generated::new(events);
    let began = Instant::now();
    black_box(read(&mut history));
    began.elapsed().saturating_sub(history.generating())
}

fn judged(history: &mut Generated) -> Report {
    judge(history, "generated", &Options::default()).expect("the generator keeps to the format")
}

fn only_read(history: &mut Generated) -> u64 {
    let mut reader =
        HistoryReader::new(history, "generated").expect("the generator writes a header");
    let mut events = 0;
    while let Some(event) = reader
        .next_event()
        .expect("the generator keeps to the format")
    {
        black_box(event);
        events += 1;
    }
    events
}

/// Both passes see the whole history, and it is a valid one in which something happens.
fn check(events: u64) -> Report {
    let report = judged(&mut Generated::new(events));
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(
        report.totals.replayed > Some(0),
        "killed consumers are followed by replay"
    );
    assert_eq!(report.events, only_read(&mut Generated::new(events)));
    report
}

fn bench(criterion: &mut Criterion, events: u64) {
    let mut group = criterion.benchmark_group(format!("{events} events"));
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(events));
    group.bench_function("judge", |b| {
        b.iter_custom(|times| (0..times).map(|_| timed(events, judged)).sum())
    });
    group.bench_function("only read", |b| {
        b.iter_custom(|times| (0..times).map(|_| timed(events, only_read)).sum())
    });
    group.finish();
}

/// Prints rates, and how the time of an event changes with the length.
fn compare(lengths: &[u64], rounds: usize) {
    let reports: Vec<_> = lengths.iter().map(|events| check(*events)).collect();
    // Short histories are read repeatedly: each turn is of a second's order.
    let turn = |events: u64, once: &dyn Fn() -> Duration| {
        let times = (LARGE / events).max(1) as u32;
        (0..times).map(|_| once()).sum::<Duration>() / times
    };
    let judge = |events| turn(events, &|| timed(events, judged));
    let read = |events| turn(events, &|| timed(events, only_read));
    let mut ways: Vec<Box<dyn Fn() -> Duration>> = Vec::new();
    for events in lengths.iter().copied() {
        ways.push(Box::new(move || judge(events)));
        ways.push(Box::new(move || read(events)));
    }
    let ways: Vec<_> = ways.iter().map(|way| &**way).collect();
    let times = medians(rounds, &ways);
    println!("\nMedians of {rounds} interleaved rounds, one thread:");
    let mut shorter = None;
    for (report, times) in reports.iter().zip(times.chunks(2)) {
        let ns = |time: Duration| time.as_nanos() as f64 / report.events as f64;
        let (judge, read) = (ns(times[0]), ns(times[1]));
        println!(
            "{} events: judge {:.0} events/s ({judge:.0} ns/event), only read {:.0} events/s ({read:.0} ns/event); judge / only read = {:.2} in time; held at most {} items",
            report.events,
            1e9 / judge,
            1e9 / read,
            judge / read,
            report.held_peak,
        );
        if let Some(shorter) = shorter.replace(judge) {
            println!(
                "ns/event, ten times as many events: {:.2} times",
                judge / shorter
            );
        }
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    check(SMALL);
    bench(&mut criterion, SMALL);
    bench(&mut criterion, LARGE);
    criterion.final_summary();
    if measures() {
        compare(&[SMALL, LARGE], 7);
        if std::env::var_os("PLIMSOLL_BENCH_DEEP").is_some_and(|deep| deep == "1") {
            compare(&[SMALL, LARGE, DEEP], 3);
        }
    }
}
