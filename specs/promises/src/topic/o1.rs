//! O1 LastCommitWins.

use super::{Meaning, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "O1",
    name: "Last commit wins",
    sentence: "Of all commits and deletions of a partition's offset the one that stands last in the offsets log counts.",
    source: "Kafka OffsetMetadataManager.replay; KAFKA-5247, KAFKA-14505",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[LAST],
};

const LAST: &str = "Of each key the record that stands last counts.";

/// Of every key the coordinator remembers the record that stands last in the log, whatever became of the log since.
pub fn last_commit_wins(memory: &Meaning, written: &Meaning) -> Result<(), Broken> {
    match memory.offsets_differ(written) {
        None => Ok(()),
        Some((remembered, last)) => broken(
            PromiseId::O1,
            LAST,
            format!(
                "the coordinator remembers {remembered}; what stands last in its log is {last}"
            ),
        ),
    }
}
