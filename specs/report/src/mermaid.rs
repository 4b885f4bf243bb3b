//! A counterexample as a Mermaid sequence diagram.

use plimsoll_explore::narrate::{Arrow, Message};

use crate::Counterexample;

/// The diagram, to be put into a Markdown file or <https://mermaid.live>.
pub fn mermaid(counterexample: &Counterexample) -> String {
    let narrative = &counterexample.narrative;
    let mut lines = vec!["sequenceDiagram".to_owned()];
    let lanes = narrative.used_lanes();
    lines.extend(lanes.iter().map(|lane| format!("    participant {lane}")));
    for (number, _, scene) in narrative.numbered() {
        lines.push(format!("    %% step {number}"));
        let messages = scene.messages.iter();
        lines.extend(messages.map(|message| format!("    {}", safe(&line(message)))));
        let whom = scene.messages.last().map_or("", |message| message.to);
        lines.extend(scene.broken.iter().map(|broken| {
            let (promise, because) = (broken.promise, &broken.because);
            let note = format!("Note over {whom}: {promise} is broken<br/>{because}");
            format!("    {}", safe(&note))
        }));
    }
    lines.join("\n") + "\n"
}

fn line(message: &Message) -> String {
    let Message {
        from,
        to,
        arrow,
        text,
    } = message;
    if from == to {
        return format!("Note over {from}: {text}");
    }
    let arrow = match arrow {
        Arrow::Request => "->>",
        Arrow::Answer => "-->>",
        Arrow::Sent => "-)",
        Arrow::Failure => "--x",
    };
    format!("{from}{arrow}{to}: {text}")
}

/// Mermaid ends a statement at a semicolon and begins an entity at a hash.
fn safe(line: &str) -> String {
    line.replace(';', ",").replace('#', "no. ")
}
