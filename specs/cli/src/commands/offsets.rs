//! `plimsoll offsets`: where every group of an offsets topic on disk would resume.

use std::path::PathBuf;

use plimsoll_offsets::partition_for;
use plimsoll_report::{
    closest,
    log::Mark,
    offsets::{self, Group, OFFSETS_VERSION, PartitionRead},
};
use serde::Serialize;

use crate::{
    Exit,
    args::OffsetsArgs,
    offsets_topic::{self, Partition, Topic},
    output::Output,
    problem::Problem,
};

/// What could be read of the topic.
#[derive(Default)]
struct Seen {
    read: Vec<PartitionRead>,
    groups: Vec<Group>,
    /// By the directory of their partition.
    problems: Vec<(String, Problem)>,
    /// Directories that could not be read at all.
    missing: Vec<String>,
    /// Directories that no broker serves.
    left_out: Vec<(PathBuf, Mark)>,
}

pub(crate) fn offsets(args: &OffsetsArgs, output: &mut Output<'_>) -> Exit {
    let topic = match offsets_topic::find(&args.directory) {
        Ok(topic) => topic,
        Err(problem) => return cannot(args, &problem, output),
    };
    let partitions = match chosen(args, &topic) {
        Ok(partitions) => partitions,
        Err(usage) => {
            output.complain(&usage);
            return Exit::Usage;
        }
    };
    let mut seen = see(&partitions, args.at, topic.whole);
    seen.left_out = topic.left_out.clone();
    for (_, problem) in &seen.problems {
        output.complain(&format!("error: {problem}\n"));
    }
    let hint = args
        .group
        .as_deref()
        .and_then(|name| only(name, topic.whole, &mut seen));
    if args.json {
        lines(&seen, output);
    } else {
        tell(args, &seen, hint.as_deref(), output);
    }
    exit(&seen)
}

/// Nothing can be shown.
fn cannot(args: &OffsetsArgs, problem: &Problem, output: &mut Output<'_>) -> Exit {
    output.complain(&format!("error: {problem}\n"));
    if args.json {
        let directory = args.directory.display().to_string();
        line(
            "error",
            &Missing {
                directory: &directory,
                error: problem.to_string(),
            },
            output,
        );
    }
    problem.exit()
}

/// The partitions to be read. Record offsets of two partitions cannot be compared, so `--at` needs one partition: the
/// only one, or the one that the group's name leads to.
fn chosen<'a>(args: &OffsetsArgs, topic: &'a Topic) -> Result<Vec<&'a Partition>, String> {
    let all: Vec<&Partition> = topic.partitions.iter().collect();
    if args.at.is_none() || all.len() == 1 {
        return Ok(all);
    }
    let leads_to = match (&args.group, topic.whole) {
        (Some(group), Some(partitions)) => partition_for(group, partitions),
        _ => None,
    };
    let one: Vec<_> = all
        .into_iter()
        .filter(|it| leads_to.is_some() && it.number == leads_to)
        .collect();
    if one.is_empty() {
        let first = topic
            .partitions
            .first()
            .map(|it| it.directory.display().to_string())
            .unwrap_or_default();
        return Err(format!(
            "error: --at is an offset of one partition, and here are {}; name one of them, such as {first}, or a group of the whole topic\n",
            topic.partitions.len()
        ));
    }
    Ok(one)
}

fn see(partitions: &[&Partition], at: Option<i64>, whole: Option<i32>) -> Seen {
    let mut seen = Seen::default();
    for partition in partitions {
        match offsets_topic::replay(partition, at) {
            Ok(replayed) => {
                seen.groups.extend(replayed.groups());
                let directory = replayed.read.directory.clone();
                let problems = replayed.problems.into_iter();
                seen.problems
                    .extend(problems.map(|problem| (directory.clone(), problem)));
                seen.read.push(replayed.read);
            }
            Err(problem) => {
                let directory = partition.directory.display().to_string();
                seen.missing.push(directory.clone());
                seen.problems.push((directory, problem));
            }
        }
    }
    for group in &mut seen.groups {
        let leads_to = whole.and_then(|partitions| partition_for(&group.group, partitions));
        group.looked_for_in =
            leads_to.filter(|_| group.partition.is_some() && group.partition != leads_to);
    }
    seen.groups
        .sort_by(|a, b| (&a.group, a.partition).cmp(&(&b.group, b.partition)));
    seen
}

