//! `plimsoll judge`: several files, of which some cannot be read.

use plimsoll_cli::Exit;
use serde_json::Value;

use crate::{history, plimsoll, plimsoll_reading};

#[test]
fn one_bad_file_does_not_keep_the_others_from_being_judged() {
    let files = [
        "/nonexistent.jsonl",
        env!("CARGO_MANIFEST_DIR"),
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        &history("steady"),
    ];
    let called = plimsoll(&[&["judge"], &files[..]].concat());
    assert_eq!(called.exit, Exit::BadData);
    assert_eq!(called.err.lines().count(), 3, "{}", called.err);
    for (line, file) in called.err.lines().zip(files) {
        assert!(line.starts_with(&format!("error: {file}:1:")), "{line}");
    }
    assert!(
        called.out.contains(&format!("valid: {}", files[3])),
        "{}",
        called.out
    );
    let summary = "4 files: 0 invalid, 3 unreadable, 0 unknown, 1 valid\n";
    assert!(called.out.ends_with(summary), "{}", called.out);
}

#[test]
fn invalid_before_unreadable_before_unknown_before_valid() {
    let (valid, unknown) = (history("steady"), history("commits-only"));
    let invalid = history("older-commit-retried");
    let nowhere = "/nonexistent.jsonl".to_owned();
    let order = [
        (&valid, Exit::Kept),
        (&unknown, Exit::Unknown),
        (&nowhere, Exit::NoInput),
        (&invalid, Exit::Broken),
    ];
    for (index, (file, exit)) in order.iter().enumerate() {
        for (other, _) in &order[..=index] {
            assert_eq!(
                plimsoll(&["judge", file, other]).exit,
                *exit,
                "{file} {other}"
            );
            assert_eq!(
                plimsoll(&["judge", other, file]).exit,
                *exit,
                "{other} {file}"
            );
        }
    }
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let text = std::fs::read(history("steady")).expect("the history is there");
    let called = plimsoll_reading(&text, &["judge", "-"]);
    assert_eq!(called.exit, Exit::Kept, "{}", called.err);
    assert!(
        called.out.starts_with("valid: standard input"),
        "{}",
        called.out
    );
    let called = plimsoll_reading(b"{\"plimsoll\":1}\n{\"t\":\n", &["judge", "-"]);
    assert_eq!(called.exit, Exit::BadData);
    assert!(
        called.err.starts_with("error: standard input:2:"),
        "{}",
        called.err
    );
}

#[test]
fn every_file_gets_its_line_of_json() {
    let called = plimsoll(&["judge", "--json", &history("steady"), "/nonexistent.jsonl"]);
    let lines: Vec<Value> = called
        .out
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["verdict"], "valid");
    assert_eq!(lines[1]["file"], "/nonexistent.jsonl");
    assert!(lines[1]["error"].is_string());
    assert!(lines.iter().all(|line| line["plimsoll_report"] == 1));
}

#[test]
fn junit_has_a_suite_for_every_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("report.xml");
    let junit = path.to_str().expect("UTF-8");
    let invalid = history("older-commit-retried");
    let called = plimsoll(&["judge", &invalid, "/nonexistent.jsonl", "--junit", junit]);
    assert_eq!(called.exit, Exit::Broken);
    let xml = std::fs::read_to_string(&path).expect("it was written");
    assert!(xml.starts_with("<?xml"));
    assert_eq!(xml.matches("<testsuite ").count(), 2);
    assert!(
        xml.contains("failures=\"3\"") && xml.contains("errors=\"1\""),
        "{xml}"
    );
}
