//! Judges recorded histories from Rust, as `plimsoll judge` does.
//!
//! `cargo run -p plimsoll-oracle --example judge_a_file -- tests/histories/steady.1.jsonl`

use std::{path::Path, process::ExitCode};

use plimsoll_oracle::{Options, Verdict, judge_path};

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: judge_a_file HISTORY.jsonl...");
        return ExitCode::from(64);
    }
    let mut worst = 0;
    for file in files {
        let report = match judge_path(Path::new(&file), &Options::default()) {
            Ok(report) => report,
            Err(error) => {
                // It names the file, the line and the column, and what was expected there.
                eprintln!("{error}");
                return ExitCode::from(65);
            }
        };
        for finding in &report.findings {
            let (promise, name) = (finding.promise, finding.promise.name());
            println!(
                "{file}:{}: {promise} ({name}): {}",
                finding.line, finding.why
            );
        }
        for reason in &report.not_judged {
            println!("{file}: not judged: {reason:?}");
        }
        println!("{file}: {:?}", report.verdict);
        worst = worst.max(match report.verdict {
            Verdict::Valid => 0,
            Verdict::Unknown => 1,
            Verdict::Invalid => 2,
        });
    }
    // As the command line has it: 0 valid, 1 invalid, 2 unknown.
    ExitCode::from([0, 2, 1][worst])
}