/// Leaves only this group; if there is none of that name, says which may have been meant.
fn only(name: &str, whole: Option<i32>, seen: &mut Seen) -> Option<String> {
    let all = std::mem::take(&mut seen.groups);
    let close: Vec<String> = closest(name, all.iter().map(|group| group.group.as_str()))
        .into_iter()
        .map(|name| format!("'{name}'"))
        .collect();
    seen.groups = all
        .into_iter()
        .filter(|group| group.group == name)
        .collect();
    if !seen.groups.is_empty() {
        return None;
    }
    let hint = match close.is_empty() {
        true => String::new(),
        false => format!("; did you mean {}?", close.join(" or ")),
    };
    Some(unknown(name, whole, seen, &hint))
}

/// A group of which nothing was found. That it has no offsets is certain only if the partition was read in which a broker
/// looks for it.
fn unknown(name: &str, whole: Option<i32>, seen: &Seen, hint: &str) -> String {
    let leads_to = whole.and_then(|partitions| partition_for(name, partitions));
    // What stands in a place that cannot be read may be the group's.
    let whole = |read: &&PartitionRead| read.damages == 0;
    let mut read = seen.read.iter().filter(whole);
    let mut was_read = |number| read.any(|read| read.partition == Some(number));
    match leads_to {
        Some(number) if was_read(number) => format!(
            "nothing is known of a group '{name}': it begins where auto.offset.reset says{hint}\n"
        ),
        Some(number) => format!(
            "what is known of a group '{name}' cannot be told: its name leads to partition {number}, which could not be read in full{hint}\n"
        ),
        None => format!(
            "nothing is known of a group '{name}' here; if its name leads here, it begins where auto.offset.reset says{hint}\n"
        ),
    }
}

fn tell(args: &OffsetsArgs, seen: &Seen, hint: Option<&str>, output: &mut Output<'_>) {
    if seen.read.is_empty() {
        return;
    }
    let directory = args.directory.display().to_string();
    let mut text = offsets::summary(&directory, &seen.read, &seen.groups);
    if let (Some(at), [read]) = (args.at, &seen.read[..]) {
        let description = match at < read.end {
            true => format!("  as of        record {at}, and nothing after it\n"),
            false => format!(
                "  as of        record {at}; the log ends before, at {}\n",
                read.end
            ),
        };
        text.push_str(&description);
    }
    for directory in &seen.missing {
        text.push_str(&format!(
            "  not read     {directory}: its groups are missing here\n"
        ));
    }
    for (directory, mark) in &seen.left_out {
        text.push_str(&format!(
            "  left out     {} {}\n",
            directory.display(),
            mark.description()
        ));
    }
    text.push_str(hint.unwrap_or_default());
    for group in &seen.groups {
        text.push('\n');
        text.push_str(&offsets::group(group));
    }
    output.say(&text);
}

fn lines(seen: &Seen, output: &mut Output<'_>) {
    for read in &seen.read {
        line("partition", read, output);
    }
    for (directory, problem) in &seen.problems {
        line(
            "error",
            &Missing {
                directory,
                error: problem.to_string(),
            },
            output,
        );
    }
    for (directory, mark) in &seen.left_out {
        let directory = &directory.display().to_string();
        line("left_out", &LeftOut { directory, mark }, output);
    }
    for group in &seen.groups {
        line("group", group, output);
    }
}

/// A line of `--json`: its version and kind, then what it is about.
#[derive(Serialize)]
struct Line<'a, T> {
    plimsoll_offsets: u32,
    kind: &'a str,
    #[serde(flatten)]
    what: &'a T,
}

/// Why a partition is missing, or everything.
#[derive(Serialize)]
struct Missing<'a> {
    directory: &'a str,
    error: String,
}

/// A directory that no broker serves, and why.
#[derive(Serialize)]
struct LeftOut<'a> {
    directory: &'a str,
    mark: &'a Mark,
}

fn line(kind: &str, what: &impl Serialize, output: &mut Output<'_>) {
    let line = Line {
        plimsoll_offsets: OFFSETS_VERSION,
        kind,
        what,
    };
    let line = serde_json::to_string(&line).expect("it is plain data");
    output.say(&format!("{line}\n"));
}

/// What could not be read goes first. An answer without a group is none: the topic is empty, the group unknown.
fn exit(seen: &Seen) -> Exit {
    let answered = match seen.groups.is_empty() {
        true => Exit::Unknown,
        false => Exit::Kept,
    };
    seen.problems
        .iter()
        .map(|(_, problem)| problem.exit())
        .fold(answered, Exit::worse)
}
