//! What a checker may see of a group.

use std::sync::Arc;

use plimsoll_offsets::{Bytes, Cache, Text};

use crate::coordinator::{Coordinator, Status};
use crate::decisions::Decisions;
use crate::group::{Group, GroupState};
use crate::timer::{TimerId, TimerName};

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
    /// `group.instance.id` of a static member.
    pub instance: Option<Text>,
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
            instance: member.instance.clone(),
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

impl Coordinator {
    /// What the coordinator can do at the moment.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The epoch in which it leads its partition.
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// The offset after the last record that it has applied.
    pub fn log_end_offset(&self) -> i64 {
        self.log_end
    }

    /// Everything below may be shown.
    pub fn visible_end_offset(&self) -> i64 {
        self.high_watermark
    }

    /// The decisions it was made with.
    pub fn decisions(&self) -> Decisions {
        self.decisions
    }

    /// The group, if it exists.
    pub fn group(&self, id: &str) -> Option<GroupView> {
        self.groups.get(id).map(|group| GroupView::from(&**group))
    }

    /// The ids of all groups, in order.
    pub fn group_ids(&self) -> impl Iterator<Item = &Text> {
        self.groups.keys()
    }

    /// The offsets and generations replayed from the log.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The armed timers, in an order that does not depend on how they came about.
    pub fn timers(&self) -> Vec<TimerId> {
        let of_group = |group: &Arc<Group>| -> Vec<TimerId> {
            let id = |(name, arming): (&TimerName, u64)| TimerId {
                group: group.id.clone(),
                name: name.clone(),
                arming,
            };
            group.timers.iter().map(id).collect()
        };
        self.groups.values().flat_map(of_group).collect()
    }
}
