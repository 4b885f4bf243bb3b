//! A counterexample as a story: what happened step by step, what everybody believed, what broke, how to see it again.

use plimsoll_explore::narrate::Rendering;
use plimsoll_model::Event;

use crate::{
    Counterexample,
    beliefs::{Party, changes, everybody},
    in_words,
    scene::{Scene, scenes},
    sentences::sentences,
    text::{counted, put},
};

/// The story.
pub fn story(counterexample: &Counterexample) -> String {
    let mut text = String::new();
    head(&mut text, counterexample);
    match &counterexample.description {
        Rendering::Events(description) => {
            let scenes = scenes(description);
            scenes.iter().for_each(|scene| step(&mut text, scene));
            let parties = scenes.last().map(everybody).unwrap_or_default();
            ending(&mut text, counterexample, &parties);
        }
        Rendering::Words(tale) => {
            let parties = in_words::steps(&mut text, tale);
            ending(&mut text, counterexample, &parties);
        }
    }
    text
}

fn head(text: &mut String, counterexample: &Counterexample) {
    let setup = &counterexample.setup;
    match (setup.mutant, counterexample.mistake) {
        (Some(name), Some(mistake)) => put(text, &format!("{name}  "), mistake),
        _ => put(
            text,
            "",
            &format!("{}, without a mistake on purpose", setup.system()),
        ),
    }
    let steps = counted(counterexample.description.steps() as u64, "step");
    let broken = counterexample.first_broken().promise;
    let shortest = if counterexample.shortest {
        "; no shorter way does"
    } else {
        ""
    };
    let claim = setup.claim.map_or_else(String::new, |claim| {
        format!(" (U = {}, Z = {})", claim.u, claim.z)
    });
    let system = setup.system();
    put(
        text,
        "",
        &format!("breaks {broken} in {steps} of the {system}{claim}{shortest}\n"),
    );
}

fn step(text: &mut String, scene: &Scene<'_>) {
    let mut head = format!("{:>3}  ", scene.number);
    for sentence in sentences(scene) {
        put(text, &head, &sentence);
        head = " ".repeat(5);
    }
    for note in &scene.description.notes {
        put(text, "       ", note);
    }
    if !is_plumbing(scene) {
        put_parties(text, "       ", &changes(scene));
    }
}

/// A step that changes nothing but what its sentence says.
fn is_plumbing(scene: &Scene<'_>) -> bool {
    let mut events = scene.description.events.iter();
    scene.description.broken.is_empty()
        && events.all(|event| matches!(event, Event::Produced { .. }))
}

pub(crate) fn put_parties(text: &mut String, indent: &str, parties: &[Party]) {
    for party in parties {
        put(
            text,
            &format!("{indent}{:<13}", party.name),
            &party.description(),
        );
    }
}

fn ending(text: &mut String, counterexample: &Counterexample, parties: &[Party]) {
    text.push('\n');
    for broken in &counterexample.broken {
        put(
            text,
            &format!("{} is broken: ", broken.promise),
            broken.promise.sentence(),
        );
        put(text, "  because ", &broken.because.to_string());
    }
    text.push_str("  in this state\n");
    put_parties(text, "    ", parties);
    text.push_str(&format!("\nreproduce with\n  {}\n", counterexample.again));
}
