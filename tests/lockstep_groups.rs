//! The real broker on a simulated disk, in lock-step with an abstract group coordinator.
//!
//! *Driven*: `plimsoll_broker::Broker` with its coordinators, offsets topic, logs, recovery and compaction, by every API of
//! the classic protocol. *Modelled*: `plimsoll_model::groups`. After every event the answers given, the groups in memory,
//! the armed timers and when they fire, committed and pending offsets, and every record in the log must be those of the
//! model. *Not verified here*: KIP-848 groups, threads, faults while a broker opens, silent faults of the disk.
//!
//! `PLIMSOLL_GROUPS_CASES` and `PLIMSOLL_GROUPS_LONG_CASES` set how many stories are played, `PLIMSOLL_GROUPS_SEED` which
//! ones.

#[path = "lockstep_groups/ask.rs"]
mod ask;
#[path = "lockstep_groups/compare.rs"]
mod compare;
#[path = "lockstep_groups/crash.rs"]
mod crash;
#[path = "lockstep_groups/decisions.rs"]
mod decisions;
#[path = "lockstep_groups/description.rs"]
mod description;
#[path = "lockstep_groups/names.rs"]
mod names;
#[path = "lockstep_groups/op.rs"]
mod op;
#[path = "lockstep_groups/requests.rs"]
mod requests;
#[path = "lockstep_groups/responses.rs"]
mod responses;
#[path = "lockstep_groups/run.rs"]
mod run;
#[path = "lockstep_groups/setup.rs"]
mod setup;
#[path = "lockstep_groups/situations.rs"]
mod situations;
#[path = "lockstep_groups/world.rs"]
mod world;

use std::ops::Range;

use plimsoll_tests::situations::Situations;
use plimsoll_tests::story;

use crate::world::World;

/// Events of a short story.
const SHORT: Range<usize> = 1..100;

/// Events of a long one.
const LONG: Range<usize> = 2000..3000;

/// Plays so many stories of these lengths, from a seed and from the seeds in the file, which is where those of stories
/// that go wrong are kept. Prints what occurred, and gives what of it never did.
fn play(lengths: Range<usize>, cases: u32, seeds: &'static str) -> Vec<&'static str> {
    let seed = story::asked("PLIMSOLL_GROUPS_SEED", 1);
    // Long stories are left to what shortens them by halves.
    let shrink = if lengths == SHORT { 5000 } else { 1 };
    let config = story::config(cases, seed, shrink, Some(seeds));
    let mut situations = Situations::of(situations::ALL);
    let (mut steps, mut stories) = (0, 0);
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
    println!("{stories} stories, {steps} requests, timers and other events");
    situations.print();
    situations.missing()
}

#[test]
fn every_story_ends_as_the_model_says() {
    let seeds = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/lockstep-groups.proptest-regressions"
    );
    let missing = play(SHORT, story::asked("PLIMSOLL_GROUPS_CASES", 600), seeds);
    assert_eq!(missing, Vec::<&str>::new(), "none of these ever occurred");
}

#[test]
fn long_stories_end_as_the_model_says() {
    let seeds = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/lockstep-groups-long.proptest-regressions"
    );
    let missing = play(LONG, story::asked("PLIMSOLL_GROUPS_LONG_CASES", 6), seeds);
    assert_eq!(missing, Vec::<&str>::new(), "none of these ever occurred");
}
