//! Verdicts for build servers: JUnit XML, a suite for each history and a case for each promise.

use plimsoll_oracle::Report;
use plimsoll_promises::PromiseId;

/// A history that was judged, or why it could not be.
pub enum Judged {
    /// It was read to its end.
    Report(Box<Report>),
    /// It was not.
    Unreadable {
        /// The file, as it was given.
        file: String,
        /// Why.
        error: String,
    },
}

/// The XML document.
pub fn junit(judged: &[Judged]) -> String {
    let mut text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll judge\">\n"
            .to_owned();
    for one in judged {
        match one {
            Judged::Report(report) => suite(&mut text, &report.file, &cases(report)),
            Judged::Unreadable { file, error } => {
                let case = Case {
                    name: "readable".to_owned(),
                    outcome: Outcome::Error(error.clone()),
                };
                suite(&mut text, file, &[case]);
            }
        }
    }
    text.push_str("</testsuites>\n");
    text
}

struct Case {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed(String, String),
    Skipped(String),
    Error(String),
}

/// Promises that clients can see; what only an explorer sees is no case.
fn cases(report: &Report) -> Vec<Case> {
    let promises = PromiseId::ALL
        .into_iter()
        .filter(|promise| promise.kind().is_automaton());
    promises
        .map(|promise| Case {
            name: format!("{promise}: {}", promise.sentence()),
            outcome: outcome(report, promise),
        })
        .collect()
}

fn outcome(report: &Report, promise: PromiseId) -> Outcome {
    let findings: Vec<_> = report
        .findings
        .iter()
        .filter(|f| f.promise == promise)
        .collect();
    if let Some(first) = findings.first() {
        let message = format!(
            "{}/{}, line {}: {}",
            first.topic, first.partition, first.line, first.seen
        );
        let window = findings.iter().flat_map(|f| &f.window);
        let body: Vec<_> = window
            .map(|fact| format!("line {}: {}", fact.line, fact.says))
            .collect();
        return Outcome::Failed(message, body.join("\n"));
    }
    match report
        .not_judged
        .iter()
        .find(|note| note.promises.contains(&promise))
    {
        Some(note) => Outcome::Skipped(format!("{} ({})", note.why, note.count)),
        None => Outcome::Passed,
    }
}

fn suite(text: &mut String, file: &str, cases: &[Case]) {
    let count = |is: fn(&Outcome) -> bool| cases.iter().filter(|case| is(&case.outcome)).count();
    text.push_str(&format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
        escaped(file),
        cases.len(),
        count(|o| matches!(o, Outcome::Failed(..))),
        count(|o| matches!(o, Outcome::Error(_))),
        count(|o| matches!(o, Outcome::Skipped(_))),
    ));
    for case in cases {
        let head = format!(
            "    <testcase name=\"{}\" classname=\"{}\"",
            escaped(&case.name),
            escaped(file)
        );
        let inner = match &case.outcome {
            Outcome::Passed => String::new(),
            Outcome::Failed(message, body) => {
                format!(
                    "<failure message=\"{}\">{}</failure>",
                    escaped(message),
                    escaped(body)
                )
            }
            Outcome::Skipped(why) => format!("<skipped message=\"{}\"/>", escaped(why)),
            Outcome::Error(why) => format!("<error message=\"{}\"/>", escaped(why)),
        };
        match inner.is_empty() {
            true => text.push_str(&format!("{head}/>\n")),
            false => text.push_str(&format!("{head}>{inner}</testcase>\n")),
        }
    }
    text.push_str("  </testsuite>\n");
}

/// XML knows no control characters but three; names in a history may hold anything.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_the_document() {
        let judged = Judged::Unreadable {
            file: "a\"<&>\u{1}".to_owned(),
            error: "no".to_owned(),
        };
        assert!(junit(&[judged]).contains("name=\"a&quot;&lt;&amp;&gt;\u{fffd}\""));
    }
}
