//! K1 LatestPerKeyRetained.

use super::{LogView, Written, broken, view};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K1",
    name: "Newest per key is kept",
    sentence: "Of every key the newest record that counts survives compaction unchanged.",
    source: "Kafka Cleaner.shouldRetainRecord",
    levels: &[Level::Storage],
    kind: Kind::Log(newest_is_kept),
    fault: Fault::Broker,
    clauses: &[NEWEST],
};

const NEWEST: &str =
    "The newest record that counts of each key, no tombstone, is there as it was written.";

/// Of every key the newest record that counts, below what was cleaned, is found as it was written. Tombstones have
/// K4.
pub fn newest_is_kept(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let newest = view::newest(prefix, &view::outcomes(prefix), written.cleaned_below());
    let kept = newest
        .values()
        .filter(|record| record.offset >= found.start() && record.value.is_some());
    for record in kept {
        if view::record(found.batches(), record.offset) != Some(record) {
            return broken(
                PromiseId::K1,
                NEWEST,
                format!(
                    "the record at offset {} is the newest of its key, and it is gone",
                    record.offset
                ),
            );
        }
    }
    Ok(())
}
