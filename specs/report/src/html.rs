//! A counterexample as one page that needs nothing else: lanes, steps, what broke, and the command that shows it again.

use plimsoll_explore::narrate::{Arrow, Message, Party, Scene};

use crate::{Counterexample, story::headline, text::escaped};

/// The page. Works without a network; the keys left and right go from step to step.
pub fn html(counterexample: &Counterexample) -> String {
    let narrative = &counterexample.narrative;
    let lanes = narrative.used_lanes();
    let scenes = narrative.numbered();
    let scenes = scenes.map(|(number, before, scene)| step(&lanes, number, before, scene));
    let headline = headline(counterexample);
    let (first, rest) = headline.split_first().expect("a headline has a first line");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body style=\"--lanes: {count}\">\n\
         <h1>{title}</h1>\n{rest}{broken}\
         <p><button id=\"back\">← back</button> <button id=\"on\">on →</button> \
         <span id=\"at\"></span></p>\n\
         <div class=\"lanes\">{lanes}</div>\n{scenes}{ending}\
         <p>reproduce with <code>{again}</code></p>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        title = escaped(first),
        count = lanes.len().max(1),
        rest = paragraphs(rest),
        broken = broken(counterexample),
        lanes = heads(&lanes),
        scenes = scenes.collect::<String>(),
        ending = ending(narrative.ending()),
        again = escaped(&counterexample.again),
    )
}

fn paragraphs(lines: &[String]) -> String {
    let lines = lines.iter();
    let lines = lines.map(|line| format!("<p>{}</p>\n", escaped(line)));
    lines.collect()
}

/// Each broken promise with its sentence, its source, and why it is broken.
fn broken(counterexample: &Counterexample) -> String {
    let broken = counterexample.broken.iter().map(|broken| {
        let promise = broken.promise;
        format!(
            "<div class=\"broken\"><b>{promise} is broken</b>: {}<br><i>source: {}</i><br>because {}</div>\n",
            escaped(promise.sentence()),
            escaped(promise.source()),
            escaped(&broken.because.to_string())
        )
    });
    broken.collect()
}

fn heads(lanes: &[&str]) -> String {
    let lanes = lanes.iter();
    let lanes = lanes.map(|lane| format!("<div>{}</div>", escaped(lane)));
    lanes.collect()
}

fn step(lanes: &[&str], number: usize, before: &[Party], scene: &Scene) -> String {
    let messages = scene.messages.iter();
    let messages: String = messages.map(|message| arrow(lanes, message)).collect();
    let notes: String = match scene.notes.is_empty() {
        true => String::new(),
        false => format!("<pre>{}</pre>", escaped(&scene.notes.join("\n"))),
    };
    let broken = scene.broken.iter().map(|broken| {
        let because = escaped(&broken.because.to_string());
        format!(
            "<p class=\"broken\">{} is broken: {because}</p>",
            broken.promise
        )
    });
    format!(
        "<section><h2>{number}</h2><p>{}</p>\n<div class=\"drawn\">{messages}</div>\n{}{notes}{}</section>\n",
        escaped(&scene.description.join(". ")),
        parties(&scene.changes(before)),
        broken.collect::<String>(),
    )
}

/// A message from one column to another; what happens at one lane stands in its column.
fn arrow(lanes: &[&str], message: &Message) -> String {
    let column = |lane| lanes.iter().position(|known| *known == lane).unwrap_or(0) + 1;
    let (from, to) = (column(message.from), column(message.to));
    let direction = match from.cmp(&to) {
        std::cmp::Ordering::Equal => "at",
        std::cmp::Ordering::Less => "right",
        std::cmp::Ordering::Greater => "left",
    };
    let kind = match message.arrow {
        Arrow::Request => "request",
        Arrow::Answer => "answer",
        Arrow::Sent => "sent",
        Arrow::Failure => "failure",
    };
    format!(
        "<div class=\"{direction} {kind}\" style=\"grid-column: {} / {}\">{}</div>",
        from.min(to),
        from.max(to) + 1,
        escaped(&message.text)
    )
}

fn parties(parties: &[Party]) -> String {
    if parties.is_empty() {
        return String::new();
    }
    let rows = parties.iter().map(|party| {
        let (name, description) = (escaped(party.name), escaped(&party.description()));
        format!("<tr><th>{name}</th><td>{description}</td></tr>")
    });
    format!("<table>{}</table>\n", rows.collect::<String>())
}

fn ending(everybody: &[Party]) -> String {
    format!("<h2>in this state</h2>\n{}", parties(everybody))
}

const STYLE: &str = include_str!("page.css");

const SCRIPT: &str = include_str!("page.js");
