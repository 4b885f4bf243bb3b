//! Requests and answers, in the words of Kafka's protocol and in plain types: a coordinator that is to be held to the
//! tables needs to know nothing else. What goes over the wire in several versions is one type here; where the version
//! matters, the request says it.

mod admin;
mod error_code;
mod find;
mod membership;
mod offsets;

pub use admin::{
    DeleteGroups, DeleteGroupsResponse, DescribeGroups, DescribeGroupsResponse, DescribedGroup,
    DescribedMember, ListGroups, ListGroupsResponse, ListedGroup,
};
pub use error_code::ErrorCode;
pub use find::{Endpoint, FindCoordinator, FindCoordinatorResponse, FoundCoordinator};
pub use membership::{
    Heartbeat, HeartbeatResponse, JoinGroup, JoinGroupResponse, JoinedMember, LeaveGroup,
    LeaveGroupResponse, LeavingMember, LeftMember, Protocol, SyncGroup, SyncGroupResponse,
};
pub use offsets::{
    CommittedPartition, FetchedOffset, OffsetCommit, OffsetCommitResponse, OffsetDelete,
    OffsetDeleteResponse, OffsetFetch, OffsetFetchResponse, OffsetToCommit, TxnOffsetCommit,
    TxnOffsetCommitResponse,
};

use crate::Api;

/// Names one request, so that its answer can come later. Given by the subject, unique among unanswered calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// The state of a classic group, as DescribeGroups says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupState {
    /// No members; perhaps offsets.
    Empty,
    /// The join phase: waiting for members to rejoin.
    PreparingRebalance,
    /// The sync phase: the generation has begun, its assignment is not there yet.
    CompletingRebalance,
    /// Every member of the generation can have its assignment.
    Stable,
    /// There is no such group.
    Dead,
}

impl GroupState {
    /// Kafka's name for it.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
        }
    }
}

/// A request to the coordinator of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupRequest {
    /// See [`JoinGroup`].
    Join(JoinGroup),
    /// See [`SyncGroup`].
    Sync(SyncGroup),
    /// See [`Heartbeat`].
    Heartbeat(Heartbeat),
    /// See [`LeaveGroup`].
    Leave(LeaveGroup),
    /// See [`OffsetCommit`].
    Commit(OffsetCommit),
    /// See [`TxnOffsetCommit`].
    TxnCommit(TxnOffsetCommit),
    /// See [`OffsetFetch`].
    Fetch(OffsetFetch),
    /// See [`OffsetDelete`].
    OffsetDelete(OffsetDelete),
    /// See [`DeleteGroups`].
    Delete(DeleteGroups),
    /// See [`DescribeGroups`].
    Describe(DescribeGroups),
    /// See [`ListGroups`].
    List(ListGroups),
}

impl GroupRequest {
    /// The API that it is of.
    pub fn api(&self) -> Api {
        match self {
            GroupRequest::Join(_) => Api::JoinGroup,
            GroupRequest::Sync(_) => Api::SyncGroup,
            GroupRequest::Heartbeat(_) => Api::Heartbeat,
            GroupRequest::Leave(_) => Api::LeaveGroup,
            GroupRequest::Commit(_) => Api::OffsetCommit,
            GroupRequest::TxnCommit(_) => Api::TxnOffsetCommit,
            GroupRequest::Fetch(_) => Api::OffsetFetch,
            GroupRequest::OffsetDelete(_) => Api::OffsetDelete,
            GroupRequest::Delete(_) => Api::DeleteGroups,
            GroupRequest::Describe(_) => Api::DescribeGroups,
            GroupRequest::List(_) => Api::ListGroups,
        }
    }
}

/// An answer of the coordinator of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupResponse {
    /// To [`GroupRequest::Join`].
    Join(JoinGroupResponse),
    /// To [`GroupRequest::Sync`].
    Sync(SyncGroupResponse),
    /// To [`GroupRequest::Heartbeat`].
    Heartbeat(HeartbeatResponse),
    /// To [`GroupRequest::Leave`].
    Leave(LeaveGroupResponse),
    /// To [`GroupRequest::Commit`].
    Commit(OffsetCommitResponse),
    /// To [`GroupRequest::TxnCommit`].
    TxnCommit(TxnOffsetCommitResponse),
    /// To [`GroupRequest::Fetch`].
    Fetch(OffsetFetchResponse),
    /// To [`GroupRequest::OffsetDelete`].
    OffsetDelete(OffsetDeleteResponse),
    /// To [`GroupRequest::Delete`].
    Delete(DeleteGroupsResponse),
    /// To [`GroupRequest::Describe`].
    Describe(DescribeGroupsResponse),
    /// To [`GroupRequest::List`].
    List(ListGroupsResponse),
}
