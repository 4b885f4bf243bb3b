//! K7 TxnAwareCleaning.

use std::collections::BTreeMap;

use super::{BatchKind, LogView, Written, broken, view};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId, Value};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K7",
    name: "Transaction-aware cleaning",
    sentence: "An aborted record shadows no committed one, and a marker stays while a record of its transaction does.",
    source: "Kafka Cleaner, CleanedTransactionMetadata; KAFKA-14055, KAFKA-13727",
    levels: &[Level::Storage],
    kind: Kind::Log(transactions_are_cleaned_with_care),
    fault: Fault::Broker,
    clauses: &[MARKER_STAYS, NO_SHADOW],
};

const MARKER_STAYS: &str = "The marker is there while a record of its transaction is.";
const NO_SHADOW: &str = "No record is gone whose only successors were aborted.";

/// While a record of a decided transaction is there its marker is, and no record is gone whose only successors were
/// aborted.
pub fn transactions_are_cleaned_with_care(
    written: &dyn Written,
    found: &dyn LogView,
) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let outcomes = view::outcomes(prefix);
    let records = found
        .batches()
        .iter()
        .filter(|batch| batch.kind == BatchKind::Transactional && !batch.records.is_empty());
    for batch in records {
        let decided = outcomes.batches.get(&batch.base).copied().flatten();
        let Some((marker, _)) = decided else { continue };
        if view::holding(found.batches(), marker).is_none() {
            return broken(
                PromiseId::K7,
                MARKER_STAYS,
                format!(
                    "the transactional batch at offset {} is there, and the marker at offset {marker} that decided it is gone",
                    batch.base
                ),
            );
        }
    }
    match shadowed(prefix, &outcomes, written.cleaned_below(), found) {
        None => Ok(()),
        Some((offset, by)) => broken(
            PromiseId::K7,
            NO_SHADOW,
            format!(
                "the record at offset {offset} is gone, and the newer one of its key, at offset {by}, was aborted"
            ),
        ),
    }
}

/// A record that counts and is the newest of its key, and is gone; and a newer one of that key that was aborted.
fn shadowed(
    prefix: &[super::Batch],
    outcomes: &view::Outcomes,
    cleaned: Offset,
    found: &dyn LogView,
) -> Option<(Offset, Offset)> {
    let mut aborted: BTreeMap<Value, Offset> = BTreeMap::new();
    for batch in prefix {
        if let Some(Some((_, false))) = outcomes.batches.get(&batch.base) {
            let keys = batch
                .records
                .iter()
                .filter_map(|r| Some((r.key?, r.offset)));
            aborted.extend(keys);
        }
    }
    let newest = view::newest(prefix, outcomes, cleaned);
    newest.iter().find_map(|(key, record)| {
        let by = *aborted.get(key).filter(|by| **by > record.offset)?;
        let kept = record.value.is_none() || record.offset < found.start();
        let gone = !kept && view::record(found.batches(), record.offset).is_none();
        gone.then_some((record.offset, by))
    })
}
