//! K2 OrderAndOffsetsPreserved.

use super::{Batch, LogView, Written, broken, view};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K2",
    name: "Compaction only removes",
    sentence: "Compaction only removes: no record is moved, changed or made.",
    source: "Kafka's documentation of log compaction",
    levels: &[Level::Storage],
    kind: Kind::Log(only_removed),
    fault: Fault::Broker,
    clauses: &[WRITTEN],
};

const WRITTEN: &str = "A batch that is found was written, and every record in it.";

/// Every batch that is found was written with these offsets, by this producer, and every record in it is unchanged.
pub fn only_removed(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
    for batch in found.batches() {
        let first = view::holding(written.batches(), batch.last);
        let bare = |batch: &Batch| {
            (
                batch.base,
                batch.last,
                batch.leader_epoch,
                batch.source,
                batch.kind,
            )
        };
        let same = first.is_some_and(|first| {
            let unchanged = |record| first.records.contains(record);
            bare(first) == bare(batch) && batch.records.iter().all(unchanged)
        });
        if !same {
            return broken(
                PromiseId::K2,
                WRITTEN,
                format!(
                    "the batch of offsets {} to {} is not one that was written there with some of its records taken out",
                    batch.base, batch.last
                ),
            );
        }
    }
    Ok(())
}
