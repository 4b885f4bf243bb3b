//! What came of all cells, for a test of a stranger's coordinator: one finding for each cause, the one with the most
//! cells first.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Cell, Finding, Ran, Subjects, cells, run};

/// How many cells of one finding are named.
const NAMED: usize = 3;

/// What came of all cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Cells whose answer and effect are as expected.
    pub passed: usize,
    /// Of these, cells of which only the answer was seen: without DescribeGroups or OffsetFetch there is no more.
    pub answer_only: usize,
    /// Cells that no request reaches.
    pub unreachable: usize,
    /// Cells that were not run, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// Cells that do not hold, by cause.
    pub findings: Vec<Cause>,
}

/// What is wrong in one or more cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// In a sentence.
    pub cause: String,
    /// The cells in which it shows, the first of them in full.
    pub cells: Vec<String>,
    /// Where Kafka says it, for the first of them.
    pub source: &'static str,
    /// What was expected and what came, in the first of them.
    pub detail: String,
}

/// Takes every cell to the subject.
pub fn check<S: Subjects>(subjects: &S) -> Report {
    check_those(subjects, |_| true)
}

/// Takes those cells to the subject that are wanted.
pub fn check_those<S: Subjects>(subjects: &S, wanted: impl Fn(&Cell) -> bool) -> Report {
    let mut report = Report::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for cell in cells().into_iter().filter(wanted) {
        let finding = match run(subjects, &cell) {
            Ran::Passed => {
                report.passed += 1;
                continue;
            }
            Ran::AnswerOnly => {
                report.passed += 1;
                report.answer_only += 1;
                continue;
            }
            Ran::Unreachable(_) => {
                report.unreachable += 1;
                continue;
            }
            Ran::Skipped(why) => {
                *report.skipped.entry(why).or_default() += 1;
                continue;
            }
            Ran::Failed(finding) => finding,
        };
        let cause = cause(&cell, &finding);
        let place = *places.entry(cause.clone()).or_insert_with(|| {
            report.findings.push(Cause {
                cause,
                cells: Vec::new(),
                source: cell.row.source,
                detail: finding.detail().to_owned(),
            });
            report.findings.len() - 1
        });
        report.findings[place].cells.push(cell.name());
    }
    report
        .findings
        .sort_by_key(|it| std::cmp::Reverse(it.cells.len()));
    report
}

/// # Panics
/// With the report, if a cell does not hold.
pub fn assert_conforms<S: Subjects>(subjects: &S) {
    let report = check(subjects);
    assert!(report.findings.is_empty(), "{report}");
}

/// What the same mistake has in common wherever it shows.
fn cause(cell: &Cell, finding: &Finding) -> String {
    match finding {
        Finding::NotSet(why) => format!("on the way to a state: {}", before_colon(why)),
        Finding::Answer { expected, got, .. } => {
            format!("{} answers {got} instead of {expected}", cell.row.api)
        }
        Finding::Effect(why) => format!("{}: {}", cell.row.api, before_colon(why)),
    }
}

/// What is in front is the same whatever was met; behind it are ids and offsets.
fn before_colon(why: &str) -> &str {
    let after_a_reload = why.strip_prefix("after a reload: ");
    match after_a_reload {
        Some(rest) => &why[..why.len() - rest.len() + before_colon(rest).len()],
        None => why.split(':').next().unwrap_or(why),
    }
}

impl Report {
    /// How many cells do not hold.
    pub fn failed(&self) -> usize {
        self.findings.iter().map(|it| it.cells.len()).sum()
    }

    /// How many cells were not run though a request reaches them.
    pub fn skipped(&self) -> usize {
        self.skipped.values().sum()
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = counted(self.findings.len(), "finding", "findings");
        writeln!(
            f,
            "{findings}: {} hold, {} not, {} skipped, {} that no request reaches",
            counted(self.passed, "cell", "cells"),
            self.failed(),
            self.skipped(),
            self.unreachable
        )?;
        for (number, it) in self.findings.iter().enumerate() {
            let cells = counted(it.cells.len(), "cell", "cells");
            writeln!(f, "\n{}. {} ({cells})", number + 1, it.cause)?;
            for cell in it.cells.iter().take(NAMED) {
                writeln!(f, "   {cell}")?;
            }
            if it.cells.len() > NAMED {
                writeln!(f, "   and {} more", it.cells.len() - NAMED)?;
            }
            writeln!(f, "   {}", it.detail)?;
            writeln!(f, "   source: {}", it.source)?;
        }
        if self.answer_only > 0 {
            let cells = counted(self.answer_only, "cell", "cells");
            writeln!(f, "\nOf {cells} only the answer was seen.")?;
        }
        if !self.skipped.is_empty() {
            writeln!(f, "\nSkipped:")?;
        }
        for (why, count) in &self.skipped {
            writeln!(f, "   {}: {why}", counted(*count, "cell", "cells"))?;
        }
        Ok(())
    }
}
