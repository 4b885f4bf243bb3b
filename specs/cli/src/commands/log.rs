//! `plimsoll log`: what the log of a partition on disk holds, what recovery would make of it, and where it is damaged.

use std::path::Path;

use plimsoll_report::log::{self, LOG_VERSION};
use serde::Serialize;

use crate::{
    Exit,
    args::LogArgs,
    output::Output,
    partition_log::{self, Seen},
    problem::{Problem, at},
    segments::{Next, Reader, segments},
};

pub(crate) fn log(args: &LogArgs, output: &mut Output<'_>) -> Exit {
    let partitions = match partition_log::find(&args.directory) {
        Ok(partitions) => partitions,
        Err(problem) => return cannot(&args.directory, &problem, args, output),
    };
    let mut exits = Vec::new();
    for directory in &partitions {
        if output.closed() {
            break;
        }
        exits.push(match partition_log::read(directory) {
            Ok(seen) => one(directory, &seen, args, output),
            Err(problem) => cannot(directory, &problem, args, output),
        });
    }
    overall(&exits)
}

/// An empty partition among others is nothing to report; several that are empty are.
fn overall(exits: &[Exit]) -> Exit {
    let shown = exits.contains(&Exit::Kept);
    let counts = |exit: &&Exit| !(shown && **exit == Exit::Unknown);
    let exits = exits.iter().filter(counts);
    exits.copied().reduce(Exit::worse).unwrap_or(Exit::Unknown)
}

/// A partition, or everything, cannot be shown.
fn cannot(directory: &Path, problem: &Problem, args: &LogArgs, output: &mut Output<'_>) -> Exit {
    output.complain(&format!("error: {problem}\n"));
    if args.json {
        let (directory, error) = (directory.display().to_string(), problem.to_string());
        line("error", &Missing { directory, error }, output);
    }
    problem.exit()
}

fn one(directory: &Path, seen: &Seen, args: &LogArgs, output: &mut Output<'_>) -> Exit {
    if args.json {
        lines(seen, output);
    } else {
        let (partition, segments) = (&seen.partition, &seen.segments);
        let text = log::summary(partition, segments, &seen.producers, &seen.damages);
        output.say(&format!("{text}\n"));
    }
    let mut exit = seen.exit();
    for problem in &seen.problems {
        exit = exit.worse(cannot(directory, problem, args, output));
    }
    if args.batches || args.records {
        exit = exit.worse(
            list(directory, args, output)
                .unwrap_or_else(|problem| cannot(directory, &problem, args, output)),
        );
    }
    exit
}

fn lines(seen: &Seen, output: &mut Output<'_>) {
    line("partition", &seen.partition, output);
    for segment in &seen.segments {
        line("segment", segment, output);
    }
    for producer in &seen.producers {
        line("producer", producer, output);
    }
    for damage in &seen.damages {
        line("damage", damage, output);
    }
}

/// Reads the partition once more, and shows batch by batch: they may be more than memory holds.
fn list(directory: &Path, args: &LogArgs, output: &mut Output<'_>) -> Result<Exit, Problem> {
    let mut exit = Exit::Kept;
    for (base, file) in segments(directory).map_err(|error| at(directory, error))? {
        let shown = file.display().to_string();
        if !args.json {
            output.say(&format!("{shown}\n{}", log::batch_header()));
        }
        let mut reader = Reader::open(&file, base).map_err(|error| at(&file, error))?;
        while !output.closed() {
            let position = reader.position;
            let next = reader.next().map_err(|error| at(&file, error))?;
            let (header, whole) = match &next {
                Next::Batch(batch) => (*batch.header(), Some(batch)),
                Next::Wrong {
                    header: Some(header),
                    ..
                }
                | Next::Tail {
                    header: Some(header),
                    ..
                } => (*header, None),
                Next::Wrong { .. } | Next::Legacy(_) => continue,
                Next::End | Next::Tail { .. } => break,
            };
            let batch = log::batch(&shown, position, &header, whole);
            if args.json {
                line("batch", &batch, output);
            } else {
                output.say(&log::batch_line(&batch));
            }
            if let (true, Some(batch)) = (args.records, whole) {
                exit = exit.worse(records(batch, args, output));
            }
        }
        if !args.json {
            output.say("\n");
        }
    }
    Ok(exit)
}

/// The checksum is right, which does not make the records so. What is wrong was told with the damage.
fn records(batch: &plimsoll_log::Batch, args: &LogArgs, output: &mut Output<'_>) -> Exit {
    let (records, wrong) = log::records(batch);
    if args.json {
        for record in &records {
            line("record", record, output);
        }
    } else {
        output.say(&records.iter().map(log::record_line).collect::<String>());
    }
    match wrong {
        None => Exit::Kept,
        Some(error) => {
            if !args.json {
                output.say(&format!("      {error}\n"));
            }
            Exit::BadData
        }
    }
}

/// A line of `--json`: its version and kind, then what it is about.
#[derive(Serialize)]
struct Line<'a, T> {
    plimsoll_log: u32,
    kind: &'a str,
    #[serde(flatten)]
    what: &'a T,
}

/// Why a partition is missing, or everything.
#[derive(Serialize)]
struct Missing {
    directory: String,
    error: String,
}

fn line(kind: &str, what: &impl Serialize, output: &mut Output<'_>) {
    let line = Line {
        plimsoll_log: LOG_VERSION,
        kind,
        what,
    };
    let line = serde_json::to_string(&line).expect("it is plain data");
    output.say(&format!("{line}\n"));
}
