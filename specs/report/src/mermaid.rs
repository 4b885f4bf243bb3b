//! A counterexample as a Mermaid sequence diagram.

use plimsoll_explore::narrate::Rendering;
use plimsoll_model::Event;

use crate::{
    Counterexample, in_words,
    names::process,
    scene::{Scene, scenes},
    sentences::sentences,
};

/// The diagram, to be put into a Markdown file or <https://mermaid.live>.
pub fn mermaid(counterexample: &Counterexample) -> String {
    let description = match &counterexample.description {
        Rendering::Events(description) => description,
        Rendering::Words(tale) => {
            let lines = in_words::diagram(tale);
            let lines = lines.iter().map(|line| format!("    {}\n", safe(line)));
            return format!("sequenceDiagram\n{}", lines.collect::<String>());
        }
    };
    let scenes = scenes(description);
    let mut text = "sequenceDiagram\n".to_owned();
    participants(&mut text, scenes.last());
    for scene in &scenes {
        text.push_str(&format!("    %% step {}\n", scene.number));
        for line in lines(scene) {
            text.push_str(&format!("    {}\n", safe(&line)));
        }
    }
    for broken in &counterexample.broken {
        let description = format!(
            "Note over P,O: {} is broken<br/>{}",
            broken.promise, broken.because
        );
        text.push_str(&format!("    {}\n", safe(&description)));
    }
    text
}

/// Mermaid ends a statement at a semicolon and begins an entity at a hash.
fn safe(line: &str) -> String {
    line.replace(';', ",").replace('#', "no. ")
}

fn participants(text: &mut String, last: Option<&Scene<'_>>) {
    text.push_str("    participant P as producer\n    participant D as data log\n");
    for place in [0, 1] {
        if last.is_some_and(|scene| scene.names.took_part(place)) {
            text.push_str(&format!("    participant {}\n", process(place)));
        }
    }
    text.push_str("    participant C as coordinator\n    participant O as offsets log\n");
}

fn lines(scene: &Scene<'_>) -> Vec<String> {
    let description = scene.description.events.iter();
    let mut lines: Vec<_> = description.filter_map(|event| line(scene, event)).collect();
    if lines.is_empty() {
        lines.push(format!("Note over C: {}", sentences(scene).join("<br/>")));
    }
    lines
}

fn line(scene: &Scene<'_>, event: &Event) -> Option<String> {
    Some(match *event {
        Event::Produced { value, .. } => format!("P->>D: r{value}"),
        Event::ProduceAcked { offset, value } => {
            format!("D-->>P: r{value} stands at offset {offset}")
        }
        Event::DataSynced => "Note over D: synced".to_owned(),
        Event::OffsetsSynced => "Note over O: synced".to_owned(),
        Event::LogEnds { end } => format!("Note over D: ends at offset {end}"),
        Event::Processed {
            place,
            offset,
            fenced,
            ..
        } => {
            let zombie = if fenced { ", as a zombie" } else { "" };
            format!(
                "Note over {}: processes offset {offset}{zombie}",
                process(place)
            )
        }
        Event::ConsumerCrashed { place } => format!("Note over {}: dies", process(place)),
        Event::BrokerCrashed { .. } => {
            format!("Note over D,O: {}", sentences(scene).first()?)
        }
        Event::Loaded {
            generation,
            committed,
        } => format!(
            "O-->>C: replayed: generation {generation}, {}",
            description(committed)
        ),
        Event::TenureEnded { .. } => return None,
        _ => return group_line(scene, event).or_else(|| commit_line(scene, event)),
    })
}

fn group_line(scene: &Scene<'_>, event: &Event) -> Option<String> {
    Some(match *event {
        Event::AskedToJoin { place, id } => {
            format!("{}->>C: join, as {}", process(place), scene.names.id(id))
        }
        Event::Rejoined { place, generation } | Event::ToldGeneration { place, generation } => {
            format!("C-->>{}: generation {generation}", process(place))
        }
        Event::GenerationFormed { generation } => {
            format!("Note over C: forms generation {generation}")
        }
        Event::AssignmentAppended {
            leader,
            owner,
            generation,
        } => format!(
            "{0}->>C: the partition goes to {1}\n    C->>O: [generation {generation}: {1}]",
            process(leader),
            scene.names.id(owner)
        ),
        Event::Delivered {
            place, tenure: 0, ..
        } => {
            format!("C-->>{}: nothing is yours", process(place))
        }
        Event::Delivered { place, .. } => {
            format!("C-->>{}: the partition is yours", process(place))
        }
        Event::Expired { id, .. } => format!("Note over C: drops {}", scene.names.id(id)),
        Event::GroupEmptied { generation } => format!("C->>O: [generation {generation}: nobody]"),
        Event::ToldToRejoin {
            place,
            keeps_id: true,
        } => {
            format!("C-->>{}: join again", process(place))
        }
        Event::ToldToRejoin { place, .. } => format!("C-->>{}: unknown member", process(place)),
        _ => return None,
    })
}

fn commit_line(scene: &Scene<'_>, event: &Event) -> Option<String> {
    Some(match *event {
        Event::Resumed {
            place,
            committed,
            at,
            ..
        } => format!(
            "C-->>{}: {}, so start at {at}",
            process(place),
            description(committed)
        ),
        Event::CommitSent { place, offset, .. } => {
            format!("{}-)C: commit {offset}", process(place))
        }
        Event::CommitAccepted {
            place,
            offset,
            late,
            ..
        } => format!(
            "Note over C: accepts commit {offset} of {}\n    C->>O: [commit {offset}]",
            scene.sender(place, late)
        ),
        Event::CommitAcked { place, offset } => {
            format!("C-->>{}: commit {offset} took effect", process(place))
        }
        Event::CommitRefused {
            place,
            offset,
            late,
        } => format!(
            "Note over C: refuses commit {offset} of {}",
            scene.sender(place, late)
        ),
        Event::CommitAppendFailed { place, offset } => {
            format!("C--x{}: commit {offset} cannot be appended", process(place))
        }
        Event::GaveUp { place, .. } => {
            format!("Note over {}: stops waiting for its commit", process(place))
        }
        _ => return None,
    })
}

fn description(committed: Option<u8>) -> String {
    committed.map_or_else(
        || "no committed offset".to_owned(),
        |offset| format!("committed {offset}"),
    )
}
