//! The log under every power cut of every short workload: exact counts, nothing broken, nothing left out.

use plimsoll_explore::{
    disk::{DiskBounds, DiskSystem, Workloads, count_workloads, mutants::LOG, runs},
    search::{levels::Limits, parallel, second},
    system::System,
};
use plimsoll_log::{Decisions, decisions::*};

/// Allocating is a good part of what recovering costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Workloads, states while the power is on, steps taken.
type Counts = (u64, u64, u64);

fn bounds(name: &str) -> (DiskBounds, usize) {
    let run = runs::ALL.iter().find(|run| run.name == name);
    match run.map(|run| (run.bounds, run.states)) {
        Some((bounds, Some(states))) => (bounds, states),
        _ => panic!("the disk has no run {name}"),
    }
}

/// Explores by two threads, and holds the run to what it is known for.
fn explore(name: &str, counts: Counts) {
    let (bounds, distinct) = bounds(name);
    let system = DiskSystem::right(bounds);
    let Workloads { workloads, states } = count_workloads(&system);
    let found = parallel::explore(&system, 0, 2, Limits::default(), |_, _| {});
    println!(
        "{name}: {workloads} workloads, {states} states with the power on, {} disks recovered, {:.1?}",
        found.covered[0], found.time
    );
    let broken: Vec<_> = found
        .breaches
        .iter()
        .map(|b| b.broken.to_string())
        .collect();
    assert_eq!(broken, Vec::<String>::new(), "{name}");
    assert!(found.complete, "{name}: cut short");
    assert_eq!(found.left_out, 0, "{name}: disks left out");
    assert_eq!((workloads, states, found.transitions), counts, "{name}");
    assert_eq!(found.states, distinct, "{name}");
    assert_eq!(found.depth, usize::from(bounds.steps), "{name}: steps");
    // Every disk that is left is recovered once: one that recovery is done with, and the states with the power on.
    assert_eq!(found.covered[0] + states + 1, found.states as u64, "{name}");
    for (index, goal) in system.coverage_goals().iter().enumerate() {
        let expected = system.expected() >> index & 1 == 1;
        let met = found.covered[index] > 0;
        assert!(met || !expected, "{name}: never met: {}", goal.description);
    }
}

#[test]
fn four_steps_from_an_empty_log() {
    explore("disk", (5_713, 4_337, 359_545));
}

#[test]
fn torn_writes() {
    explore("disk, torn", (106, 106, 39_219));
}

#[test]
fn passes_of_the_cleaner() {
    explore("disk, to compact", (74, 58, 456_700));
    explore("disk, to merge", (4, 4, 840_391));
}

#[test]
fn failing_operations() {
    explore("disk, failing", (2_117, 1_373, 93_183));
}

/// Within bounds that are small enough for it, stateright counts the same.
#[test]
fn the_second_search_counts_the_same() {
    for name in ["disk", "disk, torn", "disk, to compact", "disk, failing"] {
        let (bounds, _) = bounds(name);
        let system = DiskSystem::right(bounds.steps(bounds.steps - 2));
        let found = parallel::explore(&system, 0, 2, Limits::default(), |_, _| {});
        let second = second::explore(system);
        assert_eq!((found.states, false), (second.states, second.broken));
    }
}

/// Whoever adds a decision, or another wrong answer to one, adds a mutant.
macro_rules! every_wrong_answer {
    ($($field:ident: $decision:ty,)+) => {
        let Decisions { $($field: _),+ } = Decisions::default();
        $(for wrong in <$decision>::WRONG {
            let alone = Decisions { $field: *wrong, ..Decisions::default() };
            let known = LOG.iter().any(|mutant| mutant.mistake.decisions() == alone);
            assert!(known, "no mutant answers {} with {wrong:?}", stringify!($field));
        })+
    };
}

#[test]
fn every_decision_of_the_log_is_some_mutants() {
    every_wrong_answer! {
        tombstones: Tombstones,
        last_batch: LastBatch,
        aborted_records: AbortedRecords,
        recovery_point: AdvanceRecoveryPoint,
        later_segments: LaterSegments,
        recovery_checksum: RecoveryChecksum,
        torn_tail: TornTail,
        dedup_window: DedupWindow,
        recover_producers: RecoverProducers,
        fetch_inside: FetchInside,
        acknowledge: Acknowledge,
        new_names: NewNames,
        failed_sync: FailedSync,
        after_failed_sync: AfterFailedSync,
        index_files: IndexFiles,
        swap: Swap,
    }
}
