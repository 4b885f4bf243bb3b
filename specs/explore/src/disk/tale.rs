//! A path walked again so that it can be told: what was written, what was synced, what the crash kept, what recovery
//! made of it.

use std::sync::Arc;

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_promises::Broken;

use super::{
    expect::Open,
    state::{DiskState, Off, Running},
    step::{DiskAction, Step},
    system::DiskSystem,
    take::{DIRECTORY, at_rest},
};
use crate::{narrate::NotPossible, system::System};

/// One step of a path, in words.
#[derive(Debug, Clone)]
pub struct Scene {
    /// What happens.
    pub told: String,
    /// What only the disk knows of it; a line each.
    pub notes: Vec<String>,
    /// Promises that the step broke.
    pub broken: Vec<Broken>,
}

impl DiskSystem {
    /// Walks a path up to the first broken promise, or to its end; an error names the first step that is not possible.
    pub fn tell(&self, path: &[DiskAction]) -> Result<Vec<Scene>, NotPossible> {
        let mut at = self.start();
        let mut scenes = Vec::with_capacity(path.len());
        for (index, action) in path.iter().enumerate() {
            let mut offered = Vec::new();
            self.actions(&at, &mut offered);
            if !offered.contains(action) {
                return Err(NotPossible {
                    step: index + 1,
                    action: format!("{action:?}"),
                    because: "neither the log nor the disk offers it in this state".to_owned(),
                });
            }
            let outcome = self.step(&at, *action);
            let (told, notes) = self.words(&at, *action, &outcome.state);
            let broken = outcome.broken;
            let last = !broken.is_empty();
            scenes.push(Scene {
                told,
                notes,
                broken,
            });
            if last {
                break;
            }
            at = outcome.state;
        }
        Ok(scenes)
    }

    fn words(&self, at: &DiskState, action: DiskAction, next: &DiskState) -> (String, Vec<String>) {
        match (at, action) {
            (DiskState::Running(running), DiskAction::Step(step)) => self.step_told(running, step),
            (DiskState::Running(running), DiskAction::Cut { during, after, .. }) => {
                self.cut_told(running, during, after, next)
            }
            (DiskState::Off(off), DiskAction::Recover) => self.recovery_told(off),
            (DiskState::Off(off), DiskAction::CutRecovery { after, .. }) => {
                let recovered = self.recover(off, true);
                let mut notes = operations(&recovered.operations, after);
                let before = &recovered.disks[usize::from(after)];
                notes.extend(left(before, next));
                (
                    "recovery begins, and the power fails again".to_owned(),
                    notes,
                )
            }
            _ => (String::new(), Vec::new()),
        }
    }

    fn step_told(&self, running: &Running, step: Step) -> (String, Vec<String>) {
        let taken = self.take(running, step, true);
        let mut notes = Vec::new();
        if !taken.operations.is_empty() {
            notes.push(format!("disk: {}", taken.operations.join("; ")));
        }
        if let Some(next) = &taken.next {
            let log = &next.log;
            notes.push(format!(
                "log: {} to {}, synced to {}, acknowledged to {}",
                log.log_start_offset(),
                log.log_end_offset(),
                next.expect.log.synced,
                next.expect.acknowledged
            ));
        }
        (taken.told, notes)
    }

    fn cut_told(
        &self,
        running: &Running,
        during: Option<Step>,
        after: u8,
        next: &DiskState,
    ) -> (String, Vec<String>) {
        let Some(step) = during else {
            let open: Arc<Open> = Arc::new(at_rest(&running.expect));
            let mut notes = left(&running.disk, next);
            notes.insert(0, expected(&open));
            return ("the power fails".to_owned(), notes);
        };
        let taken = self.take(running, step, true);
        let mut notes = operations(&taken.operations, after);
        notes.extend(left(&taken.before[usize::from(after)], next));
        notes.push(expected(&taken.open));
        (
            format!("the power fails during a step: {}", during_told(step)),
            notes,
        )
    }

