//! The evidence can be trusted: every mistake is caught, where it is said to be, and the run that comes close passes.

use std::collections::HashSet;

use plimsoll_explore::{
    code::{Code, CodeSystem},
    descriptor::{Descriptor, Registered},
    design::{
        Design, DesignSystem,
        mutants::{GROUP, GroupMutant},
    },
    explorable::Explorable,
    groups::mutants::COORDINATOR,
    mutants::{KnownMutant, Mistake},
    narrate::{Narrate, Narrative, Party},
    registry::SYSTEMS,
    search::levels::{self, Findings, Limits},
    system::System,
};
use plimsoll_promises::PromiseId;
use plimsoll_report::{Counterexample, Setup, html, mermaid, story};

/// Recovering a disk allocates a good deal.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn limits(first_breach: bool) -> Limits {
    Limits {
        first_breach,
        ..Limits::default()
    }
}

fn search<S: System>(system: &S, per_resume: u64, first_breach: bool) -> Findings<S::Action> {
    levels::explore(system, per_resume, limits(first_breach), |_, _| {})
}

fn system(name: &str) -> &'static dyn Registered {
    SYSTEMS.named(name).expect("there is such a system")
}

fn build(setup: &Setup, beyond_breach: bool) -> Box<dyn Explorable> {
    let built = setup.build(beyond_breach);
    built.expect("a system knows the mutants that it declares")
}

/// The shortest counterexample that a search finds.
fn shortest(setup: &Setup) -> Counterexample {
    let system = build(setup, false);
    let found = system.search(setup.per_resume(), limits(true), &mut |_, _| {});
    let breach = found.shortest();
    let breach = breach.unwrap_or_else(|| panic!("{:?} is not found", setup.mutant));
    Counterexample::found(setup, &*system, &breach.path)
        .expect("an explorer's path can be walked again")
        .expect("and breaks the promise again")
        .1
}

