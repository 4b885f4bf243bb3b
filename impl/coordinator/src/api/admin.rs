//! Requests and answers of administration. What concerns several groups here concerns those of one coordinator: its owner
//! takes a client's request apart by partition, and puts the answers together.

use plimsoll_offsets::{Bytes, Text};

use crate::{ErrorCode, GroupState};

/// DeleteGroups (API key 42).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteGroups {
    /// The groups; one that is named twice is asked about once.
    pub groups: Vec<Text>,
}

/// The answer to [`DeleteGroups`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteGroupsResponse {
    /// Each group's fate, in the order of the request.
    pub groups: Vec<(Text, ErrorCode)>,
}

/// DescribeGroups (API key 15).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribeGroups {
    /// The groups.
    pub groups: Vec<Text>,
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
    pub group: Text,
    /// Its state, none with an error other than [`ErrorCode::GroupIdNotFound`].
    pub state: Option<GroupState>,
    /// `consumer` for consumers, empty without one.
    pub protocol_type: Text,
    /// The assignor in use; only of a stable group, else empty.
    pub protocol: Text,
    /// The members, by id.
    pub members: Vec<DescribedMember>,
}

/// A member as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribedMember {
    /// Its id.
    pub member: Text,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<Text>,
    /// Its own name.
    pub client_id: Text,
    /// Where it comes from.
    pub client_host: Text,
    /// Its metadata for the assignor in use; only of a stable group, else empty.
    pub metadata: Bytes,
    /// What it owns.
    pub assignment: Bytes,
}

/// ListGroups (API key 16).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListGroups {
    /// Names of states, in any case; none asks for all.
    pub states: Vec<Text>,
    /// Names of group types, in any case; none asks for all. Every group here is `classic`.
    pub types: Vec<Text>,
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
    pub group: Text,
    /// `consumer` for consumers, empty without one.
    pub protocol_type: Text,
    /// Its state.
    pub state: GroupState,
}

impl DescribedGroup {
    /// A group about which nothing can be told.
    pub(crate) fn error(group: Text, error: ErrorCode) -> DescribedGroup {
        DescribedGroup {
            error,
            group,
            state: None,
            protocol_type: Text::from(""),
            protocol: Text::from(""),
            members: Vec::new(),
        }
    }
}
