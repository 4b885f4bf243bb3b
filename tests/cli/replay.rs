//! `plimsoll replay`: traces walked again, and traces that cannot be.

use plimsoll_cli::Exit;
use plimsoll_explore::{design::mutants::GROUP, registry::SYSTEMS};

use crate::{Called, plimsoll, plimsoll_reading};

fn trace(mutant: &str, system: &str) -> String {
    let called = plimsoll(&[
        "check", "--mutant", mutant, "--system", system, "--format", "json",
    ]);
    assert_eq!(called.exit, Exit::Broken, "{}{}", called.out, called.err);
    called.out
}

fn replay(trace: &str) -> Called {
    plimsoll_reading(trace.as_bytes(), &["replay", "-"])
}

#[test]
fn every_mutant_breaks_again_at_the_same_step() {
    for mutant in &GROUP {
        let called = replay(&trace(mutant.name, "design"));
        assert_eq!(called.exit, Exit::Broken, "{}", called.err);
        let (promise, step) = mutant.breaks[0];
        let same = format!("the same verdict: step {step} breaks {promise}\n");
        assert!(called.out.ends_with(&same), "{}", called.out);
    }
}

#[test]
fn the_code_breaks_again_too() {
    for mutant in ["C-15", "C-20", "L-ack"] {
        let called = replay(&trace(mutant, "code"));
        assert_eq!(called.exit, Exit::Broken, "{}", called.err);
        assert!(called.out.contains("the same verdict"), "{}", called.out);
    }
}

#[test]
fn a_trace_is_written_and_read_as_the_same_bytes() {
    let text = trace("K-2", "design");
    let again = plimsoll_reading(text.as_bytes(), &["replay", "-", "--format", "json"]);
    assert_eq!(again.out, text);
}

#[test]
fn without_the_mistake_it_no_longer_breaks() {
    let text = trace("K-4", "design").replace("\"K-4\"", "null");
    let called = replay(&text);
    // Only that client sends a commit again.
    assert_eq!(called.exit, Exit::BadData);
    assert!(called.err.contains("step 20 ("), "{}", called.err);
    let called = replay(&trace("C-20", "design").replace("\"C-20\"", "null"));
    assert_eq!(called.exit, Exit::Unknown, "{}{}", called.out, called.err);
    assert!(
        called.out.starts_with("it no longer breaks"),
        "{}",
        called.out
    );
}

/// The log's L-ack-log was called L-ack once, and its traces still are.
#[test]
fn a_trace_may_have_the_name_that_a_mutant_had_once() {
    let text = trace("L-ack-log", "disk");
    let old = text.replace("\"L-ack-log\"", "\"L-ack\"");
    assert_ne!(text, old);
    let called = replay(&old);
    assert_eq!(called.exit, Exit::Broken, "{}", called.err);
    assert!(called.out.starts_with("L-ack-log  "), "{}", called.out);
    assert!(called.out.contains("the same verdict"), "{}", called.out);
}

#[test]
fn another_verdict_is_explained() {
    let mutant = SYSTEMS.mutant("L-ack").expect("it is there");
    let (promise, step) = mutant.breaks[0];
    let text = trace(mutant.name, "design");
    let text = text.replace(&format!("\"promise\":\"{promise}\""), "\"promise\":\"D1\"");
    let called = replay(&text);
    assert_eq!(called.exit, Exit::Broken);
    let description = format!(
        "another verdict: the trace says that step {step} breaks D1, but step {step} breaks {promise}"
    );
    assert!(called.out.contains(&description), "{}", called.out);
}

#[test]
fn a_malformed_trace_is_refused_with_line_and_column() {
    let good = trace("C-20", "design");
    let bad = [
        ("{\"fetch\":0}", "{\"fitch\":0}", "standard input:16:"),
        ("{\"fetch\":0}", "{\"fetch\":9}", "step 8 ("),
        ("{\"fetch\":0}", "{\"fetch\":1}", "step 8 ("),
        ("\"records\":2", "\"records\":\"x\"", "standard input:5:"),
        ("\"records\":2", "\"records\":200", "bounds.records"),
        ("\"failovers\":1", "\"failovers\":9", "bounds.failovers"),
        (
            "\"failovers\":1",
            "\"failovers\":3",
            "5 crashes and expiries",
        ),
        ("\"u\":1", "\"u\":18446744073709551615", "claim"),
        (
            "\"plimsoll_trace\": 1",
            "\"plimsoll_trace\": 2",
            "version 2",
        ),
        ("\"C-20\"", "\"C-2O\"", "did you mean 'C-20'"),
        ("\"design\"", "\"desing\"", "did you mean 'design'"),
        ("\"D1\"", "\"D-1\"", "standard input:7:"),
        ("  ],", "", "standard input:"),
    ];
    for (from, to, description) in bad {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from} is there");
        let called = replay(&text);
        assert_eq!(
            called.exit,
            Exit::BadData,
            "{to}: {}{}",
            called.out,
            called.err
        );
        assert!(
            called.err.contains(description),
            "{description:?} is not in {}",
            called.err
        );
        assert_eq!(called.err.lines().count(), 1, "{}", called.err);
    }
}

#[test]
fn no_input_ends_in_an_error() {
    for bytes in [&b""[..], b"\xff\xfe", b"[]", b"{}", b"{\"plimsoll\":1}"] {
        let called = plimsoll_reading(bytes, &["replay", "-"]);
        assert_eq!(called.exit, Exit::BadData, "{bytes:?}");
    }
    for file in ["/nonexistent.json", env!("CARGO_MANIFEST_DIR")] {
        let called = plimsoll(&["replay", file]);
        assert_eq!(called.exit, Exit::NoInput);
        assert!(called.err.contains(file), "{}", called.err);
    }
}

#[test]
fn a_trace_of_the_model_gets_the_same_verdict_on_the_code_and_back() {
    for mutant in &GROUP {
        for (from, to) in [("design", "code"), ("code", "design")] {
            let text = trace(mutant.name, from);
            let called = plimsoll_reading(text.as_bytes(), &["replay", "-", "--system", to]);
            assert_eq!(
                called.exit,
                Exit::Broken,
                "{} on the {to}: {}",
                mutant.name,
                called.err
            );
            assert!(
                called.out.contains("the same verdict"),
                "{} on the {to}: {}",
                mutant.name,
                called.out
            );
        }
    }
}

#[test]
fn an_unknown_system_is_a_usage_error() {
    let text = trace("L-ack", "design");
    let called = plimsoll_reading(text.as_bytes(), &["replay", "-", "--system", "cod"]);
    assert_eq!(called.exit, Exit::Usage, "{}", called.err);
}
