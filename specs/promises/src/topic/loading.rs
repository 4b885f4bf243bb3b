//! What a load makes of a log: S6 and K6.

use std::collections::BTreeSet;

use super::{Meaning, broken};
use crate::{Broken, PromiseId};

/// S6: what a coordinator serves after a load is not what only a beginning of its log gives. `replay` says what replay
/// of so many records gives, of the `records` that there are.
///
/// A load that makes something else of the whole log is another matter (S1, O1).
pub fn load_is_complete(
    loaded: &Meaning,
    records: usize,
    replay: impl Fn(usize) -> Meaning,
) -> Result<(), Broken> {
    let gives = |length: usize| loaded.differ(&replay(length), &BTreeSet::new()).is_none();
    if gives(records) {
        return Ok(());
    }
    match (0..records).rev().find(|length| gives(*length)) {
        None => Ok(()),
        Some(length) => broken(
            PromiseId::S6,
            format!(
                "the coordinator serves what the first {length} of the {records} records in its log give"
            ),
        ),
    }
}

/// K6: a log loads, and means the same, whatever a legal compaction removed of it. `None` is a load that was refused.
pub fn compacted_loads_alike(
    compacted: Option<&Meaning>,
    whole: Option<&Meaning>,
) -> Result<(), Broken> {
    let (Some(compacted), Some(whole)) = (compacted, whole) else {
        return match (compacted, whole) {
            (None, Some(_)) => broken(
                PromiseId::K6,
                "the coordinator refuses to load the compacted log; it would load the whole one"
                    .to_owned(),
            ),
            (None, None) => broken(
                PromiseId::K6,
                "the coordinator refuses to load a log that it wrote itself".to_owned(),
            ),
            _ => broken(
                PromiseId::K6,
                "the coordinator loads the compacted log, but would refuse the whole one"
                    .to_owned(),
            ),
        };
    };
    match compacted.differ(whole, &BTreeSet::new()) {
        None => Ok(()),
        Some((left, all)) => broken(
            PromiseId::K6,
            format!("the compacted log gives {left}; everything that was written gives {all}"),
        ),
    }
}
