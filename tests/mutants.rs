//! The evidence can be trusted: every mistake is caught, where it is said to be, and its companion passes.

use std::collections::HashSet;

use plimsoll_explore::{
    code::CodeSystem,
    mutants::{AnyMutant, GROUP, GroupMutant},
    narrate::{Narrate, Rendering},
    search::levels::{self, Findings, Limits},
    system::System,
};
use plimsoll_promises::PromiseId;
use plimsoll_report::{Counterexample, Setup, WithSystem, story};

fn search<S: System>(system: &S, per_resume: u64, first_breach: bool) -> Findings<S::Action> {
    levels::explore(
        system,
        per_resume,
        Limits {
            first_breach,
            ..Limits::default()
        },
        |_, _| {},
    )
}

/// The shortest counterexample that a search finds.
struct Shortest<'a>(&'a Setup);

impl WithSystem for Shortest<'_> {
    type Output = Counterexample;

    fn visit<S: Narrate>(self, system: S) -> Counterexample {
        let setup = self.0;
        let found = search(&system, setup.per_resume(), true);
        let breach = found
            .shortest()
            .unwrap_or_else(|| panic!("{:?} is not caught", setup.mutant));
        let (_, description) = Counterexample::found(setup, &system, &breach.path)
            .expect("an explorer's path can be walked again")
            .expect("and breaks the promise again");
        description
    }
}

fn setup(system: &str, mutant: &'static GroupMutant) -> Setup {
    Setup::mutant(system, AnyMutant::Group(mutant)).expect("both systems know it")
}

fn shortest(setup: &Setup) -> Counterexample {
    setup.visit(Shortest(setup))
}

/// Everything that a mutant breaks within its bounds, each with the fewest steps; every other promise is blind to it.
#[test]
fn each_mutant_breaks_what_it_is_said_to_break() {
    for mutant in &GROUP {
        let mut system = mutant.design();
        system.beyond_breach = true;
        let found = search(&system, system.claim.per_resume(), false);
        assert!(found.complete, "{}: cut short", mutant.name);
        let mut breaks: Vec<_> = found
            .breaches
            .iter()
            .map(|b| (b.broken.promise, b.path.len()))
            .collect();
        breaks.sort_by_key(|(promise, steps)| (*steps, *promise));
        assert_eq!(breaks, mutant.breaks, "{}", mutant.name);
    }
}

/// D1 can only be broken by a client: the coordinator's mistakes move the committed offset back, never ahead.
#[test]
fn d1_is_blind_to_the_coordinator() {
    let seen_by_d1: Vec<_> = GROUP
        .iter()
        .filter(|m| !m.not_detected_by().contains(&PromiseId::D1))
        .map(|m| m.name)
        .collect();
    assert_eq!(seen_by_d1, ["K-1"]);
}

#[test]
fn each_companion_passes() {
    for mutant in &GROUP {
        let system = mutant.nearly();
        let found = search(&system, system.claim.per_resume(), false);
        let broken: Vec<_> = found
            .breaches
            .iter()
            .map(|b| b.broken.to_string())
            .collect();
        assert_eq!(
            broken,
            Vec::<String>::new(),
            "{}: {}",
            mutant.name,
            mutant.nearly.description()
        );
        assert!(found.complete, "{}: cut short", mutant.name);
    }
}

#[test]
fn the_shortest_stories_of_the_design() {
    for mutant in &GROUP {
        let setup = setup("design", mutant);
        let description = shortest(&setup);
        assert_eq!(
            description.first_broken().promise,
            mutant.killed_by(),
            "{}",
            mutant.name
        );
        assert_eq!(
            description.description.steps(),
            mutant.breaks[0].1,
            "{}",
            mutant.name
        );
        insta::assert_snapshot!(format!("design_{}", mutant.name), story(&description));
    }
}

/// Where an invariant sees the mistake first, the story of what clients come to see of it.
#[test]
fn the_shortest_stories_that_clients_see() {
    for (name, promise) in [
        ("C-15", PromiseId::S3),
        ("C-20", PromiseId::S3),
        ("C-21", PromiseId::S3),
        ("C-22", PromiseId::O9),
        ("G-1", PromiseId::BR1),
        ("K-4", PromiseId::BR1),
    ] {
        let mutant = GROUP.iter().find(|mutant| mutant.name == name);
        let mutant = mutant.expect("there is such a mutant");
        let setup = setup("design", mutant).watching(promise);
        let description = shortest(&setup);
        let known = mutant
            .breaks
            .iter()
            .find(|(p, _)| *p == promise)
            .expect("it breaks that");
        assert_eq!(description.description.steps(), known.1, "{name}");
        insta::assert_snapshot!(format!("design_{name}_{promise}"), story(&description));
    }
}

