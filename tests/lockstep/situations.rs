//! What must have happened somewhere in the stories, or they prove little.

use std::collections::BTreeMap;

/// How often each situation occurred.
#[derive(Clone, Debug, Default)]
pub struct Situations(BTreeMap<&'static str, u64>);

/// Every situation; a name that is not here cannot be counted.
pub const ALL: &[&str] = &[
    "a batch appended",
    "a compressed batch appended",
    "a duplicate answered",
    "a duplicate of the fifth last batch answered",
    "a duplicate answered after a recovery",
    "a batch out of order refused",
    "a batch of an old epoch refused",
    "a batch outside an open transaction refused",
    "a sequence begun anew at 0",
    "a marker appended",
    "a segment rolled",
    "records deleted",
    "records deleted by retention",
    "a segment removed",
    "a pass that removed records",
    "a pass of part of the keys",
    "a second pass after one of part of the keys",
    "a tombstone removed after its horizon",
    "aborted data cleaned",
    "a marker removed",
    "segments merged",
    "an opening from a checkpoint",
    "an opening without one",
    "the process killed",
    "a crash in an append",
    "a crash in a sync",
    "a crash in a checkpoint",
    "a crash in a pass",
    "a crash in a deletion",
    "a crash in a roll",
    "a crash in recovery",
    "a second crash in recovery",
    "an error in recovery",
    "a torn batch truncated",
    "later segments removed behind a tear",
    "a swap finished at recovery",
    "an unfinished pass thrown away at recovery",
    "a deletion finished at recovery",
    "unsynced batches lost",
    "unsynced batches kept",
    "ENOSPC undone",
    "an undo that failed",
    "a log that stopped, reopened",
    "a sync failed, stopped, reopened by another process",
    "a read failed",
    "a short read noticed",
    "a pass that failed and left the log running",
    "a pass that failed and stopped the log",
    "a checkpoint that failed at a sync that did not",
];

impl Situations {
    pub fn saw(&mut self, what: &'static str) {
        assert!(ALL.contains(&what), "{what:?} is not a situation");
        *self.0.entry(what).or_default() += 1;
    }

    pub fn add(&mut self, other: &Situations) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// Those that never occurred.
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = ALL.iter().filter(|what| !self.0.contains_key(**what));
        missing.copied().collect()
    }

    pub fn print(&self) {
        for what in ALL {
            println!("{:>7}  {what}", self.0.get(what).copied().unwrap_or(0));
        }
    }
}
