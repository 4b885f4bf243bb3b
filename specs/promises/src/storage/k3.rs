//! K3 CleanOnlySettled.

use super::{LogView, broken};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K3",
    name: "Only settled records are cleaned",
    sentence: "Nothing is cleaned that is not settled: above the high watermark, in an open transaction, in the active segment.",
    source: "Kafka LogCleanerManager.cleanableOffsets; KAFKA-13194",
    levels: &[Level::Storage],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[HIGH_WATERMARK, LAST_STABLE, ACTIVE_SEGMENT],
};

const HIGH_WATERMARK: &str = "Nothing above the high watermark is cleaned.";
const LAST_STABLE: &str = "Nothing from the first open transaction on is cleaned.";
const ACTIVE_SEGMENT: &str = "Nothing in the active segment is cleaned.";

/// A pass that went over everything below `below` stopped at the high watermark, at the last stable offset and at the
/// active segment, as they were when it began.
pub fn only_settled_is_cleaned(
    before: &dyn LogView,
    synced: Offset,
    active_base: Offset,
    below: Offset,
) -> Result<(), Broken> {
    let bounds = [
        (HIGH_WATERMARK, "the high watermark", synced),
        (LAST_STABLE, "the last stable offset", before.last_stable()),
        (
            ACTIVE_SEGMENT,
            "where the active segment begins",
            active_base,
        ),
    ];
    match bounds.into_iter().find(|(.., bound)| below > *bound) {
        None => Ok(()),
        Some((clause, what, bound)) => broken(
            PromiseId::K3,
            clause,
            format!("everything below offset {below} was cleaned, beyond {what}, {bound}"),
        ),
    }
}
