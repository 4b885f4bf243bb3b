//! Broken promises as the report gives them.

use std::time::Duration;

use plimsoll_history::Names;
use plimsoll_promises::{Because, Fault, PromiseId};
use serde::Serialize;

use crate::{breaks::Break, group_partition::GroupPartition, story::Fact};

/// A broken promise of one group on one partition (L1: of one partition).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its id.
    pub promise: PromiseId,
    /// The promise in one sentence.
    pub sentence: &'static str,
    /// Whose fault it is.
    pub class: Fault,
    /// The group; none for L1.
    pub group: Option<String>,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: u32,
    /// The line in which it became certain first.
    pub line: u64,
    /// The time of that line, in nanoseconds of the file's clock.
    pub t: u64,
    /// How often it broke here.
    pub times: u64,
    /// What was seen.
    pub seen: String,
    /// Why that breaks the promise.
    pub why: String,
    /// What explains it, or follows from it.
    pub notes: Vec<String>,
    /// The smallest window of lines around it.
    pub window: Vec<Fact>,
}

/// Where a finding stands.
pub(crate) struct Where<'a> {
    pub names: &'a Names,
    pub group: Option<plimsoll_history::Name>,
    pub topic: plimsoll_history::Name,
    pub p: u32,
}

impl Finding {
    pub(crate) fn of(broken: Break, at: &Where<'_>, why: String) -> Self {
        let group = at.group.map(|group| at.names.text(group).to_owned());
        Self {
            promise: broken.promise,
            sentence: broken.promise.sentence(),
            class: broken.promise.fault(),
            group,
            topic: at.names.text(at.topic).to_owned(),
            partition: at.p,
            line: broken.place.line,
            t: broken.place.t,
            times: broken.times,
            seen: broken.because.to_string(),
            why,
            notes: broken.notes,
            window: broken.window,
        }
    }

    /// A client's fault that a broker's explains is the broker's.
    pub(crate) fn follows_from(&mut self, cause: PromiseId, line: u64) {
        if self.class == Fault::Client && line <= self.line {
            self.class = Fault::Broker;
            self.notes
                .push(format!("follows from {cause}, broken in line {line}"));
        }
    }

    /// What was done to brokers meanwhile belongs to the window.
    pub(crate) fn add_broker_acts(&mut self, acts: &[Fact]) {
        let (Some(first), Some(last)) = (self.window.first(), self.window.last()) else {
            return;
        };
        let span = first.line..=last.line;
        let within = acts.iter().filter(|act| span.contains(&act.line));
        let mut within: Vec<_> = within.rev().take(BROKER_ACTS_MAX).cloned().collect();
        self.window.append(&mut within);
        self.window.sort();
    }
}

/// A window names at most so many broker events, the latest.
const BROKER_ACTS_MAX: usize = 4;

/// Why what was seen breaks the promise.
pub(crate) fn why(broken: &Break, group_partition: Option<&GroupPartition>) -> String {
    match &broken.because {
        Because::Unprocessed { .. } => group_partition.map_or_else(String::new, exposed),
        Because::TooFarBack { replay, bound, .. } => format!(
            "whoever resumes there processes {replay} records again; the claim allows U + Z = {bound}"
        ),
        Because::TooMuchReplay { .. } => {
            "each tenure that replays may replay U + Z records at most".to_owned()
        }
        Because::Forgotten { .. } => {
            "no sequence of the commits that were asked for gives this answer: an acknowledged one is gone".to_owned()
        }
        Because::WentBack { .. } => {
            "whoever resumes now starts too far back; Kafka does not forbid it, so the client must not send it"
                .to_owned()
        }
        Because::ZombieAccepted { .. } => {
            "a former owner can move the group's position although another one owns the partition".to_owned()
        }
        _ => "a record whose producer was told that it is safe cannot be read any more".to_owned(),
    }
}

fn exposed(group_partition: &GroupPartition) -> String {
    let exposures = &group_partition.exposures;
    let skipped = exposures.skipped();
    let late = exposures.records - skipped.min(exposures.records);
    let mut why = format!(
        "a crash right after such a commit skips what it passed over: {} exposed",
        records(exposures.records)
    );
    if late > 0 {
        let longest = Duration::from_nanos(exposures.longest_ns);
        why.push_str(&format!(
            ", {late} of them processed later (after {longest:.1?} at most)"
        ));
    }
    if let Some(first) = exposures.first_skipped() {
        why.push_str(&format!(
            ", {skipped} skipped for good, the first at offset {first}"
        ));
    }
    why
}

fn records(count: u64) -> String {
    match count {
        1 => "1 record".to_owned(),
        _ => format!("{count} records"),
    }
}
