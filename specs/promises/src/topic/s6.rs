//! S6 LoadBeforeServe.

use std::collections::BTreeSet;

use super::{Meaning, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "S6",
    name: "Load before serve",
    sentence: "A coordinator serves only what it makes of its whole log, never of a beginning of it.",
    source: "Kafka CoordinatorLoader; KAFKA-5600, KAFKA-16030",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[WHOLE_LOG],
};

const WHOLE_LOG: &str = "No load ends at a beginning of the log.";

/// What a coordinator serves after a load is not what only a beginning of its log gives. `replay` says what replay
/// of so many records gives, of the `records` that there are.
///
/// A load that makes something else of the whole log is another matter (S1, O1).
pub fn load_is_complete(
    loaded: &Meaning,
    records: usize,
    replay: impl Fn(usize) -> Meaning,
) -> Result<(), Broken> {
    let gives = |length: usize| loaded.differ(&replay(length), &BTreeSet::new()).is_none();
    if gives(records) {
        return Ok(());
    }
    match (0..records).rev().find(|length| gives(*length)) {
        None => Ok(()),
        Some(length) => broken(
            PromiseId::S6,
            WHOLE_LOG,
            format!(
                "the coordinator serves what the first {length} of the {records} records in its log give"
            ),
        ),
    }
}
