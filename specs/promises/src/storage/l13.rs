//! L13 FetchEdges.

use super::{Fetched, LogView, broken};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L13",
    name: "Fetch edges",
    sentence: "A fetch outside the log is refused, at its end empty, and in a gap answered with what follows.",
    source: "Kafka LocalLog.read, Partition.fetchRecords",
    levels: &[Level::Storage],
    kind: Kind::Log(|_, found| fetch_edges(found)),
    fault: Fault::Broker,
    clauses: &[OUTSIDE, AT_END, IN_GAP],
};

const OUTSIDE: &str = "A fetch below the log's start or above its end is refused.";
const AT_END: &str = "A fetch at the log's end comes to nothing, without an error.";
const IN_GAP: &str = "A fetch in a gap comes to what follows.";

/// Below its start and above its end a log refuses, at its end it has nothing, and in a gap it goes on with what
/// follows.
pub fn fetch_edges(found: &dyn LogView) -> Result<(), Broken> {
    let (start, end) = (found.start(), found.end());
    let wanted = |at: Offset| {
        if at < start || at > end {
            return (OUTSIDE, Fetched::OutOfRange);
        }
        match found.batches().iter().find(|batch| batch.last >= at) {
            None => (AT_END, Fetched::Empty),
            Some(next) => (IN_GAP, Fetched::From(next.base)),
        }
    };
    let inside = |at: &Offset| {
        found
            .batches()
            .iter()
            .any(|batch| batch.base <= *at && *at <= batch.last)
    };
    let edges = (start - 1..=end + 1).filter(|at| *at < start || !inside(at));
    for at in edges {
        let (fetched, (clause, wanted)) = (found.fetch(at), wanted(at));
        if fetched != wanted {
            return broken(
                PromiseId::L13,
                clause,
                format!(
                    "the log reaches from {start} to {end}; a fetch at offset {at} comes to {}, not to {}",
                    fetched.description(),
                    wanted.description()
                ),
            );
        }
    }
    Ok(())
}
