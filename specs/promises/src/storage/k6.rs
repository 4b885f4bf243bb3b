//! K6 ReplayEquivalence.

use std::collections::{BTreeMap, BTreeSet};

use super::{Aborted, Batch, LogView, Written, broken, view};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId, Value, topic::Meaning};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K6",
    name: "Replay equivalence",
    sentence: "What a reader makes of the compacted log is what the whole log would have given.",
    source: "the contract between cleaner and coordinator (stated here first); KAFKA-5247",
    levels: &[Level::Storage, Level::OffsetsTopic],
    kind: Kind::Log(committed_values_are_kept),
    fault: Fault::Broker,
    clauses: &[SAME, READABLE],
};

const SAME: &str = "A reader makes of the compacted log what it would make of the whole one.";
const READABLE: &str = "No reader refuses a log that was written and compacted by the rules.";

/// A reader makes of a compacted log what it would have made of everything that was written, and gets through it.
/// `None` is a reader that refused.
///
/// It is the contract between the cleaner and whoever keeps state in a compacted log, whatever was compacted and
/// wherever a crash came.
pub fn compacted_means_the_same<R: Reading>(
    compacted: Option<&R>,
    whole: Option<&R>,
) -> Result<(), Broken> {
    let (clause, what) = match (compacted, whole) {
        (Some(compacted), Some(whole)) => match compacted.differs(whole) {
            None => return Ok(()),
            Some((left, all)) => (
                SAME,
                format!("the compacted log gives {left}; everything that was written gives {all}"),
            ),
        },
        (None, Some(_)) => (
            READABLE,
            "the compacted log is refused; the whole one would be read".to_owned(),
        ),
        (None, None) => (
            READABLE,
            "the log is refused, compacted or whole".to_owned(),
        ),
        (Some(_), None) => (
            SAME,
            "the compacted log is read, but the whole one would be refused".to_owned(),
        ),
    };
    broken(PromiseId::K6, clause, what)
}

/// What a reader makes of a log.
pub trait Reading {
    /// Where the two differ, in words.
    fn differs(&self, whole: &Self) -> Option<(String, String)>;
}

/// A coordinator that loads an offsets topic.
impl Reading for Meaning {
    fn differs(&self, whole: &Self) -> Option<(String, String)> {
        self.differ(whole, &BTreeSet::new())
    }
}

/// The last value of each key.
struct Values(BTreeMap<Value, Value>);

impl Reading for Values {
    fn differs(&self, whole: &Self) -> Option<(String, String)> {
        let mut keys = whole.0.keys().chain(self.0.keys());
        let key = keys.find(|key| whole.0.get(key) != self.0.get(key))?;
        let description = |of: &Values| match of.0.get(key) {
            Some(value) => format!("value {value} for key {key}"),
            None => format!("nothing for key {key}"),
        };
        Some((description(self), description(whole)))
    }
}

/// The reader of committed records, who keeps the last value of each key.
fn committed_values_are_kept(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let bounds = (found.start(), found.last_stable());
    let aborted = view::outcomes(prefix).aborted;
    let within = |aborted: &[Aborted], producer, base| {
        let mut aborted = aborted.iter();
        aborted.any(|a| a.producer == producer && a.first <= base && base < a.marker)
    };
    let whole = materialised(prefix, bounds, |producer, base| {
        within(&aborted, producer, base)
    });
    let left = materialised(found.batches(), bounds, |producer, base| {
        within(found.aborted(), producer, base)
    });
    compacted_means_the_same(Some(&Values(left)), Some(&Values(whole)))
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
