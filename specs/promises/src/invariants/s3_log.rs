//! S3 AckImpliesDurable, in the log.

use crate::{Because, Broken, PromiseId, View};

/// The offsets log reaches at least as far as the newest acknowledged commit.
///
/// Stricter than what clients see: a lost commit counts even if an older one of the same offset hides it.
pub fn acked_commits_in_log<V: View>(view: &V) -> Result<(), Broken> {
    let (needed, log_end) = (view.acked_end(), view.log_end());
    if needed <= log_end {
        return Ok(());
    }
    Err(Broken {
        promise: PromiseId::S3Log,
        because: Because::AckedCommitGone { needed, log_end },
    })
}
