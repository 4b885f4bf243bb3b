//! L10 RecoverIdempotent.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;

use super::{LogView, broken};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L10",
    name: "Recovery is idempotent",
    sentence: "Recovering twice gives what recovering once gives, and so does recovering after a crash in recovery.",
    source: "Kafka LogManager.loadLogs; KAFKA-10471, KAFKA-10101",
    levels: &[Level::Storage],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[ALIKE, CUT_SHORT],
};

const CUT_SHORT: &str = "A recovery that was cut short and made again comes to the same.";
const ALIKE: &str = "A second recovery finds everything as the first one left it.";

/// Two recoveries, one of them after another or after a crash within one, give the same log.
pub fn recovered_alike(once: &dyn LogView, again: &dyn LogView) -> Result<(), Broken> {
    let differs = [
        ("log start", once.start() != again.start()),
        ("log end", once.end() != again.end()),
        (
            "last stable offset",
            once.last_stable() != again.last_stable(),
        ),
        ("records", once.batches() != again.batches()),
        ("producers", once.producers() != again.producers()),
        (
            "leader epochs",
            once.leader_epochs() != again.leader_epochs(),
        ),
        ("aborted transactions", once.aborted() != again.aborted()),
    ];
    match differs.iter().find(|(_, differs)| *differs) {
        None => Ok(()),
        Some((what, _)) => broken(
            PromiseId::L10,
            ALIKE,
            format!(
                "a second recovery gives another {what}: the log from {} to {} before, from {} to {} after",
                once.start(),
                once.end(),
                again.start(),
                again.end()
            ),
        ),
    }
}

/// A log in short: what tells it from others, for whoever cannot keep all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Summary {
    /// Where it starts.
    pub start: Offset,
    /// Where it ends.
    pub end: Offset,
    /// What tells its content, producers and transactions from others.
    pub fingerprint: u64,
}

impl Summary {
    /// Of everything that [`recovered_alike`] compares.
    pub fn of(found: &dyn LogView) -> Self {
        let content = (
            found.batches(),
            found.last_stable(),
            found.producers(),
            found.aborted(),
            found.leader_epochs(),
        );
        Self {
            start: found.start(),
            end: found.end(),
            fingerprint: FixedState::default().hash_one(content),
        }
    }
}

/// What a recovery makes of a disk on which an earlier one was cut short is what that one would have made of it.
pub fn cut_short_alike(before: Summary, now: Summary) -> Result<(), Broken> {
    if before == now {
        return Ok(());
    }
    let what = format!(
        "a recovery that was cut short would have left the log from {} to {}; recovering again leaves it from {} to {}",
        before.start, before.end, now.start, now.end
    );
    let same_bounds = (before.start, before.end) == (now.start, now.end);
    let content = if same_bounds {
        ", with other content"
    } else {
        ""
    };
    broken(PromiseId::L10, CUT_SHORT, format!("{what}{content}"))
}