/// Everything that the mutants of a system break within their bounds, each with the fewest steps; no other promise
/// detects them there.
fn breaks_what_it_is_said_to_break(of: &str) {
    let mut wrong = Vec::new();
    for mutant in system(of).mutants() {
        let setup = Setup::mutant(&mutant);
        let found = build(&setup, true).search(setup.per_resume(), limits(false), &mut |_, _| {});
        assert!(found.complete, "{}: cut short", mutant.name);
        assert_eq!(found.left_out, 0, "{}: left out", mutant.name);
        let broken = found.breaches.iter();
        let mut broken: Vec<_> = broken.map(|b| (b.broken.promise, b.path.len())).collect();
        let mut said = mutant.breaks.to_vec();
        broken.sort_by_key(|(promise, steps)| (*steps, *promise));
        said.sort_by_key(|(promise, steps)| (*steps, *promise));
        if broken != said {
            wrong.push(format!("{}: {broken:?}", mutant.name));
        }
        let fewest = said.first().map(|(_, steps)| *steps);
        let first = mutant.breaks.first().map(|(_, steps)| *steps);
        assert_eq!(
            first, fewest,
            "{}: the fewest steps come first",
            mutant.name
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_mutant_of_the_design_breaks_what_it_is_said_to_break() {
    breaks_what_it_is_said_to_break("design");
}

#[test]
fn each_mutant_of_the_disk_breaks_what_it_is_said_to_break() {
    breaks_what_it_is_said_to_break("disk");
}

#[test]
fn each_mutant_of_the_groups_breaks_what_it_is_said_to_break() {
    breaks_what_it_is_said_to_break("groups");
}

/// The run that comes close to each mutant of a system is explored whole and breaks nothing.
fn passing_variants_pass(of: &str) {
    for mutant in system(of).mutants() {
        let close = system(of).passing_variant(mutant.name);
        let close = close.expect("a system knows the mutants that it declares");
        let per_resume = Setup::mutant(&mutant).per_resume();
        let found = close.search(per_resume, limits(false), &mut |_, _| {});
        let broken = found.breaches.iter();
        let broken: Vec<_> = broken.map(|b| b.broken.to_string()).collect();
        let none = Vec::<String>::new();
        assert_eq!(broken, none, "{}: {}", mutant.name, mutant.passes);
        assert!(found.complete, "{}: cut short", mutant.name);
    }
}

#[test]
fn passing_variants_of_the_design_pass() {
    passing_variants_pass("design");
}

#[test]
fn passing_variants_of_the_disk_pass() {
    passing_variants_pass("disk");
}

#[test]
fn passing_variants_of_the_groups_pass() {
    passing_variants_pass("groups");
}

/// One mistake has one name, whatever systems know it; and a mistake that only the harness makes says so.
#[test]
fn a_name_stands_for_one_mistake() {
    let mutants = SYSTEMS.mutants();
    assert_eq!(mutants.len(), 44);
    for mutant in &mutants {
        for system in SYSTEMS.0 {
            let Some(known) = system.mutant(mutant.name) else {
                continue;
            };
            let alike = (known.description, known.made_in) == (mutant.description, mutant.made_in);
            // A name that a mutant of the disk had once is read in its traces only.
            assert!(
                alike || known.name != mutant.name,
                "{} is two mistakes",
                mutant.name
            );
        }
    }
    let in_harness: Vec<_> = mutants
        .iter()
        .filter(|mutant| mutant.made_in.is_in_harness())
        .map(|mutant| mutant.name)
        .collect();
    assert_eq!(in_harness, ["C-4", "O-6"]);
}

/// D1 can only be broken by a client: the coordinator's mistakes move the committed offset back, never ahead.
#[test]
fn d1_is_blind_to_the_coordinator() {
    let seen_by_d1: Vec<_> = GROUP
        .iter()
        .filter(|m| {
            m.breaks
                .iter()
                .any(|(promise, _)| *promise == PromiseId::D1)
        })
        .map(|m| m.name)
        .collect();
    assert_eq!(seen_by_d1, ["K-1"]);
}

/// The shortest story of each mutant of a system, kept.
fn shortest_stories(of: &str) {
    for mutant in system(of).mutants() {
        let found = shortest(&Setup::mutant(&mutant));
        let (promise, steps) = (found.first_broken().promise, found.steps());
        assert_eq!(steps, mutant.breaks[0].1, "{}", mutant.name);
        // Of several that are broken in as many steps, which is named first is the system's affair.
        assert!(mutant.breaks.contains(&(promise, steps)), "{}", mutant.name);
        insta::assert_snapshot!(format!("{of}_{}", mutant.name), story(&found));
    }
}

#[test]
fn the_shortest_stories_of_the_design() {
    shortest_stories("design");
}

/// As many steps as in the design.
#[test]
fn the_shortest_stories_of_the_code() {
    shortest_stories("code");
}

#[test]
fn the_shortest_stories_of_the_disk() {
    shortest_stories("disk");
}

#[test]
fn the_shortest_stories_of_the_groups() {
    shortest_stories("groups");
}

/// The story in which one promise alone watches, kept.
fn story_seen_by(mutant: &KnownMutant, promise: PromiseId) {
    let found = shortest(&Setup::mutant(mutant).watching(promise));
    let known = mutant.breaks.iter().find(|(of, _)| *of == promise);
    let steps = known.map(|(_, steps)| *steps);
    assert_eq!(Some(found.steps()), steps, "{}", mutant.name);
    let system = mutant.systems[0];
    let name = format!("{system}_{}_{promise}", mutant.name);
    insta::assert_snapshot!(name, story(&found));
}

/// Where another promise is broken first, the story of the one that the mistake is about.
#[test]
fn the_stories_of_what_a_mistake_is_about() {
    for mutant in &COORDINATOR {
        let about = mutant.mistake.about;
        let known = system("groups").mutant(mutant.name);
        let known = known.expect("a system knows the mutants that it declares");
        let detects = mutant.breaks.iter().any(|(promise, _)| *promise == about);
        assert!(detects, "{}: {about} does not detect it", mutant.name);
        if about != mutant.first_broken() {
            story_seen_by(&known, about);
        }
    }
}

/// Every message of every shortest story goes between lanes that are drawn, and no party is left out of a scene.
#[test]
fn stories_have_one_shape() {
    for mutant in SYSTEMS.mutants() {
        for of in &mutant.systems {
            let known = system(of).mutant(mutant.name);
            let known = known.expect("it is known there");
            let narrative = shortest(&Setup::mutant(&known)).narrative;
            let lanes = narrative.used_lanes();
            let names = |parties: &[Party]| parties.iter().map(|p| p.name).collect::<Vec<_>>();
            for (number, before, scene) in narrative.numbered() {
                let at = format!("{} of {of}, step {number}", mutant.name);
                assert_eq!(names(before), names(&scene.parties), "{at}");
                assert!(!scene.description.is_empty(), "{at}");
                assert!(!scene.messages.is_empty(), "{at}");
                for message in &scene.messages {
                    let drawn = |lane| lanes.contains(&lane) && narrative.lanes.contains(&lane);
                    assert!(
                        drawn(message.from) && drawn(message.to),
                        "{at}: {message:?}"
                    );
                }
            }
        }
    }
}

/// The page needs nothing else, and says what the story says.
#[test]
fn a_story_as_a_page() {
    let known = SYSTEMS.mutant("L-ack").expect("there is such a mutant");
    let found = shortest(&Setup::mutant(&known));
    let page = html(&found);
    let broken = found.first_broken();
    let sections = page.matches("<section>").count();
    assert_eq!(sections, found.steps());
    for text in [
        broken.promise.sentence(),
        broken.promise.source(),
        &found.again,
        "L-ack",
    ] {
        assert!(page.contains(text), "no {text:?} in\n{page}");
    }
    for foreign in ["http:", "https:", "src=", "@import"] {
        assert!(!page.contains(foreign), "{foreign} in\n{page}");
    }
    insta::assert_snapshot!("design_L-ack_html", page);
}

#[test]
fn stories_as_sequence_diagrams() {
    for (mutant, watching) in [("G-8", Some(PromiseId::G8)), ("L-name", None)] {
        let known = SYSTEMS.mutant(mutant).expect("there is such a mutant");
        let system = known.systems[0];
        let setup = Setup::mutant(&known);
        let found = shortest(&match watching {
            Some(promise) => setup.watching(promise),
            None => setup,
        });
        insta::assert_snapshot!(format!("{system}_{mutant}_mermaid"), mermaid(&found));
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
        let mutant = SYSTEMS.mutant(name).expect("there is such a mutant");
        story_seen_by(&mutant, promise);
    }
}

/// A broker with a mistake does what the right model does not allow: lock-step itself is shown to fire.
#[test]
fn lock_step_catches_every_mistake_of_the_code() {
    for mutant in GROUP
        .iter()
        .filter(|mutant| mutant.mistake.made_in().is_in_code())
    {
        let system = CodeSystem::mutant_against_correct_model(mutant.bounds, mutant.mistake.model);
        let found = search(&system, system.design.claim.per_resume(), true);
        assert!(
            found.breach(PromiseId::LockStep).is_some(),
            "{}: lock-step does not detect it",
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
    let mut system = Design.build_mutant(mutant);
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
        let design: DesignSystem = Design.build_mutant(mutant);
        let code: CodeSystem = Code.build_mutant(mutant);
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
fn breaks(narrative: &Narrative) -> Vec<PromiseId> {
    let (last, before) = narrative.scenes.split_last().expect("a path has steps");
    assert!(
        before.iter().all(|scene| scene.broken.is_empty()),
        "broken before the last step"
    );
    last.broken.iter().map(|broken| broken.promise).collect()
}
