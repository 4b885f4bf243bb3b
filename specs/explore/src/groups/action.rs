//! What a workload is made of.

use serde::{Deserialize, Serialize};

use super::names::{OffsetKey, Who};

/// A step of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupsAction {
    /// A client outside the group protocol commits.
    Commit(OffsetKey),
    /// A member commits, in the generation in which it was given its assignment.
    MemberCommit(Who),
    /// The producer commits an offset in its transaction.
    TxnCommit(OffsetKey),
    /// The transaction ends.
    End {
        /// How.
        committed: bool,
    },
    /// An administrator deletes an offset.
    DeleteOffset(OffsetKey),
    /// An administrator deletes the group of this partition.
    DeleteGroup(OffsetKey),
    /// A consumer joins, or joins again under the id that it has.
    Join(Who),
    /// A consumer dies unheard, begins a new life, and joins.
    Restart(Who),
    /// A member syncs; the leader brings the assignment.
    Sync(Who),
    /// A member leaves.
    Leave(Who),
    /// A timer runs out.
    Fire(Timer),
    /// A pass of expiry over all groups.
    Expire,
    /// Time passes.
    Wait,
    /// The clock goes back, as it does when another machine takes over.
    ClockBack,
    /// The offsets log is synced and the high watermark raised.
    Flush,
    /// The next append will fail.
    FillDisk,
    /// The cleaner removes records.
    Compact(Removal),
    /// The coordinator is lost, with all that was not durable but so many batches, and another one loads the log.
    FailOver {
        /// Batches above the high watermark that are kept.
        keep: u8,
        /// The load's read fails after so many batches.
        unreadable_after: Option<u8>,
    },
    /// The load is tried again.
    Load,
}

/// A timer of the group that members join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Timer {
    /// The session of a member, of its n-th life.
    Session(Who, u8),
    /// The join phase.
    Join,
    /// The sync phase.
    Sync,
}

/// What a pass of the cleaner removes of what it may remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Removal {
    /// All that is superseded or aborted.
    Superseded,
    /// That, and tombstones and markers that nothing needs any more.
    Everything,
    /// The record at this offset alone.
    One(u8),
}
