//! S3 AckImpliesDurable, in the log.

use crate::{Because, Broken, Fault, Kind, Level, Promise, PromiseId, View};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "S3-log",
    name: "Acknowledged commits are durable",
    sentence: "Every acknowledged commit is in the durable part of the offsets log.",
    source: "Kafka CoordinatorRuntime: answers wait for the high watermark",
    levels: &[Level::Group, Level::OffsetsTopic],
    kind: Kind::State(acked_commits_in_log),
    fault: Fault::Broker,
    clauses: &[],
};

/// The durable part of the offsets log reaches at least as far as the newest acknowledged commit.
///
/// Stricter than what clients see: it counts before a crash that would lose the commit, and even if an older commit of
/// the same offset would hide the loss.
pub fn acked_commits_in_log(view: &dyn View) -> Result<(), Broken> {
    let (needed, durable_end) = (view.acked_end(), view.durable_end());
    if needed <= durable_end {
        return Ok(());
    }
    Err(Broken {
        promise: PromiseId::S3Log,
        because: Because::AckedCommitNotDurable {
            needed,
            durable_end,
        },
    })
}
