//! Relations over a [`View`](crate::View) that hold in every state.

mod g3;
mod s1;
mod s3_log;

pub use g3::assignment_durable_before_delivery;
pub use s1::memory_equals_replay;
pub use s3_log::acked_commits_in_log;

use crate::{Broken, View};

/// An invariant, for a view of one kind.
pub type Invariant<V> = fn(&V) -> Result<(), Broken>;

/// Each of them.
pub fn each<V: View>() -> [Invariant<V>; 3] {
    [
        acked_commits_in_log,
        assignment_durable_before_delivery,
        memory_equals_replay,
    ]
}
