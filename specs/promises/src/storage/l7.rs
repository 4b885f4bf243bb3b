//! L7 BatchAtomicity.

use super::{Fetched, LogView, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L7",
    name: "Whole batches",
    sentence: "A batch is fetched whole, also by a fetch at an offset inside it.",
    source: "KIP-74; Kafka LogSegment.read, FileRecords.slice",
    levels: &[Level::Storage],
    kind: Kind::Log(|_, found| batches_are_whole(found)),
    fault: Fault::Broker,
    clauses: &[WHOLE],
};

const WHOLE: &str = "A fetch at any offset inside a batch begins with that batch.";

/// A fetch at any offset inside a batch begins with that batch, whole: the client leaves out what it did not ask for.
pub fn batches_are_whole(found: &dyn LogView) -> Result<(), Broken> {
    for batch in found.batches() {
        for at in batch.base.max(found.start())..=batch.last {
            let fetched = found.fetch(at);
            if fetched != Fetched::From(batch.base) {
                return broken(
                    PromiseId::L7,
                    WHOLE,
                    format!(
                        "a fetch at offset {at}, inside the batch of {} to {}, comes to {}",
                        batch.base,
                        batch.last,
                        fetched.description()
                    ),
                );
            }
        }
    }
    Ok(())
}

impl Fetched {
    /// In the report's words.
    pub(super) fn description(&self) -> String {
        match self {
            Fetched::From(base) => format!("the batch at offset {base}"),
            Fetched::Empty => "nothing".to_owned(),
            Fetched::OutOfRange => "\"out of range\"".to_owned(),
            Fetched::Failed(why) => format!("an error: {why}"),
        }
    }
}
