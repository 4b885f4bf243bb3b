//! L10 RecoverIdempotent.

use super::{LogView, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L10",
    name: "Recovery is idempotent",
    sentence: "Recovering twice gives what recovering once gives, and so does recovering after a crash in recovery.",
    source: "Kafka LogManager.loadLogs; KAFKA-10471, KAFKA-10101",
    levels: &[Level::Storage],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[],
};

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
