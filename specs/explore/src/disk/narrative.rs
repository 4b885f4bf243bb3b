//! A path walked again so that it can be told: what was written, what was synced, what the crash kept, what recovery
//! made of it.

use std::sync::Arc;

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::RecoveryReport;

use super::{
    recover::Recovered,
    run_step::DIRECTORY,
    state::{DiskState, Running},
    step::{DiskAction, Step},
    system::DiskSystem,
    words::{self, file, files},
};
use crate::{
    narrate::{Message, Narrate, Narrative, NotPossible, Party, Scene},
    system::System,
};

/// What a step is told in, before its promises are known.
type Words = (Vec<String>, Vec<String>);

impl Narrate for DiskSystem {
    fn undo_symmetry(&self, path: &[DiskAction]) -> Vec<DiskAction> {
        path.to_vec()
    }

    fn narrate(&self, path: &[DiskAction]) -> Result<Narrative, NotPossible> {
        let mut at = self.start();
        let before = self.parties(&at, &at);
        let mut scenes = Vec::with_capacity(path.len());
        for (index, action) in path.iter().enumerate() {
            let mut came = None;
            self.expand(&at, &mut |offered, outcome| {
                if offered == *action {
                    came = Some(outcome);
                }
            });
            let Some(outcome) = came else {
                return Err(NotPossible {
                    step: index + 1,
                    action: format!("{action:?}"),
                    because: "neither the log nor its disk offers it in this state".to_owned(),
                });
            };
            let (description, notes) = self.words(&at, *action, &outcome.state);
            scenes.push(Scene {
                messages: messages(*action, &description),
                description,
                notes,
                parties: self.parties(&at, &outcome.state),
                broken: outcome.broken,
            });
            at = outcome.state;
        }
        Ok(Narrative {
            lanes: vec!["producer", "log", "disk"],
            before,
            scenes,
        })
    }
}

impl DiskSystem {
    fn words(&self, at: &DiskState, action: DiskAction, next: &DiskState) -> Words {
        match (at, action) {
            (DiskState::Running(running), DiskAction::Step(step)) => {
                self.step_in_words(running, step)
            }
            (DiskState::Running(running), DiskAction::Cut { during, after, .. }) => {
                self.cut_in_words(running, during, after, next)
            }
            (DiskState::Off(off), DiskAction::Recover) => {
                recovery_in_words(&self.recover(off, true))
            }
            (DiskState::Off(off), DiskAction::CutRecovery { after, .. }) => {
                let recovered = self.recover(off, true);
                let left = left(&recovered.disks[usize::from(after)], next);
                let description =
                    "the log is opened, and the power fails again in its recovery".to_owned();
                (
                    vec![description, left],
                    operations(&recovered.operations, after),
                )
            }
            _ => (Vec::new(), Vec::new()),
        }
    }

    fn step_in_words(&self, running: &Running, step: Step) -> Words {
        let taken = self.take(running, step, true);
        let mut description = vec![taken.description];
        let before = running.expect.acknowledged;
        if let Some(next) = &taken.next
            && next.expect.acknowledged > before
        {
            let now = next.expect.acknowledged;
            description.push(format!(
                "everything below offset {now} is acknowledged to its producers"
            ));
        }
        (
            description,
            disk_note(&taken.operations).into_iter().collect(),
        )
    }

    fn cut_in_words(
        &self,
        running: &Running,
        during: Option<Step>,
        after: u8,
        next: &DiskState,
    ) -> Words {
        let Some(step) = during else {
            let description = vec!["the power fails".to_owned(), left(&running.disk, next)];
            return (description, Vec::new());
        };
        let taken = self.take(running, step, true);
        let description = vec![
            format!("the power fails during {}", step_name(step)),
            left(&taken.before[usize::from(after)], next),
        ];
        (description, operations(&taken.operations, after))
    }

    /// What the log holds, what of it is durable, and what lies on the disk.
    fn parties(&self, at: &DiskState, next: &DiskState) -> Vec<Party> {
        let (written, log, disk) = match (at, next) {
            (_, DiskState::Running(running)) => {
                let expect = &running.expect;
                let found = words::found(&running.log, &running.disk, &expect.log);
                let stopped = running.log.stopped().map_or("", |_| ", stopped");
                let log = format!(
                    "{found}; synced below {}, acknowledged below {}{stopped}",
                    expect.log.synced, expect.acknowledged
                );
                (expect.log.clone(), log, files(&running.disk))
            }
            (_, DiskState::Off(off)) => (off.open.log.clone(), "down".to_owned(), files(&off.disk)),
            (DiskState::Off(off), DiskState::Done { .. }) => {
                let recovered = self.recover(off, false);
                let disk = recovered.disks.last().unwrap_or(&off.disk);
                let log = recovered.opened.map_or_else(
                    || "does not open".to_owned(),
                    |(log, _)| words::found(&log, disk, &off.open.log),
                );
                (off.open.log.clone(), log, files(disk))
            }
            (DiskState::Running(running), _) => (
                running.expect.log.clone(),
                "does not open".to_owned(),
                files(&running.disk),
            ),
            _ => (Arc::default(), String::new(), String::new()),
        };
        vec![
            Party::new("written", words::written(&written)),
            Party::new("log", log),
            Party::new("disk", disk),
        ]
    }
}

fn recovery_in_words(recovered: &Recovered) -> Words {
    let notes = disk_note(&recovered.operations).into_iter().collect();
    let Some((_, report)) = &recovered.opened else {
        return (
            vec!["the log is opened: recovery refuses".to_owned()],
            notes,
        );
    };
    let mut description = vec![format!(
        "the log is opened: recovery finds offsets {} to {}",
        report.log_start_offset, report.log_end_offset
    )];
    description.extend(made_of_it(report));
    (description, notes)
}

