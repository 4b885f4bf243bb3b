//! A counterexample as a story: what happened step by step, what everybody believed, what broke, how to see it again.

use plimsoll_model::Event;

use crate::{
    Counterexample,
    beliefs::{Party, changes, everybody},
    scene::{Scene, scenes},
    sentences::sentences,
    text::{counted, put},
};

/// The story.
pub fn story(counterexample: &Counterexample) -> String {
    let mut text = String::new();
    head(&mut text, counterexample);
    let scenes = scenes(&counterexample.told);
    for scene in &scenes {
        step(&mut text, scene);
    }
    if let Some(last) = scenes.last() {
        text.push('\n');
        ending(&mut text, counterexample, last);
    }
    text
}

fn head(text: &mut String, counterexample: &Counterexample) {
    let setup = &counterexample.setup;
    match (&setup.mutant, counterexample.mistake) {
        (Some(name), Some(mistake)) => put(text, &format!("{name}  "), mistake),
        _ => put(
            text,
            "",
            &format!("{}, without a mistake on purpose", setup.system),
        ),
    }
    let steps = counted(counterexample.told.len() as u64, "step");
    let broken = counterexample.first_broken().promise;
    let shortest = if counterexample.shortest {
        "; no shorter way does"
    } else {
        ""
    };
    put(
        text,
        "",
        &format!(
            "breaks {broken} in {steps} of the {} (U = {}, Z = {}){shortest}\n",
            setup.system, setup.claim.u, setup.claim.z
        ),
    );
}

fn step(text: &mut String, scene: &Scene<'_>) {
    let mut head = format!("{:>3}  ", scene.number);
    for sentence in sentences(scene) {
        put(text, &head, &sentence);
        head = " ".repeat(5);
    }
    for note in &scene.told.notes {
        put(text, "       ", note);
    }
    if !is_plumbing(scene) {
        put_parties(text, "       ", &changes(scene));
    }
}

/// A step that changes nothing but what its sentence says.
fn is_plumbing(scene: &Scene<'_>) -> bool {
    let mut events = scene.told.events.iter();
    scene.told.broken.is_empty() && events.all(|event| matches!(event, Event::Produced { .. }))
}

fn put_parties(text: &mut String, indent: &str, parties: &[Party]) {
    for party in parties {
        put(text, &format!("{indent}{:<13}", party.name), &party.told());
    }
}

fn ending(text: &mut String, counterexample: &Counterexample, last: &Scene<'_>) {
    for broken in &counterexample.broken {
        put(
            text,
            &format!("{} is broken: ", broken.promise),
            broken.promise.sentence(),
        );
        put(text, "  because ", &broken.because.to_string());
    }
    text.push_str("  in this state\n");
    put_parties(text, "    ", &everybody(last));
    text.push_str(&format!("\nseen again with\n  {}\n", counterexample.again));
}
