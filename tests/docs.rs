//! The tables of README and the documents are made from the data that the tool itself uses, and the links between them
//! lead somewhere.
//!
//! `PLIMSOLL_UPDATE_DOCS=1 cargo test --test docs` writes the tables anew.

use std::{
    fs,
    path::{Path, PathBuf},
};

use plimsoll_explore::{mutants::KnownMutant, registry::SYSTEMS, text::grouped};
use plimsoll_promises::{Kind, Level, PromiseId};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every document that a reader is pointed to.
fn documents() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("specs/docs")).expect("the documents are there");
    let docs = docs.map(|entry| entry.expect("it can be read").path());
    let mut all: Vec<PathBuf> = docs
        .filter(|path| path.extension().is_some_and(|kind| kind == "md"))
        .collect();
    all.push(root().join("README.md"));
    all.push(root().join(".github/CONTRIBUTING.md"));
    all.sort();
    all
}

/// What goes between the markers of this name.
fn generated(name: &str) -> String {
    match name {
        "promises by name" => by_name(),
        "promises of a group" => promises(Level::Group),
        "promises of a log" => promises(Level::Storage),
        "promises of the offsets topic" => promises(Level::OffsetsTopic),
        "mutants" => mutants(),
        "counterexample" => counterexample(),
        "runs" => runs(),
        other => panic!("nothing generates {other:?}"),
    }
}

/// The story that the suite keeps of it: what `check` prints, but for the command at its end.
fn counterexample() -> String {
    let kept = root().join("tests/snapshots/mutants__design_C-22.snap");
    let kept = fs::read_to_string(kept).expect("it is kept");
    let story = kept.splitn(3, "---\n").nth(2).expect("it has a head");
    format!("```text\n{}\n```\n", story.trim_end())
}

fn by_name() -> String {
    let line = |level: Level, title: &str| {
        let all = PromiseId::of(level).iter();
        let all: Vec<_> = all
            .map(|promise| format!("{} ({promise})", promise.name().to_lowercase()))
            .collect();
        format!("* **{title}**: {}\n", all.join(" · "))
    };
    line(Level::Group, "A consumer group on a partition")
        + &line(Level::OffsetsTopic, "The coordinator and its offsets topic")
        + &line(Level::Storage, "A log by itself")
}

fn promises(level: Level) -> String {
    let mut table = String::from(
        "| Promise | In a sentence | Source | Stated as | Mutants that it detects, in so many steps |\n|---|---|---|---|---|\n",
    );
    for promise in PromiseId::of(level) {
        let kind = match promise.kind() {
            Kind::Automaton => "automaton",
            Kind::State(_) => "invariant of a state",
            Kind::Log(_) => "invariant of a log",
            Kind::Step => "invariant of a step",
        };
        table += &format!(
            "| **{promise}** {} | {} | {} | {kind} | {} |\n",
            promise.name(),
            promise.sentence(),
            promise.source(),
            detected_by(*promise, level)
        );
    }
    table
}

/// The mutants that break a promise in a system of this level, the fewest steps first.
fn detected_by(promise: PromiseId, level: Level) -> String {
    let watches = |mutant: &KnownMutant| match level {
        Level::Group => mutant.systems.contains(&"design"),
        Level::Storage => mutant.systems.contains(&"disk"),
        Level::OffsetsTopic => !mutant.systems.contains(&"disk"),
    };
    let mut detected: Vec<(usize, &str)> = Vec::new();
    for mutant in SYSTEMS.mutants().iter().filter(|mutant| watches(mutant)) {
        let broken = mutant.breaks.iter().find(|(of, _)| *of == promise);
        detected.extend(broken.map(|(_, steps)| (*steps, mutant.name)));
    }
    detected.sort_unstable();
    let words = detected
        .iter()
        .map(|(steps, name)| format!("{name} in {steps}"));
    match detected.len() {
        0 => "–".to_owned(),
        _ => words.collect::<Vec<_>>().join(", "),
    }
}

fn mutants() -> String {
    let mut table = String::from(
        "| Mutant | What goes wrong | Made in | Known in | Breaks, in so many steps | Passes when |\n|---|---|---|---|---|---|\n",
    );
    for mutant in SYSTEMS.mutants() {
        let breaks = mutant.breaks.iter();
        let breaks: Vec<_> = breaks
            .map(|(promise, steps)| format!("{promise} in {steps}"))
            .collect();
        table += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            mutant.name,
            mutant.description,
            mutant.made_in,
            mutant.systems.join(", "),
            breaks.join(", "),
            mutant.passes
        );
    }
    table
}