/// What recovery did to what it found.
fn made_of_it(report: &RecoveryReport) -> Vec<String> {
    let mut description = Vec::new();
    if report.truncated_bytes > 0 {
        let why = report
            .damage
            .as_ref()
            .map_or_else(String::new, |damage| format!(": {damage}"));
        description.push(format!(
            "{} holds {} bytes of valid batches and {} more{why}",
            file(&report.file),
            report.kept_bytes,
            report.truncated_bytes
        ));
    }
    let removed = report.removed_segments.iter().map(|(name, _)| file(name));
    let removed: Vec<_> = removed
        .chain(report.deleted_segments.iter().map(|name| file(name)))
        .chain(report.leftovers.iter().map(|name| file(name)))
        .collect();
    if !removed.is_empty() {
        description.push(format!("it removes {}", removed.join(", ")));
    }
    let swaps: Vec<_> = report
        .finished_swaps
        .iter()
        .map(|name| file(name))
        .collect();
    if !swaps.is_empty() {
        description.push(format!(
            "it carries the swap of {} through",
            swaps.join(", ")
        ));
    }
    description
}

/// Who tells whom in a step.
fn messages(action: DiskAction, description: &[String]) -> Vec<Message> {
    let (from, to) = match action {
        DiskAction::Step(step) => match step {
            Step::Append(_) | Step::AppendTwo | Step::Tombstone(_) | Step::Retry(_) => {
                ("producer", "log")
            }
            Step::Transactional | Step::Commit | Step::Abort | Step::FailedAppend => {
                ("producer", "log")
            }
            Step::Flush | Step::FailedFlush(_) => ("log", "disk"),
            _ => ("log", "log"),
        },
        DiskAction::Cut { .. } => ("disk", "disk"),
        DiskAction::Recover | DiskAction::CutRecovery { .. } => ("disk", "log"),
    };
    description
        .iter()
        .map(|sentence| Message::new(from, to, sentence.clone()))
        .collect()
}

fn step_name(step: Step) -> String {
    match step {
        Step::Append(_) | Step::AppendTwo | Step::Retry(_) => "an append".to_owned(),
        Step::Tombstone(_) => "the append of a tombstone".to_owned(),
        Step::Transactional => "an append in a transaction".to_owned(),
        Step::Commit | Step::Abort => "the append of a marker".to_owned(),
        Step::Roll => "the beginning of a new segment".to_owned(),
        Step::Flush => "a flush".to_owned(),
        Step::Compact => "a pass of the cleaner".to_owned(),
        Step::Clock => "no step at all: time passes".to_owned(),
        Step::Delete => "a deletion".to_owned(),
        Step::Close => "an orderly close or the opening after it".to_owned(),
        Step::Restart => "the opening after the process was killed".to_owned(),
        Step::FailedFlush(_) => "a flush that fails".to_owned(),
        Step::FailedAppend => "an append that fails".to_owned(),
    }
}

fn disk_note(operations: &[String]) -> Option<String> {
    (!operations.is_empty()).then(|| format!("disk: {}", operations.join("; ")))
}

/// What was done, and what was not any more.
fn operations(all: &[String], after: u8) -> Vec<String> {
    let (done, undone) = all.split_at(usize::from(after).min(all.len()));
    let mut notes: Vec<_> = disk_note(done).into_iter().collect();
    notes.extend(undone.first().map(|next| match undone.len() - 1 {
        0 => format!("not any more: {next}"),
        more => format!("not any more: {next}; and what would have followed ({more})"),
    }));
    notes
}

/// What the power cut left of the disk: what differs from what was written.
fn left(before: &SimDisk, next: &DiskState) -> String {
    let DiskState::Off(off) = next else {
        return String::new();
    };
    let after = &off.disk;
    let names = |disk: &SimDisk| disk.list(DIRECTORY).unwrap_or_default();
    let (had, has) = (names(before), names(after));
    let mut all: Vec<_> = had.iter().chain(&has).collect();
    all.sort();
    all.dedup();
    let description = all.into_iter().filter_map(|name| {
        let path = format!("{DIRECTORY}/{name}");
        match (had.contains(name), has.contains(name)) {
            (true, false) => Some(format!("{} is gone", file(name))),
            (false, true) => Some(format!("{} is back", file(name))),
            _ => content(before, after, &path).map(|what| format!("{} {what}", file(name))),
        }
    });
    match description.collect::<Vec<_>>() {
        description if description.is_empty() => "the disk loses nothing".to_owned(),
        description => format!(
            "of what was not synced the disk does not keep all: {}",
            description.join(", ")
        ),
    }
}

/// How a file's content differs from what was written to it.
fn content(before: &SimDisk, after: &SimDisk, path: &str) -> Option<String> {
    let all = |disk: &SimDisk| {
        let length = disk.len(path).ok()?;
        disk.read_at(path, 0, usize::try_from(length).ok()?).ok()
    };
    let (was, is) = (all(before)?, all(after)?);
    if was == is {
        return None;
    }
    let lengths = match was.len() == is.len() {
        true => format!("has all its {} bytes", is.len()),
        false => format!("has {} of its {} bytes", is.len(), was.len()),
    };
    let mut differing = was.iter().zip(&is).enumerate().filter(|(_, (a, b))| a != b);
    let Some((first, _)) = differing.next() else {
        return Some(lengths);
    };
    let last = differing.next_back().map_or(first, |(last, _)| last);
    Some(format!(
        "{lengths}, bytes {first} to {last} as they were before"
    ))
}
