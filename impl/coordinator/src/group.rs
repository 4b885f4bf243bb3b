//! A classic group: its state, members and generation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_offsets::{Bytes, GroupMetadata, MemberMetadata, OffsetsRecord, Text};

use crate::api::{JoinedMember, Timestamp};
use crate::error_code::ErrorCode;
use crate::member::Member;
use crate::timer::ArmedTimers;

/// The states of a classic group (Kafka `ClassicGroupState`). Only `Empty` and `Stable` survive a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupState {
    /// No members; perhaps offsets.
    Empty,
    /// The join phase: waiting for members to rejoin.
    PreparingRebalance,
    /// The sync phase: the generation has begun, its assignment is not durable yet.
    CompletingRebalance,
    /// Every member of the generation can have its assignment.
    Stable,
    /// The group has been unloaded: ask another coordinator.
    Dead,
}

/// A classic group. `Clone` is how a step is tried: on a copy, which takes the place of the original or is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: Text,
    pub(crate) state: GroupState,
    /// Since when, for the log (offsets of an empty group expire by it).
    pub(crate) state_since: Timestamp,
    /// 0 until the first join phase completes.
    pub(crate) generation: i32,
    /// None for a group that only stores offsets.
    pub(crate) protocol_type: Option<Text>,
    pub(crate) protocol: Option<Text>,
    pub(crate) leader: Option<Text>,
    pub(crate) members: BTreeMap<Text, Member>,
    /// Member ids of the static members, by instance id: one for each (G8).
    pub(crate) statics: BTreeMap<Text, Text>,
    /// Ids that were issued and have not come back yet.
    pub(crate) pending: BTreeSet<Text>,
    /// The group was empty before this join phase: milliseconds of waiting for more members that are left, and whether
    /// one came since the wait began.
    pub(crate) initial_wait: Option<(u64, bool)>,
    /// The topics of all subscriptions as this generation began; none if they cannot be known.
    pub(crate) subscribed: Option<Arc<BTreeSet<Text>>>,
    /// The leader's assignment of this generation is in the log but not durable yet.
    pub(crate) assignment_appended: bool,
    pub(crate) timers: ArmedTimers,
    /// Where in the log the record stands that made the group: what is not durable is not described (S2).
    pub(crate) made_at: i64,
}

impl Group {
    pub(crate) fn new(id: Text, now: Timestamp) -> Group {
        Group {
            id,
            state: GroupState::Empty,
            state_since: now,
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            members: BTreeMap::new(),
            statics: BTreeMap::new(),
            pending: BTreeSet::new(),
            initial_wait: None,
            subscribed: None,
            assignment_appended: false,
            timers: ArmedTimers::default(),
            made_at: -1,
        }
    }

    pub(crate) fn is_leader(&self, member: &str) -> bool {
        self.leader.as_deref() == Some(member)
    }

    /// Whether a request that names this member, and perhaps this instance, comes from a member (G8): a static member
    /// that was replaced is fenced rather than unknown.
    pub(crate) fn validate_member(
        &self,
        member: &str,
        instance: Option<&Text>,
    ) -> Option<ErrorCode> {
        match instance.map(|instance| self.statics.get(instance)) {
            Some(None) => Some(ErrorCode::UnknownMemberId),
            Some(Some(current)) if **current != *member => Some(ErrorCode::FencedInstanceId),
            _ if !self.members.contains_key(member) => Some(ErrorCode::UnknownMemberId),
            _ => None,
        }
    }

    /// Makes it a member, the only one of its id and, if it is static, of its instance id: a log that was not written
    /// here may name either twice.
    pub(crate) fn insert(&mut self, id: Text, member: Member) {
        self.remove(&id);
        if let Some(instance) = &member.instance
            && let Some(former) = self.statics.insert(instance.clone(), id.clone())
        {
            self.members.remove(&former);
        }
        self.members.insert(id, member);
    }

    /// Makes it a member no longer.
    pub(crate) fn remove(&mut self, id: &Text) -> Option<Member> {
        let member = self.members.remove(id)?;
        if let Some(instance) = &member.instance {
            self.statics.remove(instance);
        }
        Some(member)
    }

    /// How many members wait for the join phase to complete.
    pub(crate) fn joined_count(&self) -> usize {
        let joined = |member: &&Member| member.parked_join.is_some();
        self.members.values().filter(joined).count()
    }

    /// How long a join or sync phase may take: as long as the most patient member allows.
    pub(crate) fn rebalance_timeout_ms(&self) -> u64 {
        let longest = self.members.values().map(|m| m.rebalance_timeout_ms).max();
        longest.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)
    }

    /// What a member owns.
    pub(crate) fn assignment(&self, id: &Text) -> Bytes {
        let member = self.members.get(id);
        member.map_or_else(|| Bytes::from([]), |m| m.assignment.clone())
    }

    /// What the leader gets to see.
    pub(crate) fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref();
        let joined = |(id, member): (&Text, &Member)| JoinedMember {
            member: id.clone(),
            instance: member.instance.clone(),
            metadata: member.metadata(protocol),
        };
        self.members.iter().map(joined).collect()
    }

    /// The record of this generation, each member with what `assignment_of` gives it.
    pub(crate) fn record(&self, assignment_of: impl Fn(&Text) -> Bytes) -> OffsetsRecord {
        let protocol = self.protocol.as_deref();
        let member = |(id, member): (&Text, &Member)| MemberMetadata {
            member_id: id.clone(),
            instance_id: member.instance.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_timeout_ms: member.rebalance_timeout_ms,
            session_timeout_ms: member.session_timeout_ms,
            subscription: member.metadata(protocol),
            assignment: assignment_of(id),
        };
        OffsetsRecord::Group {
            group: self.id.clone(),
            value: Some(Arc::new(GroupMetadata {
                protocol_type: self.protocol_type.clone().unwrap_or_else(|| Text::from("")),
                generation: self.generation,
                protocol: self.protocol.clone(),
                leader: self.leader.clone(),
                state_timestamp_ms: self.state_since.0,
                members: self.members.iter().map(member).collect(),
            })),
        }
    }
}
