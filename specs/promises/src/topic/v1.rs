//! V1 RebalanceTerminates.

use super::{Name, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "V1",
    name: "Rebalances end",
    sentence: "Every join and sync phase ends, even if nobody joins or syncs any more.",
    source: "Kafka rebalance time-outs; KAFKA-12890",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[PHASE_ENDS],
};

const PHASE_ENDS: &str = "Time alone ends every phase.";

/// Once every timer of the group's phases has fired as often as it was set, the group is in no phase. Its members
/// may have gone on to heartbeat all the while.
pub fn phase_ends(group: &Name, still: Option<&str>, fired: usize) -> Result<(), Broken> {
    match still {
        None => Ok(()),
        Some(phase) => broken(
            PromiseId::V1,
            PHASE_ENDS,
            format!(
                "group {group} stays in its {phase} for ever: its members live but do not answer, and after {fired} timers \
                 none is left to end it"
            ),
        ),
    }
}
