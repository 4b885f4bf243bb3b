//! What a load makes of a log: S6 and K6.

use std::collections::BTreeSet;

use super::{Entry, Meaning, broken, meaning};
use crate::{Broken, Offset, PromiseId};

/// S6: what a coordinator serves after a load is not what only a beginning of its log gives.
///
/// A load that makes something else of the whole log is another matter (S1, O1).
pub fn load_is_complete(loaded: &Meaning, log: &[(Offset, Entry)]) -> Result<(), Broken> {
    let nothing = BTreeSet::new();
    if loaded.differ(&meaning(log), &nothing).is_none() {
        return Ok(());
    }
    let beginning = (0..log.len())
        .rev()
        .find(|length| loaded.differ(&meaning(&log[..*length]), &nothing).is_none());
    let Some((first, _)) = beginning.and_then(|length| log.get(length)) else {
        return Ok(());
    };
    let end = log.last().map_or(0, |(last, _)| last + 1);
    broken(
        PromiseId::S6,
        format!(
            "the coordinator serves what its log gave up to offset {first}; the log goes on to {end}"
        ),
    )
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
