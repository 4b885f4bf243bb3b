//! Requests and answers of the group APIs: the fields that decide something, by Kafka's names.

mod admin;
mod membership;
mod offsets;

use plimsoll_offsets::Text;

use crate::ErrorCode;

pub use admin::{
    DeleteGroups, DeleteGroupsResponse, DescribeGroups, DescribeGroupsResponse, DescribedGroup,
    DescribedMember, ListGroups, ListGroupsResponse, ListedGroup,
};
pub use membership::{
    Heartbeat, HeartbeatResponse, JoinGroup, JoinGroupResponse, JoinedMember, LeaveGroup,
    LeaveGroupResponse, LeavingMember, LeftMember, Protocol, SyncGroup, SyncGroupResponse,
};
pub use offsets::{
    CommittedPartition, EndTransaction, EndTransactionResponse, FetchedOffset, OffsetCommit,
    OffsetCommitResponse, OffsetDelete, OffsetDeleteResponse, OffsetFetch, OffsetFetchResponse,
    OffsetToCommit, TxnOffsetCommit, TxnOffsetCommitResponse,
};

/// Names one request, so that its answer can come later. Given by the caller, unique among unanswered calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// A moment, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A request to the coordinator.
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
    /// See [`EndTransaction`].
    EndTxn(EndTransaction),
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

/// An answer of the coordinator.
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
    /// To [`GroupRequest::EndTxn`].
    EndTxn(EndTransactionResponse),
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

impl GroupRequest {
    /// The group that the request is about; none if it is about several, or about a transaction.
    pub fn group(&self) -> Option<&Text> {
        match self {
            GroupRequest::Join(r) => Some(&r.group),
            GroupRequest::Sync(r) => Some(&r.group),
            GroupRequest::Heartbeat(r) => Some(&r.group),
            GroupRequest::Leave(r) => Some(&r.group),
            GroupRequest::Commit(r) => Some(&r.group),
            GroupRequest::TxnCommit(r) => Some(&r.group),
            GroupRequest::Fetch(r) => Some(&r.group),
            GroupRequest::OffsetDelete(r) => Some(&r.group),
            GroupRequest::EndTxn(_)
            | GroupRequest::Delete(_)
            | GroupRequest::Describe(_)
            | GroupRequest::List(_) => None,
        }
    }

    /// The answer that refuses the whole request with `error`.
    pub fn refusal(&self, error: ErrorCode) -> GroupResponse {
        match self {
            GroupRequest::Join(r) => {
                GroupResponse::Join(JoinGroupResponse::error(r.member.clone(), error))
            }
            GroupRequest::Sync(_) => GroupResponse::Sync(SyncGroupResponse::error(error)),
            GroupRequest::Heartbeat(_) => GroupResponse::Heartbeat(HeartbeatResponse { error }),
            GroupRequest::Leave(_) => GroupResponse::Leave(LeaveGroupResponse::error(error)),
            GroupRequest::Commit(r) => GroupResponse::Commit(OffsetCommitResponse {
                partitions: fates(&r.offsets, error),
            }),
            GroupRequest::TxnCommit(r) => GroupResponse::TxnCommit(TxnOffsetCommitResponse {
                partitions: fates(&r.offsets, error),
            }),
            _ => self.refusal_of_administration(error),
        }
    }

    fn refusal_of_administration(&self, error: ErrorCode) -> GroupResponse {
        match self {
            GroupRequest::Delete(r) => GroupResponse::Delete(DeleteGroupsResponse {
                groups: r.groups.iter().map(|id| (id.clone(), error)).collect(),
            }),
            GroupRequest::Describe(r) => {
                let refused = |id: &Text| DescribedGroup::error(id.clone(), error);
                GroupResponse::Describe(DescribeGroupsResponse {
                    groups: r.groups.iter().map(refused).collect(),
                })
            }
            GroupRequest::List(_) => GroupResponse::List(ListGroupsResponse {
                error,
                groups: Vec::new(),
            }),
            GroupRequest::OffsetDelete(_) => GroupResponse::OffsetDelete(OffsetDeleteResponse {
                error,
                partitions: Vec::new(),
            }),
            GroupRequest::EndTxn(_) => GroupResponse::EndTxn(EndTransactionResponse { error }),
            _ => GroupResponse::Fetch(OffsetFetchResponse {
                error,
                partitions: Vec::new(),
            }),
        }
    }
}

/// The same fate for every offset of a request.
fn fates(offsets: &[OffsetToCommit], error: ErrorCode) -> Vec<CommittedPartition> {
    let fate = |o: &OffsetToCommit| CommittedPartition {
        topic: o.topic.clone(),
        partition: o.partition,
        error,
    };
    offsets.iter().map(fate).collect()
}
