//! Requests and answers of administration.

use super::{ErrorCode, GroupState};

/// DeleteGroups (API key 42).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteGroups {
    /// The groups; one that is named twice is asked about once.
    pub groups: Vec<String>,
}

/// The answer to [`DeleteGroups`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteGroupsResponse {
    /// Each group's fate, in the order of the request.
    pub groups: Vec<(String, ErrorCode)>,
}

/// DescribeGroups (API key 15).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribeGroups {
    /// The groups.
    pub groups: Vec<String>,
    /// From version 6 on a group that does not exist is an error (KIP-1043).
    pub version: i16,
}

/// The answer to [`DescribeGroups`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribeGroupsResponse {
    /// In the order of the request.
    pub groups: Vec<DescribedGroup>,
}

/// A group as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribedGroup {
    /// The error, if any.
    pub error: ErrorCode,
    /// The group.
    pub group: String,
    /// Its state, none with an error other than [`ErrorCode::GroupIdNotFound`].
    pub state: Option<GroupState>,
    /// `consumer` for consumers, empty without one.
    pub protocol_type: String,
    /// The assignor in use; only of a stable group, else empty.
    pub protocol: String,
    /// The members, by id.
    pub members: Vec<DescribedMember>,
}

/// A member as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribedMember {
    /// Its id.
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
    /// Its own name.
    pub client_id: String,
    /// Where it comes from.
    pub client_host: String,
    /// Its metadata for the assignor in use; only of a stable group, else empty.
    pub metadata: Vec<u8>,
    /// What it owns.
    pub assignment: Vec<u8>,
}

/// ListGroups (API key 16).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListGroups {
    /// Names of states, in any case; none asks for all.
    pub states: Vec<String>,
    /// Names of group types, in any case; none asks for all. Every group here is `classic`.
    pub types: Vec<String>,
}

/// The answer to [`ListGroups`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListGroupsResponse {
    /// The error, if any.
    pub error: ErrorCode,
    /// The groups, by id.
    pub groups: Vec<ListedGroup>,
}

/// A group in a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedGroup {
    /// The group.
    pub group: String,
    /// `consumer` for consumers, empty without one.
    pub protocol_type: String,
    /// Its state.
    pub state: GroupState,
}
