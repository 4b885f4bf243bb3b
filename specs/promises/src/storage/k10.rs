//! K10 KeylessRejected.

use super::{Answer, LogView, Written, broken};
use crate::{Broken, PromiseId};

/// What was cleaned holds no record without a key.
pub fn keyless_is_dropped<W: Written, V: LogView>(written: &W, found: &V) -> Result<(), Broken> {
    if !written.compacted() {
        return Ok(());
    }
    let finished = written.cleaned().iter().filter(|pass| pass.finished);
    let below = finished.map(|pass| pass.below).max().unwrap_or(0);
    let mut records = found.batches().iter().flat_map(|batch| &batch.records);
    match records.find(|record| record.key.is_none() && record.offset < below) {
        None => Ok(()),
        Some(record) => broken(
            PromiseId::K10,
            format!(
                "the record at offset {} has no key, and was cleaned",
                record.offset
            ),
        ),
    }
}

/// A compacted log refuses a record without a key.
pub fn keyless_is_refused(answer: &Answer) -> Result<(), Broken> {
    match answer {
        Answer::Refused(_) => Ok(()),
        Answer::Appended(base) | Answer::Duplicate(base) => broken(
            PromiseId::K10,
            format!("a record without a key was taken, at offset {base}"),
        ),
    }
}
