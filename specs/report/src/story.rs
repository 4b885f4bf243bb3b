//! A counterexample as a story: what happened step by step, what everybody believed, what broke, how to see it again.

use plimsoll_explore::narrate::{Party, Scene};

use crate::{
    Counterexample,
    text::{counted, put},
};

/// The story.
pub fn story(counterexample: &Counterexample) -> String {
    let mut text = String::new();
    let narrative = &counterexample.narrative;
    head(&mut text, counterexample);
    put(&mut text, "     ", "in the beginning");
    put_parties(&mut text, "       ", &narrative.before);
    for (number, before, scene) in narrative.numbered() {
        step(&mut text, number, scene);
        put_parties(&mut text, "       ", &scene.changes(before));
    }
    ending(&mut text, counterexample, narrative.ending());
    text
}

/// The mistake, the promise that it breaks with its sentence, and how it was found: each a line.
pub(crate) fn headline(counterexample: &Counterexample) -> Vec<String> {
    let setup = &counterexample.setup;
    let system = setup.system();
    let first = match (setup.mutant, counterexample.mistake) {
        (Some(name), Some(mistake)) => format!("{name}  {mistake}"),
        _ => format!("{system}, without a mistake on purpose"),
    };
    let steps = counted(counterexample.steps() as u64, "step");
    let promise = counterexample.first_broken().promise;
    let shortest = match counterexample.shortest {
        true => "; no shorter way does",
        false => "",
    };
    let name = promise.name();
    let found = format!("breaks \"{name}\" ({promise}) in {steps}{shortest}");
    let claim = setup.claim.map_or_else(String::new, |claim| {
        let (u, z) = (counted(claim.u, "record"), counted(claim.z, "record"));
        format!("; claimed: at most {u} uncommitted (U), {z} processed by a zombie (Z)")
    });
    vec![
        first,
        found,
        format!("explored: the system {system}{claim}"),
    ]
}

fn head(text: &mut String, counterexample: &Counterexample) {
    for line in headline(counterexample) {
        put(text, "", &line);
    }
    text.push('\n');
}

fn step(text: &mut String, number: usize, scene: &Scene) {
    let mut head = format!("{number:>3}  ");
    for sentence in &scene.description {
        put(text, &head, sentence);
        head = " ".repeat(5);
    }
    for note in &scene.notes {
        put(text, "       ", note);
    }
}

fn put_parties(text: &mut String, indent: &str, parties: &[Party]) {
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
