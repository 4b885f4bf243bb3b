//! The real log on a simulated disk, in lock-step with a plain vector.
//!
//! *Driven*: `plimsoll_log::Log`, its recovery and its compaction. *Modelled*: `plimsoll_model::storage::StorageLog`, a
//! vector of batches that never forgets, and the laws of `plimsoll_promises::storage` between the two, all of them after
//! every event. *Not verified here*: silent faults of the disk (bit flips, misdirected writes), and what a process finds
//! that is started again after a failed sync while the machine stays up.
//!
//! `PLIMSOLL_LOCKSTEP_CASES` sets how many short stories are played, `PLIMSOLL_LOCKSTEP_LONG_CASES` how many of some
//! thousand events, `PLIMSOLL_LOCKSTEP_SEED` which ones. A story that goes wrong is told in as few events as can be, and
//! its seed is added to `lockstep.proptest-regressions` or `lockstep-long.proptest-regressions` beside this file; commit
//! that: the stories of these files are played before any other.

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
#[path = "lockstep/story_world.rs"]
mod story_world;
#[path = "lockstep/world.rs"]
mod world;

use std::ops::Range;

use plimsoll_tests::situations::Situations;
use plimsoll_tests::story;

use crate::world::World;

/// Events of a short story.
const SHORT: Range<usize> = 1..80;

/// Events of a long one.
const LONG: Range<usize> = 2000..2400;

/// Tries to make a long story shorter that are left to proptest: its first, which leaves out what was never played.
const SHRINK_LONG: u32 = 1;

/// Plays so many stories of these lengths, from a seed and from the seeds in the file, which is where those of stories
/// that go wrong are kept. Prints what occurred, and gives what of it never did.
fn play(lengths: Range<usize>, cases: u32, seeds: &'static str) -> Vec<&'static str> {
    let seed = story::asked("PLIMSOLL_LOCKSTEP_SEED", 1);
    let shrink = if lengths == SHORT {
        20_000
    } else {
        SHRINK_LONG
    };
    let config = story::config(cases, seed, shrink, Some(seeds));
    let (mut situations, mut steps, mut stories) = (Situations::of(situations::ALL), 0, 0);
    let description = story::tell::<World>(
        config,
        lengths,
        |setup| setup,
        |world| {
            situations.add(&world.situations);
            steps += world.steps;
            stories += 1;
        },
    );
    if let Err(failure) = description {
        panic!("{}", failure.description());
    }
    println!("{stories} stories, {steps} events");
    situations.print();
    situations.missing()
}

#[test]
fn every_story_ends_as_the_vector_says() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/lockstep.proptest-regressions");
    let missing = play(SHORT, story::asked("PLIMSOLL_LOCKSTEP_CASES", 2000), seeds);
    assert_eq!(missing, Vec::<&str>::new(), "none of these ever occurred");
}

#[test]
fn long_stories_end_as_the_vector_says() {
    let seeds = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/lockstep-long.proptest-regressions"
    );
    let missing = play(LONG, story::asked("PLIMSOLL_LOCKSTEP_LONG_CASES", 6), seeds);
    assert_eq!(missing, Vec::<&str>::new(), "none of these ever occurred");
}
