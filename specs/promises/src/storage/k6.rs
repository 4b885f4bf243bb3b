//! K6 ReplayEquivalence.

use std::collections::BTreeMap;

use super::{Batch, LogView, Written, broken, view};
use crate::{Broken, Offset, PromiseId, Value};

/// A reader of committed records makes the same of what is left as it would have made of everything.
///
/// It is the contract between the cleaner and whoever keeps state in a compacted log: the last value of each key is
/// the same, whatever was compacted and wherever a crash came.
pub fn compacted_means_the_same<W: Written, V: LogView>(
    written: &W,
    found: &V,
) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let bounds = (found.start(), found.last_stable());
    let aborted = view::outcomes(prefix).aborted;
    let whole = materialised(prefix, bounds, |producer, base| {
        aborted
            .iter()
            .any(|a| a.producer == producer && a.first <= base && base < a.marker)
    });
    let left = materialised(found.batches(), bounds, |producer, base| {
        let mut description = found.aborted().iter();
        description.any(|a| a.producer == producer && a.first <= base && base < a.marker)
    });
    let mut keys = whole.keys().chain(left.keys());
    match keys.find(|key| whole.get(key) != left.get(key)) {
        None => Ok(()),
        Some(key) => {
            let description = |value: Option<&Value>| {
                value.map_or_else(|| "nothing".to_owned(), |v| format!("value {v}"))
            };
            broken(
                PromiseId::K6,
                format!(
                    "for key {key} a reader finds {}, and everything that was written gives {}",
                    description(left.get(key)),
                    description(whole.get(key))
                ),
            )
        }
    }
}

/// The last value of each key, as a reader finds it who leaves out what was aborted.
fn materialised(
    batches: &[Batch],
    (start, stable): (Offset, Offset),
    aborted: impl Fn(i64, Offset) -> bool,
) -> BTreeMap<Value, Value> {
    let mut values = BTreeMap::new();
    for batch in batches.iter().filter(|batch| batch.base < stable) {
        let transactional = batch.kind == super::BatchKind::Transactional;
        if transactional
            && batch
                .source
                .is_some_and(|source| aborted(source.id, batch.base))
        {
            continue;
        }
        for record in batch.records.iter().filter(|record| record.offset >= start) {
            match (record.key, record.value) {
                (Some(key), Some(value)) => drop(values.insert(key, value)),
                (Some(key), None) => drop(values.remove(&key)),
                (None, _) => {}
            }
        }
    }
    values
}
