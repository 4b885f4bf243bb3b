//! S3 AckImpliesDurable, in the log.

use crate::{Because, Broken, PromiseId, View};

/// The durable part of the offsets log reaches at least as far as the newest acknowledged commit.
///
/// Stricter than what clients see: it counts before a crash that would lose the commit, and even if an older commit of
/// the same offset would hide the loss.
pub fn acked_commits_in_log<V: View>(view: &V) -> Result<(), Broken> {
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
