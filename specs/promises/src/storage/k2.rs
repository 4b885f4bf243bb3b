//! K2 OrderAndOffsetsPreserved.

use super::{Batch, LogView, Written, broken, view};
use crate::{Broken, PromiseId};

/// Every batch that is found was written with these offsets, by this producer, and every record in it is unchanged.
pub fn only_removed<W: Written, V: LogView>(written: &W, found: &V) -> Result<(), Broken> {
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
        let same = first.is_some_and(|first| bare(first) == bare(batch));
        let records = |first: &Batch| {
            batch
                .records
                .iter()
                .all(|record| first.records.contains(record))
        };
        if !same || !first.is_some_and(records) {
            return broken(
                PromiseId::K2,
                format!(
                    "the batch of offsets {} to {} is not one that was written there with some of its records taken out",
                    batch.base, batch.last
                ),
            );
        }
    }
    Ok(())
}
