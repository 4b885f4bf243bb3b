//! Every recording of a real broker: the verdict, the findings and all figures that its table names.

use std::collections::BTreeSet;

use plimsoll_oracle::{Figures, Report};

use crate::{histories, judge_file, table};

#[test]
fn every_recording_is_judged_as_its_table_says() {
    let rows = table(&histories().join("expected.tsv"));
    assert_eq!(rows.len(), 30);
    let mut wrong = Vec::new();
    for row in &rows {
        let report = match judge_file(&histories().join(&row[0])) {
            Ok(report) => report,
            Err(error) => panic!("{error}"),
        };
        compare(row, &report, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_every_recording() {
    let rows = table(&histories().join("expected.tsv"));
    let named: BTreeSet<_> = rows.iter().map(|row| row[0].clone()).collect();
    let there = std::fs::read_dir(histories()).expect("the directory is there");
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

fn compare(row: &[String], report: &Report, wrong: &mut Vec<String>) {
    let mut differ = |what: &str, wanted: &str, got: String| {
        if wanted != "-" && wanted != got {
            wrong.push(format!("{}: {what} is {got}, must be {wanted}", row[0]));
        }
    };
    differ("the verdict", &row[1], report.verdict.to_string());
    let claim = report.claim.map(|claim| format!("{},{}", claim.u, claim.z));
    differ(
        "the claim",
        &row[5],
        claim.unwrap_or_else(|| "-".to_owned()),
    );
    differ("events", &row[6], report.events.to_string());
    for (column, (name, figure)) in figures(&report.totals).into_iter().enumerate() {
        let figure = figure.map_or_else(|| "?".to_owned(), |figure| figure.to_string());
        differ(name, &row[7 + column], figure);
    }
    let broken: BTreeSet<_> = report.findings.iter().map(|f| f.promise.code()).collect();
    for must in row[3].split_whitespace().filter(|must| *must != "-") {
        if !must.split('|').any(|one| broken.contains(one)) {
            wrong.push(format!("{}: {must} is not found", row[0]));
        }
    }
    for promise in broken {
        if !row[3]
            .split([' ', '|'])
            .chain(row[4].split([' ', '|']))
            .any(|may| may == promise)
        {
            wrong.push(format!("{}: {promise} is found", row[0]));
        }
    }
    for finding in &report.findings {
        let class = format!("{:?}", finding.class).to_lowercase();
        if row[2] != class {
            wrong.push(format!(
                "{}: {} is the {class}'s fault",
                row[0], finding.promise
            ));
        }
        assert!(
            !finding.window.is_empty(),
            "{}: no window for {}",
            row[0],
            finding.promise
        );
    }
}

fn figures(totals: &Figures) -> [(&'static str, Option<u64>); 12] {
    [
        ("records", Some(totals.records)),
        ("distinct", totals.distinct),
        ("processed", totals.processed),
        ("replayed", totals.replayed),
        ("tenures", totals.tenures),
        ("E", totals.e),
        ("U", totals.u),
        ("Z", totals.z),
        ("longest replay", totals.longest_replay),
        ("refused commits", Some(totals.refused_commits)),
        ("commits lost", Some(totals.commits_lost)),
        ("skipped", totals.skipped),
    ]
}
