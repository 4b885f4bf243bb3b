//! The reference group coordinator: a sans-IO state machine of the classic consumer group protocol.
//!
//! One [`Coordinator`] serves the groups of one partition of the offsets topic. A step is pure: [`Coordinator::request`]
//! and [`Coordinator::fire`] look at the state and return a [`Step`]: records to append, answers to give at once,
//! answers to give once the records are durable, timers to set and cancel, and the group as it will then be. Nothing has
//! happened yet. [`Coordinator::append_and_apply`] has the owner append the records, and then makes the step: the group,
//! the cache and the timers change; or, if nothing was written, drops it: no trace stays in memory (S5), and the caller
//! is told.
//!
//! Answers that reveal what the records say wait in a queue until [`Coordinator::high_watermark`] has passed them in the
//! leader epoch that appended them (S2, S3, G3). Ids, time and timers come from outside.
//!
//! The rules of each API stand in one file each, named after it; errors are those of Kafka's `GroupMetadataManager`
//! and `OffsetMetadataManager`, except for groups of the KIP-848 protocol and share groups, which are not served.

mod api;
mod apply;
mod canonical;
mod config;
mod coordinator;
mod decisions;
mod delete_groups;
mod describe;
mod error_code;
mod event;
mod expire;
mod find_coordinator;
mod group;
mod group_step;
mod heartbeat;
mod join_group;
mod leave_group;
mod load;
mod member;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod protocol;
mod rebalance;
mod refusal;
mod retention;
mod scatter;
mod static_member;
mod step;
mod subscription;
mod sync_group;
mod timer;
mod topics;
mod transaction;
mod unload;
mod view;
mod watermark;

pub use api::{
    CallId, CommittedPartition, DeleteGroups, DeleteGroupsResponse, DescribeGroups,
    DescribeGroupsResponse, DescribedGroup, DescribedMember, EndTransaction,
    EndTransactionResponse, FetchedOffset, GroupRequest, GroupResponse, Heartbeat,
    HeartbeatResponse, JoinGroup, JoinGroupResponse, JoinedMember, LeaveGroup, LeaveGroupResponse,
    LeavingMember, LeftMember, ListGroups, ListGroupsResponse, ListedGroup, OffsetCommit,
    OffsetCommitResponse, OffsetDelete, OffsetDeleteResponse, OffsetFetch, OffsetFetchResponse,
    OffsetToCommit, Protocol, SyncGroup, SyncGroupResponse, Timestamp, TxnOffsetCommit,
    TxnOffsetCommitResponse,
};
pub use config::CoordinatorConfig;
pub use coordinator::{Coordinator, Status};
pub use decisions::{
    Acknowledge, Decisions, ExpiryBase, Fence, LoadDemand, LoadExtent, OpenTransactions,
    Replacement, StaticSession, SyncPhase, TombstoneKey, TransactionEnd, UpdateCache,
    WatermarkOrder,
};
pub use error_code::ErrorCode;
pub use event::RebalanceCause;
pub use find_coordinator::{
    Endpoint, FindCoordinator, FindCoordinatorResponse, FoundCoordinator, OffsetsTopicView,
};
pub use group::GroupState;
pub use step::{Answer, Outcome, Step};
pub use timer::{TimerChange, TimerId, TimerName};
pub use topics::Topics;
pub use view::{GroupView, MemberView};

#[cfg(test)]
mod tests;
