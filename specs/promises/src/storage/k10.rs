//! K10 KeylessRejected.

use super::{Answer, LogView, Written, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K10",
    name: "Keys are required",
    sentence: "A compacted log refuses records without a key and drops those it finds.",
    source: "Kafka LogValidator: INVALID_RECORD",
    levels: &[Level::Storage],
    kind: Kind::Log(keyless_is_dropped),
    fault: Fault::Broker,
    clauses: &[DROPPED, REFUSED],
};

const DROPPED: &str = "What was cleaned holds no record without a key.";
const REFUSED: &str = "A record without a key is refused.";

/// What was cleaned holds no record without a key.
pub fn keyless_is_dropped(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
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
            DROPPED,
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
            REFUSED,
            format!("a record without a key was taken, at offset {base}"),
        ),
    }
}
