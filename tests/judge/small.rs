//! For each promise a small history that breaks it, and some that nearly do: late events, lost answers, holes,
//! deletions, moves on purpose. The table beside them says what each is about.

use std::collections::BTreeSet;

use plimsoll_promises::PromiseId;

use crate::{histories, judge_file, table};

#[test]
fn bad_ones_are_caught_and_nearly_bad_ones_pass() {
    let small = histories().join("small");
    let mut wrong = Vec::new();
    for row in table(&small.join("expected.tsv")) {
        let [name, verdict, promises, why] = &row[..] else {
            panic!("a row has four cells: {row:?}");
        };
        let report = judge_file(&small.join(format!("{name}.jsonl"))).expect("it can be read");
        let broken: BTreeSet<_> = report.findings.iter().map(|f| f.promise.code()).collect();
        let wanted: BTreeSet<_> = promises.split(' ').filter(|p| *p != "-").collect();
        if report.verdict.to_string() != *verdict || broken != wanted {
            wrong.push(format!(
                "{name} ({why}): {} {broken:?}\n{report}",
                report.verdict
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_promise_has_both() {
    let rows = table(&histories().join("small/expected.tsv"));
    let with = |prefix: String| rows.iter().any(|row| row[0].starts_with(&prefix));
    for promise in PromiseId::ALL {
        if promise.kind().is_automaton() {
            let code = promise.code().to_lowercase();
            assert!(with(format!("{code}-bad")), "{promise} has no bad history");
            assert!(
                with(format!("{code}-nearly")),
                "{promise} has no nearly-bad history"
            );
        }
    }
}

#[test]
fn the_table_names_every_small_history() {
    let named: BTreeSet<_> = table(&histories().join("small/expected.tsv"))
        .into_iter()
        .map(|row| format!("{}.jsonl", row[0]))
        .collect();
    let there = std::fs::read_dir(histories().join("small")).expect("the directory is there");
    let there: BTreeSet<_> = there
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".jsonl"))
        .collect();
    assert_eq!(named, there);
}
