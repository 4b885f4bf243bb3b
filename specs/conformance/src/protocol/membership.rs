//! Requests and answers of the group protocol.

use super::ErrorCode;

/// A protocol (an assignor) that a member can use, with the member's metadata for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Protocol {
    /// The assignor's name.
    pub name: String,
    /// The member's subscription, opaque here.
    pub metadata: Vec<u8>,
}

/// JoinGroup (API key 11).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroup {
    /// The group.
    pub group: String,
    /// The member's id, empty for a new member.
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
    /// The id to issue if the coordinator has to issue one: ids come from outside and are never used twice.
    pub fresh_member_id: String,
    /// The client's own name.
    pub client_id: String,
    /// Where it comes from.
    pub client_host: String,
    /// How long the member may be silent.
    pub session_timeout_ms: i32,
    /// How long a rebalance may wait for it.
    pub rebalance_timeout_ms: i32,
    /// `consumer` for consumers.
    pub protocol_type: String,
    /// The assignors the member can use, its favourite first.
    pub protocols: Vec<Protocol>,
    /// From version 4 on a new member is told its id first and has to come back with it (KIP-394).
    pub version: i16,
}

/// A member as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinedMember {
    /// Its id.
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
    /// Its metadata for the chosen protocol.
    pub metadata: Vec<u8>,
}

/// The answer to [`JoinGroup`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroupResponse {
    /// The error, if any.
    pub error: ErrorCode,
    /// The generation joined, −1 with an error.
    pub generation: i32,
    /// The group's protocol type.
    pub protocol_type: Option<String>,
    /// The chosen assignor.
    pub protocol_name: Option<String>,
    /// The leader's id.
    pub leader: String,
    /// The leader came back under a new id and its group goes on as it is: it must not assign again (version 9, KIP-814).
    pub skip_assignment: bool,
    /// The member's id: the issued one with [`ErrorCode::MemberIdRequired`].
    pub member: String,
    /// All members, for the leader; empty for the others.
    pub members: Vec<JoinedMember>,
}

/// SyncGroup (API key 14).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyncGroup {
    /// The group.
    pub group: String,
    /// The member.
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
    /// The generation it joined.
    pub generation: i32,
    /// The protocol type it believes in, checked if given; required from version 5 on.
    pub protocol_type: Option<String>,
    /// The assignor it believes in, checked if given; required from version 5 on.
    pub protocol_name: Option<String>,
    /// The leader's assignment, by member id; empty from the others.
    pub assignments: Vec<(String, Vec<u8>)>,
    /// The request's version.
    pub version: i16,
}

/// The answer to [`SyncGroup`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyncGroupResponse {
    /// The error, if any.
    pub error: ErrorCode,
    /// The group's protocol type.
    pub protocol_type: Option<String>,
    /// The chosen assignor.
    pub protocol_name: Option<String>,
    /// The member's assignment, empty with an error.
    pub assignment: Vec<u8>,
}

/// Heartbeat (API key 12).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Heartbeat {
    /// The group.
    pub group: String,
    /// The member.
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
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
    pub group: String,
    /// The members that leave: one before version 3.
    pub members: Vec<LeavingMember>,
    /// Before version 3 a member's error is that of the whole answer.
    pub version: i16,
}

/// A member that leaves, or is removed by an administrator who knows only its instance id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeavingMember {
    /// Its id, empty to name it by its instance id alone.
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
}

/// The answer to [`LeaveGroup`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaveGroupResponse {
    /// The error of the whole request, if any.
    pub error: ErrorCode,
    /// Each member's fate, empty if the whole request failed and before version 3.
    pub members: Vec<LeftMember>,
}

/// What became of one member that was to leave.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeftMember {
    /// As in the request.
    pub member: String,
    /// As in the request.
    pub instance: Option<String>,
    /// The error, if any.
    pub error: ErrorCode,
}
