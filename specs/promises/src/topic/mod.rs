//! What the offsets topic and the coordinator on it promise: relations between what was written, what the coordinator
//! remembers and what it is about to do.
//!
//! The reference is [`meaning`]: a log's meaning, defined here over again, so that a mistake of the replay cannot hide in
//! its own mirror.

pub(crate) mod g3;
pub(crate) mod g4;
pub(crate) mod g8;
mod log;
pub(crate) mod o1;
pub(crate) mod o3;
pub(crate) mod o6;
pub(crate) mod o7;
pub(crate) mod o8;
pub(crate) mod s1;
pub(crate) mod s10;
pub(crate) mod s3_log;
pub(crate) mod s6;
pub(crate) mod s9;
pub(crate) mod v1;
pub(crate) mod v2;

pub use g3::assignment_durable_before_delivery;
pub use g4::comes_from_a_current_member;
pub use g8::instance_has_one_member;
pub use log::{Committed, Entry, Generation, Key, Meaning, Member, Name, meaning, printable};
pub use o1::last_commit_wins;
pub use o3::fetched_as_committed;
pub use o6::{Expiring, Phase, expires_only_what_may, may_expire, phase_written};
pub use o7::removes_only_what_is_over;
pub use o8::changes_only_what_is_named;
pub use s1::{Persistent, Settled, memory_equals_replay};
pub use s3_log::acked_commits_in_log;
pub use s6::load_is_complete;
pub use s9::{Deletions, stays_deleted};
pub use s10::routed_to_group_partition;
pub use v1::phase_ends;
pub use v2::silent_members_leave;

use crate::{Because, Broken, PromiseId};

/// A broken promise of the offsets topic.
fn broken(promise: PromiseId, clause: &'static str, what: String) -> Result<(), Broken> {
    Err(Broken {
        promise,
        because: Because::InLog { clause, what },
    })
}
