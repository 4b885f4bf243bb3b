//! Each known mistake of the log is told by a shortest story, breaks what it is said to break, and its companion passes.

use plimsoll_explore::{
    disk::mutants::{LOG, LogMutant},
    mutants::AnyMutant,
    narrate::Narrate,
    search::levels::{self, Findings, Limits},
    system::System,
};
use plimsoll_log::{Decisions, decisions::*};
use plimsoll_report::{Counterexample, Setup, WithSystem, mermaid, story};

fn search<S: System>(system: &S, first_breach: bool) -> Findings<S::Action> {
    let limits = Limits {
        first_breach,
        ..Limits::default()
    };
    levels::explore(system, 0, limits, |_, _| {})
}

/// The shortest counterexample.
struct Shortest<'a>(&'a Setup);

impl WithSystem for Shortest<'_> {
    type Output = Counterexample;

    fn visit<S: Narrate>(self, system: S) -> Counterexample {
        let found = search(&system, true);
        let breach = found.shortest();
        let breach = breach.unwrap_or_else(|| panic!("{:?} is not caught", self.0.mutant));
        let found = Counterexample::found(self.0, &system, &breach.path);
        let found = found.expect("an explorer's path can be walked again");
        found.expect("and breaks the promise again").1
    }
}

/// Where the other stories are.
fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!(name, text);
    });
}

fn shortest(mutant: &'static LogMutant) -> Counterexample {
    let setup = Setup::mutant("disk", AnyMutant::Log(mutant)).expect("the disk knows it");
    setup.visit(Shortest(&setup))
}

/// Everything that a mutant breaks within its bounds, each with the fewest steps; every other promise is blind to it.
#[test]
fn each_mutant_breaks_what_it_is_said_to_break() {
    for mutant in &LOG {
        let mut system = mutant.disk();
        system.beyond_breach = true;
        let found = search(&system, false);
        assert!(found.complete, "{}: cut short", mutant.name);
        assert_eq!(found.left_out, 0, "{}: disks left out", mutant.name);
        let breaches = found.breaches.iter();
        let mut breaks: Vec<_> = breaches.map(|b| (b.broken.promise, b.path.len())).collect();
        let mut said = mutant.breaks.to_vec();
        breaks.sort();
        said.sort();
        assert_eq!(breaks, said, "{}", mutant.name);
    }
}

#[test]
fn each_companion_passes() {
    for mutant in &LOG {
        let found = search(&mutant.nearly(), false);
        let broken: Vec<_> = found
            .breaches
            .iter()
            .map(|b| b.broken.to_string())
            .collect();
        let description = mutant.nearly.description();
        assert_eq!(
            broken,
            Vec::<String>::new(),
            "{}: {description}",
            mutant.name
        );
        assert!(found.complete, "{}: cut short", mutant.name);
    }
}

#[test]
fn the_shortest_stories() {
    for mutant in &LOG {
        let description = shortest(mutant);
        let (promise, steps) = mutant.breaks[0];
        assert_eq!(
            description.first_broken().promise,
            promise,
            "{}",
            mutant.name
        );
        assert_eq!(description.description.steps(), steps, "{}", mutant.name);
        snapshot(&format!("disk_{}", mutant.name), &story(&description));
    }
}

#[test]
fn a_story_as_a_sequence_diagram() {
    let mutant = LOG.iter().find(|mutant| mutant.name == "L-name");
    let description = shortest(mutant.expect("there is such a mutant"));
    snapshot("disk_L-name_mermaid", &mermaid(&description));
}

/// Whoever adds a decision, or another wrong answer to one, adds a mutant.
macro_rules! every_wrong_answer {
    ($($field:ident: $decision:ty,)+) => {
        let Decisions { $($field: _),+ } = Decisions::default();
        $(for wrong in <$decision>::WRONG {
            let alone = Decisions { $field: *wrong, ..Decisions::default() };
            let known = LOG.iter().any(|mutant| mutant.decisions() == alone);
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
