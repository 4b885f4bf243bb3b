//! Relations over a [`View`](crate::View) that hold in every state.

mod g3;
mod s1;
mod s3_log;

pub use g3::assignment_durable_before_delivery;
pub use s1::memory_equals_replay;
pub use s3_log::acked_commits_in_log;

use crate::{Broken, View};

/// Evaluates every invariant; the first that is broken, in the order S3-log, G3, S1.
pub fn all(view: &impl View) -> Result<(), Broken> {
    acked_commits_in_log(view)?;
    assignment_durable_before_delivery(view)?;
    memory_equals_replay(view)
}
