//! L3 OffsetAssignment.

use super::{LogView, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L3",
    name: "Offsets in order",
    sentence: "Offsets are given in order and without gaps, and a record stands at the offset that its producer was told.",
    source: "Kafka UnifiedLog.append, LogValidator.validateMessagesAndAssignOffsets",
    levels: &[Level::Storage],
    kind: Kind::Log(|_, found| offsets_are_assigned(found)),
    fault: Fault::Broker,
    clauses: &[],
};

/// A scan returns batches in the order of their offsets, each record within its batch, up to the log's end and not
/// beyond.
///
/// Compaction keeps first and last offset of what it empties, so gaps between batches are its work alone and are
/// judged by L9 and K2, against what was written.
pub fn offsets_are_assigned(found: &dyn LogView) -> Result<(), Broken> {
    let mut next = None;
    for batch in found.batches() {
        let (base, last) = (batch.base, batch.last);
        if last < base || next.is_some_and(|next| base < next) {
            return broken(
                PromiseId::L3,
                format!(
                    "a batch with the offsets {base} to {last} follows offset {}",
                    next.unwrap_or(0) - 1
                ),
            );
        }
        let mut after = base - 1;
        for record in &batch.records {
            if record.offset <= after || record.offset > last {
                return broken(
                    PromiseId::L3,
                    format!(
                        "a record at offset {} stands in the batch of {base} to {last}",
                        record.offset
                    ),
                );
            }
            after = record.offset;
        }
        next = Some(last + 1);
    }
    let end = found.end();
    match next {
        Some(next) if next > end => broken(
            PromiseId::L3,
            format!(
                "a record stands at offset {}, and the next one will be given {end}",
                next - 1
            ),
        ),
        _ => Ok(()),
    }
}
