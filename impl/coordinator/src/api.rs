//! Requests and answers of the group APIs: the fields that decide something, by Kafka's names.

use plimsoll_offsets::{Bytes, Text};

use crate::ErrorCode;

/// Names one request, so that its answer can come later. Given by the caller, unique among unanswered calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// A moment, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A protocol (an assignor) that a member can use, with the member's metadata for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Protocol {
    /// The assignor's name.
    pub name: Text,
    /// The member's subscription, opaque here.
    pub metadata: Bytes,
}

/// JoinGroup (API key 11).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroup {
    /// The group.
    pub group: Text,
    /// The member's id, empty for a new member.
    pub member: Text,
    /// The id to issue if the coordinator has to issue one: ids come from outside and are never used twice (G7).
    pub fresh_member_id: Text,
    /// The client's own name.
    pub client_id: Text,
    /// Where it comes from.
    pub client_host: Text,
    /// How long the member may be silent.
    pub session_timeout_ms: i32,
    /// How long a rebalance may wait for it.
    pub rebalance_timeout_ms: i32,
    /// `consumer` for consumers.
    pub protocol_type: Text,
    /// The assignors the member can use, its favourite first.
    pub protocols: Vec<Protocol>,
    /// From version 4 on a new member is told its id first and has to come back with it (KIP-394).
    pub version: i16,
}

/// A member as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinedMember {
    /// Its id.
    pub member: Text,
    /// Its metadata for the chosen protocol.
    pub metadata: Bytes,
}

/// The answer to [`JoinGroup`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroupResponse {
    /// The error, if any.
    pub error: ErrorCode,
    /// The generation joined, −1 with an error.
    pub generation: i32,
    /// The group's protocol type.
    pub protocol_type: Option<Text>,
    /// The chosen assignor.
    pub protocol_name: Option<Text>,
    /// The leader's id.
    pub leader: Text,
    /// The member's id: the issued one with [`ErrorCode::MemberIdRequired`].
    pub member: Text,
    /// All members, for the leader; empty for the others (G6).
    pub members: Vec<JoinedMember>,
}

/// SyncGroup (API key 14).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyncGroup {
    /// The group.
    pub group: Text,
    /// The member.
    pub member: Text,
    /// The generation it joined.
    pub generation: i32,
    /// The protocol type it believes in, checked if given; required from version 5 on.
    pub protocol_type: Option<Text>,
    /// The assignor it believes in, checked if given; required from version 5 on.
    pub protocol_name: Option<Text>,
    /// The leader's assignment, by member id; empty from the others.
    pub assignments: Vec<(Text, Bytes)>,
    /// The request's version.
    pub version: i16,
}

/// The answer to [`SyncGroup`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyncGroupResponse {
    /// The error, if any.
    pub error: ErrorCode,
    /// The group's protocol type.
    pub protocol_type: Option<Text>,
    /// The chosen assignor.
    pub protocol_name: Option<Text>,
    /// The member's assignment, empty with an error.
    pub assignment: Bytes,
}

/// Heartbeat (API key 12).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Heartbeat {
    /// The group.
    pub group: Text,
    /// The member.
    pub member: Text,
    /// Its generation.
    pub generation: i32,
}

/// The answer to [`Heartbeat`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeartbeatResponse {
    /// The error, if any.
    pub error: ErrorCode,
}

/// LeaveGroup (API key 13).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaveGroup {
    /// The group.
    pub group: Text,
    /// The members that leave.
    pub members: Vec<Text>,
}

/// The answer to [`LeaveGroup`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaveGroupResponse {
    /// The error of the whole request, if any.
    pub error: ErrorCode,
    /// Each member's error, empty if the whole request failed.
    pub members: Vec<(Text, ErrorCode)>,
}

/// One offset to commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetToCommit {
    /// The topic.
    pub topic: Text,
    /// The partition.
    pub partition: i32,
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read, −1 if unknown.
    pub leader_epoch: i32,
    /// Whatever the consumer wants to find again.
    pub metadata: Text,
}