    fn recovery_told(&self, off: &Off) -> (String, Vec<String>) {
        let recovered = self.recover(off, true);
        let mut notes = Vec::new();
        if !recovered.operations.is_empty() {
            notes.push(format!("disk: {}", recovered.operations.join("; ")));
        }
        let Some(report) = recovered.report else {
            return ("recovery refuses to open the log".to_owned(), notes);
        };
        if report.truncated_bytes > 0 {
            let why = report
                .damage
                .map_or_else(String::new, |damage| format!(": {damage}"));
            notes.push(format!(
                "keeps {} bytes of {} and cuts off {}{why}",
                report.kept_bytes, report.file, report.truncated_bytes
            ));
        }
        let removed = report
            .removed_segments
            .iter()
            .map(|(file, bytes)| format!("{file} ({bytes} bytes)"));
        let removed: Vec<_> = removed
            .chain(report.deleted_segments.iter().cloned())
            .chain(report.leftovers.iter().cloned())
            .collect();
        if !removed.is_empty() {
            notes.push(format!("removes {}", removed.join(", ")));
        }
        if !report.finished_swaps.is_empty() {
            notes.push(format!(
                "carries the swap of {} through",
                report.finished_swaps.join(", ")
            ));
        }
        let told = format!(
            "recovery opens the log from offset {} to {}",
            report.log_start_offset, report.log_end_offset
        );
        (told, notes)
    }
}

fn during_told(step: Step) -> String {
    match step {
        Step::Append(_) | Step::AppendTwo => "an append".to_owned(),
        Step::Tombstone => "the append of a tombstone".to_owned(),
        Step::Transactional => "an append in a transaction".to_owned(),
        Step::Commit | Step::Abort => "the append of a marker".to_owned(),
        Step::Compact => "a pass of the cleaner".to_owned(),
        Step::Close => "an orderly close".to_owned(),
        Step::FailedFlush(_) => "a flush that fails".to_owned(),
        Step::FailedAppend => "an append that fails".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// What was done, and what was not any more.
fn operations(all: &[String], after: u8) -> Vec<String> {
    let (done, undone) = all.split_at(usize::from(after).min(all.len()));
    let listed = |what: &[String]| match what.is_empty() {
        true => "nothing".to_owned(),
        false => what.join("; "),
    };
    vec![
        format!("done: {}", listed(done)),
        format!("not done any more: {}", listed(undone)),
    ]
}

fn expected(open: &Open) -> String {
    format!(
        "written to offset {}, synced to {}, acknowledged to {}",
        open.log.end(),
        open.log.synced,
        open.acknowledged
    )
}

/// What the power cut left of the disk: what differs from what was written.
fn left(before: &SimDisk, next: &DiskState) -> Vec<String> {
    let DiskState::Off(off) = next else {
        return Vec::new();
    };
    let names = |disk: &SimDisk| disk.list(DIRECTORY).unwrap_or_default();
    let (had, has) = (names(before), names(&off.disk));
    let mut told: Vec<String> = Vec::new();
    let mut all: Vec<_> = had.iter().chain(&has).collect();
    all.sort();
    all.dedup();
    for name in all {
        let path = format!("{DIRECTORY}/{name}");
        match (had.contains(name), has.contains(name)) {
            (true, false) => told.push(format!("the name {name} is lost")),
            (false, true) => told.push(format!("the name {name} is back")),
            _ => {
                told.extend(content(before, &off.disk, &path).map(|what| format!("{name} {what}")))
            }
        }
    }
    match told.is_empty() {
        true => vec!["the disk keeps everything".to_owned()],
        false => vec![format!("on the disk {}", told.join(", "))],
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
    let differs = was.iter().zip(&is).position(|(a, b)| a != b);
    let lengths = match was.len() == is.len() {
        true => format!("has {} bytes", is.len()),
        false => format!("has {} of {} bytes", is.len(), was.len()),
    };
    Some(match differs {
        None => lengths,
        Some(at) => {
            let last = was.iter().zip(&is).rposition(|(a, b)| a != b).unwrap_or(at);
            format!(
                "{lengths}, and between {at} and {} what was there before",
                last + 1
            )
        }
    })
}
