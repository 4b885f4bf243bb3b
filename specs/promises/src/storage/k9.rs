//! K9 SwapAtomicity.

use super::{Batch, LogView, broken, view};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K9",
    name: "Atomic swap",
    sentence: "A crash in the swap leaves, group by group, the old segments or the new one.",
    source: "Kafka LogLoader: .cleaned, .swap",
    levels: &[Level::Storage],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[SPLICED],
};

const SPLICED: &str =
    "Below some offset the log is what the pass made of it, from there on what it was.";

/// After a crash in a pass of the cleaner the log is what the pass had made of it up to some offset, and what it was
/// before from there on.
///
/// Groups of segments are replaced one after the other, from the oldest on. A tail that the crash took is no matter of
/// the pass.
pub fn old_or_new(old: &[Batch], new: &[Batch], found: &dyn LogView) -> Result<(), Broken> {
    let (old, new) = (view::below(old, found.end()), view::below(new, found.end()));
    let found = found.batches();
    let mut bounds: Vec<Offset> = old.iter().map(|batch| batch.last + 1).collect();
    bounds.push(0);
    let spliced = |bound: Offset| {
        let (below, above) = found.split_at(view::below(found, bound).len());
        let rest = &old[view::below(old, bound).len()..];
        below == view::below(new, bound) && above == rest
    };
    match bounds.into_iter().any(spliced) {
        true => Ok(()),
        false => broken(
            PromiseId::K9,
            SPLICED,
            format!(
                "the log holds {}, which is neither what it held before the pass, {}, nor what the pass made of it, {}",
                description(found),
                description(old),
                description(new)
            ),
        ),
    }
}

fn description(batches: &[Batch]) -> String {
    let offsets = batches.iter().flat_map(|batch| &batch.records);
    let offsets: Vec<_> = offsets.map(|record| record.offset.to_string()).collect();
    format!("[{}]", offsets.join(" "))
}
