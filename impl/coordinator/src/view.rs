//! What a checker may see of a group.

use plimsoll_offsets::{Bytes, Text};

use crate::group::{Group, GroupState};

/// A group as it stands in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupView {
    /// Its state.
    pub state: GroupState,
    /// Its generation; 0 before the first.
    pub generation: i32,
    /// The chosen assignor.
    pub protocol: Option<Text>,
    /// The leader.
    pub leader: Option<Text>,
    /// The members, by id.
    pub members: Vec<MemberView>,
    /// Ids that were issued and have not come back.
    pub pending: Vec<Text>,
}

/// A member as it stands in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberView {
    /// Its id.
    pub member: Text,
    /// What it owns in this generation; empty until the generation is durable.
    pub assignment: Bytes,
    /// Its JoinGroup is parked.
    pub awaits_join: bool,
    /// Its SyncGroup is parked.
    pub awaits_sync: bool,
}

impl From<&Group> for GroupView {
    fn from(group: &Group) -> GroupView {
        let members = group.members.iter().map(|(id, member)| MemberView {
            member: id.clone(),
            assignment: member.assignment.clone(),
            awaits_join: member.parked_join.is_some(),
            awaits_sync: member.parked_sync.is_some(),
        });
        GroupView {
            state: group.state,
            generation: group.generation,
            protocol: group.protocol.clone(),
            leader: group.leader.clone(),
            members: members.collect(),
            pending: group.pending.iter().cloned().collect(),
        }
    }
}
