//! What the offsets topic and the coordinator on it promise: relations between what was written, what the coordinator
//! remembers and what it is about to do.
//!
//! | id | what it says | where |
//! |---|---|---|
//! | O1 | the last record counts | [`last_commit_wins`] |
//! | O3 | a fetch answers what is durable | [`fetched_as_committed`] |
//! | O6 | what may expire | [`expires_only_what_may`] |
//! | O7 | which group may be removed | [`removes_only_what_is_over`] |
//! | O8 | keys do not interact | [`changes_only_what_is_named`] |
//! | S1 | memory equals replay, all of it | [`remembers_what_replay_gives`] |
//! | S6 | a load is complete | [`load_is_complete`] |
//! | S9 | what was deleted stays deleted | [`stays_deleted`] |
//! | S10 | where a group's records stand | [`routed_to_group_partition`] |
//! | G4 | who may commit | [`comes_from_a_current_member`] |
//! | G8 | one member per instance | [`instance_has_one_member`] |
//! | V1, V2 | what time alone brings about | [`phase_ends`], [`silent_members_leave`] |
//! | K6 | the compacted log loads, and means the same | [`compacted_loads_alike`] |
//!
//! The reference is [`meaning`]: a log's meaning, defined here over again, so that a mistake of the replay cannot hide in
//! its own mirror.

mod expiry;
mod fencing;
mod loading;
mod log;
mod recovery;
mod routing;
mod state;

pub use expiry::{Expiring, Phase, expires_only_what_may, removes_only_what_is_over};
pub use fencing::{comes_from_a_current_member, instance_has_one_member};
pub use loading::{compacted_loads_alike, load_is_complete};
pub use log::{Committed, Entry, Generation, Key, Meaning, Member, Name, meaning, printable};
pub use recovery::{phase_ends, silent_members_leave};
pub use routing::routed_to_group_partition;
pub use state::{
    Deletions, changes_only_what_is_named, fetched_as_committed, last_commit_wins,
    remembers_what_replay_gives, stays_deleted,
};

use crate::{Because, Broken, PromiseId};

/// A broken promise of the offsets topic.
fn broken(promise: PromiseId, what: String) -> Result<(), Broken> {
    Err(Broken {
        promise,
        because: Because::InLog { what },
    })
}
