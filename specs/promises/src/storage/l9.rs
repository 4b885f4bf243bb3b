//! L9 RecoverIsPrefix.

use super::{LogView, Written, broken, view};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L9",
    name: "Recovery is a prefix",
    sentence: "Recovery leaves a prefix of what was written, with everything in it that was synced, and always opens.",
    source: "Kafka LogSegment.recover, LogLoader.recoverLog",
    levels: &[Level::Storage],
    kind: Kind::Log(recovered_is_prefix),
    fault: Fault::Broker,
    clauses: &[SYNCED, BOUNDARY, START, AS_WRITTEN, OPENS, READABLE, RUNS],
};

const SYNCED: &str = "Everything that was synced is there.";
const BOUNDARY: &str = "The log ends where a batch that was written ends.";
const START: &str = "The log starts where it was to start.";
const AS_WRITTEN: &str = "Above what was cleaned every batch is as it was written.";
const OPENS: &str = "Recovery opens whatever a power cut leaves.";
const READABLE: &str = "A log that is open can be read.";
const RUNS: &str = "No operation fails on a disk that does not.";

/// `flushed ⊑ recovered ⊑ written`: the log ends where a written batch ends, holds everything that was synced, and
/// above what was cleaned every batch is as it was written.
pub fn recovered_is_prefix(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
    let (end, synced) = (found.end(), written.synced());
    let all = written.batches();
    if end < synced {
        return broken(
            PromiseId::L9,
            SYNCED,
            format!("the log ends at offset {end}, and everything below {synced} was synced"),
        );
    }
    let boundary = end == 0 || all.iter().any(|batch| batch.last + 1 == end);
    if !boundary {
        return broken(
            PromiseId::L9,
            BOUNDARY,
            format!("the log ends at offset {end}, where no batch that was written ends"),
        );
    }
    let (least, greatest) = written.start();
    let start = found.start();
    if start < least || start > greatest {
        return broken(
            PromiseId::L9,
            START,
            format!("the log starts at offset {start}, and it was to start at {greatest}"),
        );
    }
    let above = written.cleaned_below().max(start);
    for batch in view::below(all, end)
        .iter()
        .filter(|batch| batch.last >= above)
    {
        let same = view::holding(found.batches(), batch.last);
        // The batch at the bound of a pass may have been cleaned in its lower part.
        let cleaned = batch.base < written.cleaned_below();
        if same.is_none_or(|same| !cleaned && same != batch) {
            let instead = same.map_or("nothing", |_| "something else");
            return broken(
                PromiseId::L9,
                AS_WRITTEN,
                format!(
                    "the batch of offsets {} to {} was written, and {instead} stands there, below the log's end {end}",
                    batch.base, batch.last
                ),
            );
        }
    }
    Ok(())
}

/// Recovery after a mere power cut never refuses: nothing that it can meet is damage.
pub fn recovery_opens(refusal: Option<&str>) -> Result<(), Broken> {
    match refusal {
        None => Ok(()),
        Some(why) => broken(
            PromiseId::L9,
            OPENS,
            format!("recovery refuses what was left: {why}"),
        ),
    }
}

/// A log that is open can be read from its start to its end.
pub fn is_readable(failure: Option<&str>) -> Result<(), Broken> {
    match failure {
        None => Ok(()),
        Some(why) => broken(
            PromiseId::L9,
            READABLE,
            format!("the log cannot be read: {why}"),
        ),
    }
}

/// No operation fails on a disk that does not: whatever it found, recovery left a log to work with.
pub fn runs(operation: &str, failure: Option<&str>) -> Result<(), Broken> {
    match failure {
        None => Ok(()),
        Some(why) => broken(PromiseId::L9, RUNS, format!("{operation} fails: {why}")),
    }
}
