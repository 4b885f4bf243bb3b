//! L3 OffsetAssignment.

use super::{Answer, LogView, Written, broken};
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
    clauses: &[IN_ORDER, WITHIN, BELOW_END, AS_RULED, GOES_ON, NOTHING_LOST],
};

const IN_ORDER: &str =
    "A batch begins behind the end of the one before it and has at least one offset.";
const WITHIN: &str = "Records stand within their batch, in the order of their offsets.";
const BELOW_END: &str = "Nothing stands at the log end or above it.";
const AS_RULED: &str = "A batch is appended if it is to be, at the offset of the log end.";
const GOES_ON: &str = "A recovered log appends a new batch at its end.";
const NOTHING_LOST: &str =
    "Without a crash the log ends where the last batch that was written does.";

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
                IN_ORDER,
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
                    WITHIN,
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
            BELOW_END,
            format!(
                "a record stands at offset {}, and the next one will be given {end}",
                next - 1
            ),
        ),
        _ => Ok(()),
    }
}

/// A batch that is answered with a new offset was to be appended, and there. (One that is answered otherwise: L8.)
pub fn appended_as_ruled(wanted: &Answer, got: &Answer) -> Result<(), Broken> {
    match got {
        Answer::Appended(_) if wanted != got => broken(
            PromiseId::L3,
            AS_RULED,
            format!("a batch is {got}, and by the log's rules it is {wanted}"),
        ),
        _ => Ok(()),
    }
}

/// A recovered log answers a new batch as it is to be.
pub fn goes_on(wanted: &Answer, got: &Answer) -> Result<(), Broken> {
    match wanted == got {
        true => Ok(()),
        false => broken(
            PromiseId::L3,
            GOES_ON,
            format!("a new batch is {got}, and by the log's rules it is {wanted}"),
        ),
    }
}

/// While there is no crash nothing is lost from the end, and nothing is made up there.
pub fn ends_where_written(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
    let end = written.batches().last().map_or(0, |batch| batch.last + 1);
    match found.end() == end {
        true => Ok(()),
        false => broken(
            PromiseId::L3,
            NOTHING_LOST,
            format!(
                "the log ends at offset {}, and {end} was written without a crash",
                found.end()
            ),
        ),
    }
}
