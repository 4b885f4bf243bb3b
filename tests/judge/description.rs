//! How a judgement reads, and how it is stored: both are looked at by people, so both are kept here as they are.

use plimsoll_oracle::Report;

use crate::{histories, judge_file};

fn report(name: &str) -> Report {
    let mut report = judge_file(&histories().join(name)).expect("it can be read");
    // Where the repository lies is no part of it.
    report.file = name.to_owned();
    report
}

#[test]
fn a_record_skipped() {
    insta::assert_snapshot!(report("non-owner-commit.1.jsonl").to_string());
}

#[test]
fn a_broker_that_forgets() {
    insta::assert_snapshot!(report("kfake-restarted.1.jsonl").to_string());
}

#[test]
fn a_zombie_believed() {
    insta::assert_snapshot!(report("tansu-static-zombie.1.jsonl").to_string());
}

#[test]
fn nothing_to_complain_of() {
    insta::assert_snapshot!(report("wire-generations.1.jsonl").to_string());
}

#[test]
fn nothing_to_judge_by() {
    insta::assert_snapshot!(report("commits-only.1.jsonl").to_string());
}

/// The schema of the report, version 1: a changed meaning needs a new version.
#[test]
fn the_report_as_data() {
    let report = report("small/o9-bad-older.jsonl");
    insta::assert_json_snapshot!(report);
}
