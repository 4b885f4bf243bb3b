//! The real log on a simulated disk, in lock-step with a plain vector.
//!
//! *Driven*: `plimsoll_log::Log`, its recovery and its compaction. *Modelled*: `plimsoll_model::storage::StorageLog`, a
//! vector of batches that never forgets, and the laws of `plimsoll_promises::storage` between the two, all of them after
//! every event. *Not verified here*: silent faults of the disk (bit flips, misdirected writes), and what a process finds
//! that is started again after a failed sync while the machine stays up.
//!
//! `PLIMSOLL_LOCKSTEP_CASES` sets how many stories are played, `PLIMSOLL_LOCKSTEP_SEED` which ones.

#[path = "lockstep/append.rs"]
mod append;
#[path = "lockstep/crash.rs"]
mod crash;
#[path = "lockstep/decisions.rs"]
mod decisions;
#[path = "lockstep/error_loops.rs"]
mod error_loops;
#[path = "lockstep/op.rs"]
mod op;
#[path = "lockstep/run.rs"]
mod run;
#[path = "lockstep/setup.rs"]
mod setup;
#[path = "lockstep/situations.rs"]
mod situations;
#[path = "lockstep/story.rs"]
mod story;
#[path = "lockstep/view.rs"]
mod view;
#[path = "lockstep/world.rs"]
mod world;

use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, RngSeed};

use situations::Situations;

/// Events of a story at most.
const LENGTH: usize = 80;

/// Stories, if nobody asks for another number.
const CASES: u32 = 2000;

/// What somebody asks for.
fn asked<T: std::str::FromStr>(variable: &str, otherwise: T) -> T {
    let asked = std::env::var(variable).ok();
    asked
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[test]
fn every_story_ends_as_the_vector_says() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/lockstep.proptest-regressions");
    let config = Config {
        cases: asked("PLIMSOLL_LOCKSTEP_CASES", CASES),
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(asked("PLIMSOLL_LOCKSTEP_SEED", 1)),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(seeds))),
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let (mut situations, mut steps, mut stories) = (Situations::default(), 0, 0);
    let told = story::tell(
        config,
        LENGTH,
        |setup| setup,
        |world| {
            situations.add(&world.situations);
            steps += world.steps;
            stories += 1;
        },
    );
    if let Err(failure) = told {
        panic!("{}", failure.told());
    }
    println!("{stories} stories, {steps} events");
    situations.print();
    assert_eq!(
        situations.missing(),
        Vec::<&str>::new(),
        "none of these ever occurred"
    );
}
