//! The steps of a system that tells its paths in words of its own, as a story and as a sequence diagram.

use plimsoll_explore::narrate::{Scene, Tale};

use crate::{beliefs::Party, story::put_parties, text::put};

fn party((name, description): &(&'static str, String)) -> Party {
    Party {
        name,
        facets: vec![description.clone()],
    }
}

/// Tells what there was before, and the steps, each with what it changed; gives what there is to say of everybody at the
/// end.
pub(crate) fn steps(text: &mut String, tale: &Tale) -> Vec<Party> {
    let mut before = &tale.before;
    put(text, "     ", "in the beginning");
    let parties: Vec<_> = before.iter().map(party).collect();
    put_parties(text, "       ", &parties);
    for (number, scene) in (1..).zip(&tale.scenes) {
        step(text, number, scene);
        let changed = scene.parties.iter().zip(before);
        let changed = changed.filter(|(now, then)| now != then);
        let parties: Vec<_> = changed.map(|(now, _)| party(now)).collect();
        put_parties(text, "       ", &parties);
        before = &scene.parties;
    }
    before.iter().map(party).collect()
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

/// Everybody who takes part, and every step, as lines of a sequence diagram.
pub(crate) fn diagram(tale: &Tale) -> Vec<String> {
    let messages = || tale.scenes.iter().flat_map(|scene| &scene.messages);
    let mut parties: Vec<&str> = Vec::new();
    for (from, to, _) in messages() {
        for party in [from, to] {
            if !parties.contains(party) {
                parties.push(party);
            }
        }
    }
    let mut lines: Vec<_> = parties
        .iter()
        .map(|party| format!("participant {party}"))
        .collect();
    for (number, scene) in (1..).zip(&tale.scenes) {
        lines.push(format!("%% step {number}"));
        for (from, to, description) in &scene.messages {
            lines.push(match from == to {
                true => format!("Note over {from}: {description}"),
                false => format!("{from}->>{to}: {description}"),
            });
        }
        let whom = scene.messages.last().map_or("", |(_, to, _)| to);
        for broken in &scene.broken {
            lines.push(format!(
                "Note over {whom}: {} is broken<br/>{}",
                broken.promise, broken.because
            ));
        }
    }
    lines
}
