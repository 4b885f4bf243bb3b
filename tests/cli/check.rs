//! `plimsoll check` and `plimsoll mutants`.

use plimsoll_cli::Exit;
use plimsoll_explore::{design::mutants::GROUP, registry::SYSTEMS};
use serde_json::Value;

use crate::plimsoll;

#[test]
fn a_small_run_is_kept_and_says_within_what() {
    let called = plimsoll(&["check", "--system", "design, crash loop"]);
    assert_eq!(called.exit, Exit::Kept, "{}{}", called.out, called.err);
    for description in [
        "driven",
        "modelled",
        "not verified",
        "distinct states",
        "stateright's count",
        "equal",
        "a zombie's commit was refused",
        "kept: every promise holds, exhaustively within these bounds",
    ] {
        assert!(
            called.out.contains(description),
            "no {description:?} in\n{}",
            called.out
        );
    }
    assert!(
        called.err.is_empty(),
        "no progress where there is no terminal"
    );
}

#[test]
fn a_run_cut_short_is_unknown_never_kept() {
    for limit in [["--max-states", "1000"], ["--max-seconds", "0"]] {
        let called = plimsoll(&[
            "check",
            "--system",
            "design, batches",
            "--json",
            limit[0],
            limit[1],
        ]);
        assert_eq!(called.exit, Exit::Unknown);
        let line: Value = serde_json::from_str(&called.out).expect("one line of JSON");
        assert_eq!(line["plimsoll_check"], 1);
        assert_eq!(line["complete"], false);
        assert_eq!(line["verdict"], "unknown");
        assert_eq!(line["second_opinion"]["verdict"], "not_heard");
        let promises = line["promises"].as_object().expect("an object");
        assert!(promises.values().all(|standing| standing == "unknown"));
    }
}

#[test]
fn every_mutant_is_told_as_a_story() {
    for mutant in &GROUP {
        let called = plimsoll(&["check", "--mutant", mutant.name]);
        assert_eq!(called.exit, Exit::Broken, "{}", called.err);
        let (promise, steps) = mutant.breaks[0];
        for description in [
            format!("{}  {}", mutant.name, mutant.description),
            format!("breaks \"{}\" ({promise}) in {steps} step", promise.name()),
            format!("{promise} is broken: {}", promise.sentence()),
            format!("plimsoll check --mutant {}", mutant.name),
        ] {
            assert!(
                called.out.contains(&description),
                "no {description:?} in\n{}",
                called.out
            );
        }
    }
}

#[test]
fn every_mutant_is_drawn_with_known_participants() {
    for mutant in &GROUP {
        let called = plimsoll(&["check", "--mutant", mutant.name, "--format", "mermaid"]);
        assert_eq!(called.exit, Exit::Broken);
        let mut lines = called.out.lines();
        assert_eq!(lines.next(), Some("sequenceDiagram"));
        for line in lines {
            let words = [
                "participant ",
                "%% step ",
                "Note over ",
                "producer-",
                "data log-",
                "a-",
                "b-",
                "coordinator-",
                "offsets log-",
            ];
            assert!(
                words.iter().any(|word| line.trim().starts_with(word)),
                "{line}"
            );
            assert!(
                !line.contains([';', '#']),
                "Mermaid would end there: {line}"
            );
        }
    }
}

#[test]
fn what_a_mutant_does_not_break_is_kept_or_unknown() {
    let not_detected_by = ["check", "--mutant", "C-20", "--promise", "d1"];
    let called = plimsoll(&not_detected_by);
    assert_eq!(called.exit, Exit::Kept);
    assert!(
        called.out.starts_with("kept within these bounds"),
        "{}",
        called.out
    );
    let called = plimsoll(&[&not_detected_by[..], &["--max-states", "100"]].concat());
    assert_eq!(called.exit, Exit::Unknown);
    assert!(called.out.starts_with("unknown"), "{}", called.out);
}

#[test]
fn a_promise_that_watches_alone_is_the_one_that_is_told() {
    for mutant in &GROUP {
        for (promise, steps) in mutant.breaks {
            let called = plimsoll(&[
                "check",
                "--mutant",
                mutant.name,
                "--promise",
                promise.code(),
            ]);
            assert_eq!(called.exit, Exit::Broken);
            for description in [
                format!("breaks \"{}\" ({promise}) in {steps} step", promise.name()),
                format!(
                    "plimsoll check --mutant {} --promise {promise}\n",
                    mutant.name
                ),
            ] {
                assert!(
                    called.out.contains(&description),
                    "no {description:?} in\n{}",
                    called.out
                );
            }
        }
    }
}

#[test]
fn code_that_leaves_the_model_is_caught_by_lock_step() {
    let called = plimsoll(&[
        "check",
        "--mutant",
        "C-20",
        "--system",
        "code",
        "--promise",
        "lock-step",
    ]);
    assert_eq!(called.exit, Exit::Broken, "{}{}", called.out, called.err);
    assert!(called.out.contains("lock-step is broken"), "{}", called.out);
}

#[test]
fn mutants_are_listed_with_what_must_come_of_them() {
    let called = plimsoll(&["mutants"]);
    assert_eq!(called.exit, Exit::Kept);
    let json = plimsoll(&["mutants", "--json"]).out;
    let lines: Vec<Value> = json
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    let mutants = SYSTEMS.mutants();
    assert_eq!(lines.len(), mutants.len());
    for (mutant, line) in mutants.iter().zip(lines) {
        assert!(called.out.contains(mutant.description) && called.out.contains(mutant.passes));
        assert_eq!(line["name"], mutant.name);
        assert_eq!(line["in_harness"], mutant.made_in.is_in_harness());
    }
    let counts = "42 mutants in the model or in code that ships, and 2 in the harness only";
    assert!(called.out.contains(counts), "{}", called.out);
}
