//! The log under every power cut of every short workload: exact counts, nothing broken, nothing left out.

use plimsoll_explore::{
    disk::{DiskBounds, DiskSystem, Workloads, count_workloads, runs},
    search::{crew, levels::Limits, second},
    system::System,
};
use plimsoll_log::Decisions;

/// Allocating is a good part of what recovering costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Workloads, states while the power is on, distinct states in all, steps taken.
type Counts = (u64, u64, usize, u64);

/// Explores by two threads, and holds the run to what it is known for.
fn explore(name: &str, bounds: DiskBounds, counts: Counts) {
    let system = DiskSystem::new(bounds, Decisions::default());
    let Workloads { workloads, states } = count_workloads(&system);
    let found = crew::explore(&system, 2, Limits::default(), |_, _| {});
    println!(
        "{name}: {workloads} workloads, {states} states with the power on, {} disks recovered, {:.1?}",
        found.situations[0], found.time
    );
    let broken: Vec<_> = found
        .breaches
        .iter()
        .map(|b| b.broken.to_string())
        .collect();
    assert_eq!(broken, Vec::<String>::new(), "{name}");
    assert!(found.complete, "{name}: cut short");
    assert_eq!(found.left_out, 0, "{name}: disks left out");
    assert_eq!(
        (workloads, states, found.states, found.transitions),
        counts,
        "{name}"
    );
    assert_eq!(found.depth, usize::from(bounds.steps), "{name}: steps");
    // Every disk that is left is recovered once: one that recovery is done with, and the states with the power on.
    assert_eq!(
        found.situations[0] + states + 1,
        found.states as u64,
        "{name}"
    );
    for (index, situation) in system.situations().iter().enumerate() {
        let expected = system.expected() >> index & 1 == 1;
        let met = found.situations[index] > 0;
        assert!(met || !expected, "{name}: never met: {}", situation.told);
    }
}

#[test]
fn four_steps_from_an_empty_log() {
    explore("disk", runs::DISK, (5_713, 4_337, 111_496, 359_545));
}

#[test]
fn torn_writes() {
    explore("disk, torn", runs::TORN, (106, 106, 11_587, 39_219));
}

#[test]
fn passes_of_the_cleaner() {
    explore(
        "disk, to compact",
        runs::TO_COMPACT,
        (74, 58, 48_847, 1_369_232),
    );
    explore("disk, to merge", runs::TO_MERGE, (4, 4, 19_433, 1_203_341));
}

#[test]
fn failing_operations() {
    explore(
        "disk, failing",
        runs::FAILING,
        (2_117, 1_373, 23_966, 93_183),
    );
}

/// Within bounds that are small enough for it, stateright counts the same.
#[test]
fn the_second_search_counts_the_same() {
    for bounds in [runs::DISK, runs::TORN, runs::TO_COMPACT, runs::FAILING] {
        let system = DiskSystem::new(bounds.steps(bounds.steps - 2), Decisions::default());
        let found = crew::explore(&system, 2, Limits::default(), |_, _| {});
        let second = second::explore(system);
        assert_eq!((found.states, false), (second.states, second.broken));
    }
}