#[test]
fn the_shortest_stories_of_the_code() {
    for mutant in &GROUP {
        let setup = setup("code", mutant);
        let description = shortest(&setup);
        assert_eq!(
            description.first_broken().promise,
            mutant.killed_by(),
            "{}",
            mutant.name
        );
        assert_eq!(
            description.description.steps(),
            mutant.breaks[0].1,
            "{}: as many steps as in the design",
            mutant.name
        );
        insta::assert_snapshot!(format!("code_{}", mutant.name), story(&description));
    }
}

/// A broker with a mistake does what the right model does not allow: lock-step itself is shown to fire.
#[test]
fn lock_step_catches_every_mistake_of_the_code() {
    for mutant in GROUP.iter().filter(|mutant| mutant.mistake.in_code) {
        let system = CodeSystem::mutant_against_correct_model(mutant.bounds, mutant.mistake.model);
        let found = search(&system, system.design.claim.per_resume(), true);
        assert!(
            found.breach(PromiseId::LockStep).is_some(),
            "{}: lock-step is blind",
            mutant.name
        );
    }
}

/// S3 has two forms. On every explored step, of every mutant: where clients see it broken, the log or memory is.
#[test]
fn s3_as_clients_see_it_agrees_with_s3_in_the_log() {
    let mut both = 0;
    for mutant in GROUP
        .iter()
        .filter(|mutant| mutant.breaks.iter().any(|(p, _)| *p == PromiseId::S3))
    {
        both += agreement(mutant);
    }
    assert!(both > 0, "the two forms were never both broken");
}

/// How many states have both forms broken.
fn agreement(mutant: &GroupMutant) -> usize {
    let mut system = mutant.design();
    system.beyond_breach = true;
    let cause = PromiseId::S3Log.bit() | PromiseId::S1.bit();
    let (mut seen, mut todo, mut both) = (HashSet::new(), vec![system.start()], 0);
    let mut actions = Vec::new();
    while let Some(state) = todo.pop() {
        actions.clear();
        system.actions(&state, &mut actions);
        for action in actions.drain(..) {
            let next = system.step(&state, action).state;
            let broken = system.broken(&next);
            if broken & PromiseId::S3.bit() != 0 {
                assert_ne!(
                    broken & cause,
                    0,
                    "{}: clients see what neither log nor memory shows",
                    mutant.name
                );
                both += usize::from(broken & PromiseId::S3Log.bit() != 0);
                // What follows is broken in both ways for good.
                continue;
            }
            if seen.insert(next.clone()) {
                todo.push(next);
            }
        }
    }
    both
}

/// A path that breaks a promise in the design breaks it in the code, and the other way round.
#[test]
fn a_trace_of_one_breaks_the_other() {
    for mutant in &GROUP {
        let (design, code) = (mutant.design(), mutant.code());
        let in_design = search(&design, design.claim.per_resume(), true);
        let in_design = in_design.shortest().expect("it is caught in the design");
        let path = design.undo_symmetry(&in_design.path);
        let path = code
            .from_design(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", mutant.name));
        let description = code.narrate(&path).expect("a translated path can be taken");
        assert_eq!(
            breaks(&description),
            [in_design.broken.promise],
            "{}: in the code",
            mutant.name
        );

        let in_code = search(&code, code.design.claim.per_resume(), true);
        let in_code = in_code.shortest().expect("it is caught in the code");
        let path = code
            .to_design(&in_code.path)
            .expect("an explorer's path can be taken");
        let description = design
            .narrate(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", mutant.name));
        assert_eq!(
            breaks(&description),
            [in_code.broken.promise],
            "{}: in the design",
            mutant.name
        );
    }
}

/// The promises that the last step breaks; no step before it breaks any.
fn breaks(description: &Rendering) -> Vec<PromiseId> {
    let broken = description.broken();
    let (last, before) = broken.split_last().expect("a path has steps");
    assert!(
        before.iter().all(|step| step.is_empty()),
        "broken before the last step"
    );
    last.iter().map(|broken| broken.promise).collect()
}
