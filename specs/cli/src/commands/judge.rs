//! `plimsoll judge`: recorded histories of real consumer groups.

use std::{io::BufReader, path::Path};

use plimsoll_history::{HistoryError, HistoryReader, Problem};
use plimsoll_oracle::{Options, Report, Verdict, judge_history};
use plimsoll_report::{
    counted,
    junit::{Judged, junit},
};
use serde_json::json;

use crate::{Exit, args::JudgeArgs, output::Output};

pub(crate) fn judge(args: &JudgeArgs, output: &mut Output<'_>) -> Exit {
    let mut exits = Vec::new();
    let mut judged = Vec::new();
    for (index, file) in args.files.iter().enumerate() {
        let (one, exit) = match judge_file(file, output) {
            Ok(report) => {
                let exit = exit(&report);
                (Judged::Report(Box::new(report)), exit)
            }
            Err(error) => {
                output.complain(&format!("error: {error}\n"));
                let exit = unreadable(&error);
                let (file, error) = (error.file.clone(), error.to_string());
                (Judged::Unreadable { file, error }, exit)
            }
        };
        tell(&one, args.json, index, output);
        exits.push(exit);
        if args.junit.is_some() {
            judged.push(one);
        }
    }
    if exits.len() > 1 && !args.json {
        output.say(&format!("\n{}", summary(&exits)));
    }
    if let Some(path) = &args.junit {
        output.save(path, &junit(&judged));
    }
    exits.into_iter().fold(Exit::Kept, Exit::worse)
}

fn judge_file(file: &Path, output: &mut Output<'_>) -> Result<Report, HistoryError> {
    let options = Options::default();
    if file.as_os_str() == "-" {
        let reader = HistoryReader::new(BufReader::new(output.stdin()), "standard input")?;
        return judge_history(reader, &options);
    }
    judge_history(plimsoll_history::open(file)?, &options)
}

fn tell(judged: &Judged, as_json: bool, index: usize, output: &mut Output<'_>) {
    match judged {
        Judged::Report(report) if as_json => {
            let line = serde_json::to_string(report).expect("a report is plain data");
            output.say(&format!("{line}\n"));
        }
        Judged::Report(report) => {
            let gap = if index > 0 { "\n" } else { "" };
            output.say(&format!("{gap}{report}{}", again(report)));
        }
        // A reader of the lines must be able to tell a file that was not judged from one that is missing.
        Judged::Unreadable { file, error } if as_json => {
            let line = json!({"plimsoll_report": 1, "file": file, "error": error});
            output.say(&format!("{line}\n"));
        }
        Judged::Unreadable { .. } => {}
    }
}

/// The command that shows the findings again, where there are any and the file can be read again.
fn again(report: &Report) -> String {
    if report.findings.is_empty() || report.file == "standard input" {
        return String::new();
    }
    format!("\nreproduce with\n  plimsoll judge {}\n", report.file)
}

fn exit(report: &Report) -> Exit {
    match report.verdict {
        Verdict::Valid => Exit::Kept,
        Verdict::Invalid => Exit::Broken,
        Verdict::Unknown => Exit::Unknown,
    }
}

fn unreadable(error: &HistoryError) -> Exit {
    match error.problem {
        Problem::NoSuchFile | Problem::IsADirectory | Problem::Io(_) => Exit::NoInput,
        _ => Exit::BadData,
    }
}

fn summary(exits: &[Exit]) -> String {
    let count = |wanted: &[Exit]| exits.iter().filter(|exit| wanted.contains(exit)).count();
    format!(
        "{}: {} invalid, {} unreadable, {} unknown, {} valid\n",
        counted(exits.len() as u64, "file"),
        count(&[Exit::Broken]),
        count(&[Exit::BadData, Exit::NoInput]),
        count(&[Exit::Unknown]),
        count(&[Exit::Kept])
    )
}
