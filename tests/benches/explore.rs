//! Distinct states a second of an exploration, against what it cannot do without: offering and taking each state's steps.
//!
//! *Expand only* takes the states that an exploration found, recorded beforehand, and takes every step of each, keeping
//! nothing: no seen-set, no hashes, no paths, no next level.

mod interleaved;

use std::{collections::HashSet, hash::BuildHasher, hint::black_box};

use criterion::{Criterion, SamplingMode, Throughput};
use interleaved::{measures, medians, timed};
use plimsoll_explore::{
    code::CodeSystem,
    design::DesignSystem,
    search::levels::{self, Findings, Limits},
    system::System,
};
use plimsoll_model::{Bounds, Design};

// As in the command-line tool.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Small, so that one exploration takes a third of a second.
const DESIGN: Bounds = Bounds {
    records: 2,
    consumer_crashes: 1,
    failovers: 1,
    generations: 2,
    expiries: 0,
    lost_answers: 1,
    write_errors: 0,
    window: 1,
    zombie: 1,
};

/// Likewise.
const CODE: Bounds = Bounds {
    records: 1,
    consumer_crashes: 0,
    zombie: 0,
    ..DESIGN
};

const ROUNDS: usize = 7;

struct Subject<S: System> {
    system: S,
    per_resume: u64,
    states: Vec<S::State>,
    steps: u64,
}

impl<S: System> Subject<S> {
    /// Records every state, by a search of its own.
    fn new(system: S, per_resume: u64) -> Self {
        let hasher = foldhash::quality::FixedState::default();
        let mut seen = HashSet::from([hasher.hash_one(system.start())]);
        let mut states = vec![system.start()];
        let mut steps = 0;
        let mut actions = Vec::new();
        let mut next = 0;
        while next < states.len() {
            system.actions(&states[next], &mut actions);
            for action in actions.drain(..) {
                let reached = system.step(&states[next], action).state;
                steps += 1;
                if seen.insert(hasher.hash_one(&reached)) {
                    states.push(reached);
                }
            }
            next += 1;
        }
        Self {
            system,
            per_resume,
            states,
            steps,
        }
    }

    fn explore(&self) -> Findings<S::Action> {
        levels::explore(&self.system, self.per_resume, Limits::default(), |_, _| {})
    }

    fn expand_only(&self) -> u64 {
        let mut actions = Vec::new();
        let mut steps = 0;
        for state in &self.states {
            self.system.actions(state, &mut actions);
            for action in actions.drain(..) {
                black_box(self.system.step(state, action));
                steps += 1;
            }
        }
        steps
    }

    fn check(&self) {
        let findings = self.explore();
        assert!(findings.complete && findings.breaches.is_empty());
        assert_eq!(findings.states, self.states.len());
        assert_eq!(findings.transitions, self.steps);
        assert_eq!(self.expand_only(), self.steps);
    }

    fn bench(&self, criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group(self.system.head().name);
        group.sampling_mode(SamplingMode::Flat);
        group.throughput(Throughput::Elements(self.states.len() as u64));
        group.bench_function("explore", |b| b.iter(|| self.explore()));
        group.bench_function("expand only", |b| b.iter(|| self.expand_only()));
        group.finish();
    }

    fn compare(&self) {
        let times = medians(
            ROUNDS,
            &[&|| timed(|| self.explore()), &|| {
                timed(|| self.expand_only())
            }],
        );
        let states = self.states.len();
        let rate = |way: usize| states as f64 / times[way].as_secs_f64();
        let (explore, expand) = (rate(0), rate(1));
        println!(
            "{}: {states} states, {} steps; explore {explore:.0} states/s, expand only {expand:.0} states/s; explore / expand only = {:.2}",
            self.system.head().name,
            self.steps,
            explore / expand,
        );
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(4))
        .configure_from_args();
    let design = DesignSystem::new(DESIGN, Design::default());
    let claim = design.claim.per_resume();
    let design = Subject::new(design, claim);
    let code = CodeSystem::new(CODE);
    let claim = code.design.claim.per_resume();
    let code = Subject::new(code, claim);
    design.check();
    code.check();
    design.bench(&mut criterion);
    code.bench(&mut criterion);
    criterion.final_summary();
    if measures() {
        println!("\nMedians of {ROUNDS} interleaved rounds, one thread:");
        design.compare();
        code.compare();
    }
}
