//! Every run of `check` that a test has time for: exact counts, by two searches that know nothing of each other.

use std::{thread, time::Duration};

use plimsoll_explore::{
    code::{self, CodeSystem},
    design::{self, DesignSystem},
    runs::RunWithin,
    search::{
        levels::{self, Findings, Limits},
        second,
    },
    system::System,
};
use plimsoll_model::{Action, Bounds, Design};
use plimsoll_promises::PromiseId;

fn quietly(_: usize, _: usize) {}

/// Explores a run with both searches at once and holds it to what it is known for.
fn explore<S: System + Clone + 'static>(
    run: &RunWithin<Bounds>,
    system: S,
    per_resume: u64,
) -> Findings<S::Action> {
    let copy = system.clone();
    let second = thread::spawn(move || second::explore(copy));
    let found = levels::explore(&system, per_resume, Limits::default(), quietly);
    let second = second.join().expect("the second search does not panic");
    let broken: Vec<_> = found
        .breaches
        .iter()
        .map(|b| b.broken.to_string())
        .collect();
    assert_eq!(
        broken,
        Vec::<String>::new(),
        "{}: a promise is broken",
        run.name
    );
    assert!(found.complete, "{}: cut short", run.name);
    assert_eq!(
        Some(found.states),
        run.states,
        "{}: distinct states",
        run.name
    );
    assert_eq!(
        Some(second.states),
        run.states,
        "{}: distinct states as stateright counts them",
        run.name
    );
    assert!(
        !second.broken,
        "{}: stateright found a broken promise",
        run.name
    );
    for (index, goal) in system.coverage_goals().iter().enumerate() {
        let expected = system.expected() >> index & 1 == 1;
        assert!(
            !expected || found.covered[index] > 0,
            "{}: never met: {}",
            run.name,
            goal.description
        );
    }
    found
}

/// The run's design.
fn design_of(run: &RunWithin<Bounds>) -> DesignSystem {
    DesignSystem::new(run.bounds, Design::default())
}

fn named(name: &str) -> RunWithin<Bounds> {
    design::runs::ALL
        .into_iter()
        .find(|run| run.name == name)
        .expect("there is such a run")
}

fn design(name: &str) -> Findings<Action> {
    let run = named(name);
    let system = design_of(&run);
    explore(&run, system, system.claim.per_resume())
}

#[test]
fn the_design_keeps_its_promises() {
    let found = design("design");
    assert_eq!((found.transitions, found.depth), (3_660_370, 46));
    // U + Z = 2. One reload after a zombie replays 2 records: the bound is met; the worst run replays 3 in 2 reloads.
    let (tight, path) = found.tight.expect("some run meets the bound exactly");
    assert_eq!((tight.replayed, tight.tenures), (2, 1));
    let dropped = |action: &Action| matches!(action, Action::Expire(_) | Action::EndJoin);
    assert!(
        path.iter().any(dropped),
        "it takes a member that goes on after it was dropped"
    );
    assert_eq!((found.worst.replayed, found.worst.tenures), (3, 2));
}

#[test]
fn a_crash_loop_meets_the_bound_exactly() {
    let found = design("design, crash loop");
    // T10: U = 1, Z = 0, two crashes between effect and commit: the one record is processed three times.
    let (tight, path) = found.tight.expect("some run meets the bound exactly");
    assert_eq!((tight.replayed, tight.tenures), (2, 2));
    let crashes = path
        .iter()
        .filter(|action| matches!(action, Action::CrashConsumer(_)));
    assert_eq!(crashes.count(), 2);
    assert_eq!(found.worst.replayed, 2, "the bound is never passed");
}

#[test]
fn batches_meet_the_bound_exactly() {
    let found = design("design, batches");
    // U = 2, Z = 1: one reload replays three records.
    let (tight, _) = found.tight.expect("some run meets the bound exactly");
    assert_eq!((tight.replayed, tight.tenures), (3, 1));
    assert_eq!(found.worst.replayed, 3, "the bound is never passed");
}

#[test]
fn a_failing_append_breaks_nothing() {
    design("design, failing append");
}

#[test]
fn the_code_does_only_what_the_model_allows() {
    for run in code::runs::IN_TESTS {
        let system = CodeSystem::new(run.bounds);
        let per_resume = system.design.claim.per_resume();
        let found = explore(&run, system, per_resume);
        let several = found
            .bounds
            .last()
            .expect("the code has a bound of its own");
        assert_eq!(
            *several, 0,
            "{}: a step made several disk operations",
            run.name
        );
    }
}

#[test]
fn a_run_cut_short_is_not_complete() {
    let system = design_of(&named("design"));
    for limits in [
        Limits {
            states: 10_000,
            ..Limits::default()
        },
        Limits {
            time: Duration::ZERO,
            ..Limits::default()
        },
    ] {
        let found = levels::explore(&system, 2, limits, quietly);
        assert!(!found.complete);
        assert!(Some(found.states) < named("design").states);
    }
}

#[test]
fn a_coverage_goal_that_needs_what_the_bounds_lack_is_not_expected() {
    let (with, without) = (
        design_of(&named("design")),
        design_of(&named("design, crash loop")),
    );
    assert_eq!(
        with.expected().count_ones(),
        13,
        "a failing append is another run's"
    );
    assert_eq!(without.expected().count_ones(), 5);
    assert_eq!(
        with.watched.0,
        plimsoll_explore::ledger::Watched::these(PromiseId::GROUP).0
    );
}