fn runs() -> String {
    let mut table = String::from("| Run | Why these bounds | Distinct states |\n|---|---|---|\n");
    for run in SYSTEMS.runs() {
        let states = match (run.states, run.deep) {
            (Some(states), _) => grouped(states as u64),
            (None, true) => "with `--deep`".to_owned(),
            (None, false) => "counted by one search".to_owned(),
        };
        table += &format!("| {} | {} | {states} |\n", run.name, run.description);
    }
    table
}

/// The text with every generated part made anew; fails on a marker that has no end.
fn made_anew(text: &str, path: &Path) -> String {
    let mut lines = text.lines();
    let mut out = String::new();
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        let name = line.strip_prefix("<!-- generated: ");
        if let Some(name) = name.and_then(|rest| rest.strip_suffix(" -->")) {
            out += &generated(name);
            let end = "<!-- end -->";
            let found = lines.by_ref().any(|line| line == end);
            assert!(found, "{}: {name:?} has no {end}", path.display());
            out += end;
            out.push('\n');
        }
    }
    out
}

#[test]
fn tables_say_what_the_tool_says() {
    let update = std::env::var_os("PLIMSOLL_UPDATE_DOCS").is_some_and(|update| update == "1");
    let mut parts = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).expect("it can be read");
        parts += text.matches("<!-- generated: ").count();
        let anew = made_anew(&text, &path);
        if anew != text && update {
            fs::write(&path, &anew).expect("it can be written");
        } else {
            let command = "PLIMSOLL_UPDATE_DOCS=1 cargo test --test docs";
            assert!(anew == text, "{}: out of date: {command}", path.display());
        }
    }
    assert_eq!(parts, 7, "every generated part is somewhere, once");
}

#[test]
fn a_part_that_is_out_of_date_or_has_no_end_is_noticed() {
    let path = Path::new("here.md");
    let stale = "<!-- generated: runs -->\n| Run |\n<!-- end -->\nafter\n";
    let anew = made_anew(stale, path);
    assert_ne!(anew, stale);
    assert!(anew.ends_with("<!-- end -->\nafter\n"));
    assert_eq!(made_anew(&anew, path), anew);
    let endless = || made_anew("<!-- generated: runs -->\n", path);
    assert!(std::panic::catch_unwind(endless).is_err());
}

/// Where a document's relative links lead, as written.
fn links(text: &str) -> Vec<&str> {
    let after = text.split("](").skip(1);
    let targets = after.filter_map(|rest| rest.split_once(')'));
    let targets = targets.map(|(target, _)| target);
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .collect()
}

fn missing(path: &Path, text: &str) -> Vec<String> {
    let folder = path.parent().expect("it lies in a folder");
    let missing = links(text).into_iter().filter(|target| {
        let file = target.split('#').next().unwrap_or(target);
        !folder.join(file).exists()
    });
    missing.map(str::to_owned).collect()
}

#[test]
fn links_lead_somewhere() {
    for path in documents() {
        let text = fs::read_to_string(&path).expect("it can be read");
        let none: Vec<String> = Vec::new();
        assert_eq!(missing(&path, &text), none, "{}", path.display());
    }
    let readme = root().join("README.md");
    let wrong = "[a](specs/docs/nowhere.md) [b](README.md#top) [c](https://example.org)";
    assert_eq!(missing(&readme, wrong), ["specs/docs/nowhere.md"]);
}

#[test]
fn files_that_documents_name_exist() {
    let mut named = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).expect("it can be read");
        let quoted = text.split('`').skip(1).step_by(2);
        let is_path = |word: &&str| {
            let tops = ["model/", "impl/", "specs/", "tests/"];
            tops.iter().any(|top| word.starts_with(top)) && !word.contains(['*', ' ', '<'])
        };
        for file in quoted.filter(is_path) {
            named += 1;
            let there = root().join(file).exists();
            assert!(there, "{}: there is no {file}", path.display());
        }
    }
    assert!(named > 20, "{named}");
}

#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string(root().join("README.md")).expect("it can be read");
    assert!(readme.lines().count() <= 120, "{}", readme.lines().count());
}