/// OffsetCommit (API key 8).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetCommit {
    /// The group.
    pub group: Text,
    /// The member, empty for a client outside the group protocol.
    pub member: Text,
    /// Its generation, negative for a client outside the group protocol.
    pub generation: i32,
    /// The offsets; one request is one atomic batch (O8).
    pub offsets: Vec<OffsetToCommit>,
    /// The request's version.
    pub version: i16,
}

/// The fate of one offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommittedPartition {
    /// The topic.
    pub topic: Text,
    /// The partition.
    pub partition: i32,
    /// The error, if any.
    pub error: ErrorCode,
}

/// The answer to [`OffsetCommit`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetCommitResponse {
    /// In the order of the request.
    pub partitions: Vec<CommittedPartition>,
}

/// OffsetFetch (API key 9), one group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetFetch {
    /// The group.
    pub group: Text,
    /// Wait for everything appended so far rather than read at the high watermark (S8).
    pub require_stable: bool,
    /// Topics and partitions; none asks for all that have an offset.
    pub partitions: Option<Vec<(Text, i32)>>,
}

/// One fetched offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchedOffset {
    /// The topic.
    pub topic: Text,
    /// The partition.
    pub partition: i32,
    /// The next offset to read, −1 if none is committed.
    pub offset: i64,
    /// The committed leader epoch, −1 if none.
    pub leader_epoch: i32,
    /// The committed metadata.
    pub metadata: Text,
    /// The error, if any.
    pub error: ErrorCode,
}

/// The answer to [`OffsetFetch`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetFetchResponse {
    /// The error of the whole request, if any.
    pub error: ErrorCode,
    /// Empty if the whole request failed.
    pub partitions: Vec<FetchedOffset>,
}

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
    /// See [`OffsetFetch`].
    Fetch(OffsetFetch),
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
    /// To [`GroupRequest::Fetch`].
    Fetch(OffsetFetchResponse),
}

impl GroupRequest {
    /// The group that the request is about.
    pub fn group(&self) -> &Text {
        match self {
            GroupRequest::Join(r) => &r.group,
            GroupRequest::Sync(r) => &r.group,
            GroupRequest::Heartbeat(r) => &r.group,
            GroupRequest::Leave(r) => &r.group,
            GroupRequest::Commit(r) => &r.group,
            GroupRequest::Fetch(r) => &r.group,
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
            GroupRequest::Leave(_) => GroupResponse::Leave(LeaveGroupResponse {
                error,
                members: Vec::new(),
            }),
            GroupRequest::Commit(r) => GroupResponse::Commit(r.all(error)),
            GroupRequest::Fetch(_) => GroupResponse::Fetch(OffsetFetchResponse {
                error,
                partitions: Vec::new(),
            }),
        }
    }
}

impl JoinGroupResponse {
    /// A join that failed.
    pub(crate) fn error(member: Text, error: ErrorCode) -> JoinGroupResponse {
        JoinGroupResponse {
            error,
            generation: -1,
            protocol_type: None,
            protocol_name: None,
            leader: Text::from(""),
            member,
            members: Vec::new(),
        }
    }
}

impl SyncGroupResponse {
    /// A sync that failed.
    pub(crate) fn error(error: ErrorCode) -> SyncGroupResponse {
        SyncGroupResponse {
            error,
            protocol_type: None,
            protocol_name: None,
            assignment: Bytes::from([]),
        }
    }
}

impl OffsetCommit {
    /// The same answer for every partition.
    pub(crate) fn all(&self, error: ErrorCode) -> OffsetCommitResponse {
        let fate = |o: &OffsetToCommit| CommittedPartition {
            topic: o.topic.clone(),
            partition: o.partition,
            error,
        };
        OffsetCommitResponse {
            partitions: self.offsets.iter().map(fate).collect(),
        }
    }
}
