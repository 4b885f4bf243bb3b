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
    clauses: &[],
};

/// A pass that went over everything below `below` stopped at the high watermark, at the last stable offset and at the
/// active segment, as they were when it began.
pub fn only_settled_is_cleaned(
    before: &dyn LogView,
    synced: Offset,
    active_base: Offset,
    below: Offset,
) -> Result<(), Broken> {
    let settled = synced.min(before.last_stable()).min(active_base);
    match below <= settled {
        true => Ok(()),
        false => broken(
            PromiseId::K3,
            format!(
                "everything below offset {below} was cleaned, and only what is below {settled} is settled"
            ),
        ),
    }
}
