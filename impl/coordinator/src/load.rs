//! From the replayed log to groups: `Empty` or `Stable`, nothing else survives a crash (Kafka `ClassicGroupState`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_offsets::{Entry, GroupMetadata, MemberMetadata, OffsetsRecord, Text, Timeline};

use crate::api::{Protocol, Timestamp};
use crate::coordinator::{Coordinator, Status};
use crate::decisions::LoadDemand;
use crate::event::RebalanceCause;
use crate::group::{Group, GroupState};
use crate::member::Member;
use crate::step::{Cause, Outcome};

impl Coordinator {
    /// Begins the load of a log that is durable below `high_watermark`: of what is replayed below it only the newest
    /// of each key is held.
    pub fn begin_load(&mut self, high_watermark: i64) {
        self.cache.advance(high_watermark);
    }

    /// Applies one record of the log while loading.
    pub fn replay(&mut self, offset: i64, record: &OffsetsRecord) {
        if self.decisions.demand != LoadDemand::Nothing {
            self.demand(record);
        }
        self.cache.replay(offset, record);
    }

    /// Applies what stands at one offset of the log while loading: a record, perhaps of a transaction, or a marker.
    pub fn apply(&mut self, offset: i64, entry: &Entry) {
        match entry {
            Entry::Record {
                producer: None,
                record,
            } => self.replay(offset, record),
            other => self.cache.apply(offset, other),
        }
    }

    /// Mutants C-5, C-6 and C-7: what a log must not lack.
    fn demand(&mut self, record: &OffsetsRecord) {
        let lacks = match record {
            OffsetsRecord::Offset {
                group,
                topic,
                partition,
                value: None,
            } => self.cache.offset(group, topic, *partition).is_none(),
            OffsetsRecord::Group { group, value: None } => {
                self.removed_while_loading.insert(group.clone());
                self.cache.group(group).is_none()
            }
            _ => false,
        };
        self.cannot_load |= lacks && self.decisions.demand == LoadDemand::WhatTombstonesRemove;
        let OffsetsRecord::ConsumerMember { group, .. } = record else {
            return;
        };
        self.cannot_load |= self.decisions.demand == LoadDemand::GroupsBeforeTheirMembers
            && self.cache.consumer_epoch(group).is_none();
    }

    fn is_durable(&self, group: &str) -> bool {
        let record = self.cache.group(group).and_then(Timeline::committed);
        let mut offsets = self.cache.offsets(group);
        let mut pending = self.cache.pending_offsets(group);
        record.is_some()
            || offsets.any(|(_, timeline)| timeline.committed().is_some())
            || pending.any(|(_, pending)| pending.record < self.high_watermark)
    }

    /// Groups that the end of the log removes, where it is not durable yet: until it is, a crash brings them back, so
    /// they are still described (S2).
    fn departing(&self, now: Timestamp) -> Vec<(i64, Arc<Group>)> {
        let with_record = self.cache.groups().map(|(id, _)| id);
        let ids: BTreeSet<&Text> = with_record
            .chain(self.cache.groups_with_offsets())
            .collect();
        let gone = |id: &&Text| !self.groups.contains_key(*id) && self.is_durable(id);
        let durable = |id: &Text| {
            let record = self.cache.group(id).and_then(Timeline::committed);
            let group = group(id, record.map(|record| &**record), now);
            (self.log_end, Arc::new(group))
        };
        ids.into_iter().filter(gone).map(durable).collect()
    }

    fn cannot_load(&self) -> bool {
        let mut removed = self.removed_while_loading.iter();
        let came_back = |group: &Text| {
            let record = self.cache.group(group).and_then(Timeline::latest);
            let mut offsets = self.cache.offsets(group);
            record.is_none() && offsets.any(|(_, timeline)| timeline.latest().is_some())
        };
        let demands = self.decisions.demand == LoadDemand::RemovedGroupsStayRemoved;
        self.cannot_load || (demands && removed.any(came_back))
    }

    /// Ends the load: everything up to `log_end` has been replayed, everything below `high_watermark` may be shown.
    /// Members' sessions begin anew.
    pub fn finish_load(&mut self, now: Timestamp, log_end: i64, high_watermark: i64) -> Outcome {
        if self.cannot_load() {
            self.status = Status::Failed;
            return Outcome::default();
        }
        self.status = Status::Active;
        self.log_end = log_end;
        self.high_watermark = high_watermark;
        self.cache.advance(high_watermark);
        let with_record = self
            .cache
            .groups()
            .filter_map(|(id, timeline)| Some((id, timeline.latest()?)));
        let with_record = with_record.map(|(id, metadata)| group(id, Some(metadata), now));
        let with_offsets = self.cache.groups_with_offsets();
        let with_offsets = with_offsets.filter(|id| {
            let mut offsets = self.cache.offsets(id);
            offsets.any(|(_, timeline)| timeline.latest().is_some())
        });
        let with_offsets = with_offsets
            .chain(self.cache.groups_with_pending_offsets())
            .map(|id| group(id, None, now));
        let mut loaded: BTreeMap<Text, Group> = with_offsets.map(|g| (g.id.clone(), g)).collect();
        // A group record says more than offsets alone.
        loaded.extend(with_record.map(|g| (g.id.clone(), g)));
        let mut outcome = Outcome::default();
        for group in loaded.into_values() {
            let members: Vec<Text> = group.members.keys().cloned().collect();
            let known = self.is_durable(&group.id);
            let mut turn = self.turn(now, Arc::new(group));
            turn.changed = true;
            members.iter().for_each(|member| turn.renew_session(member));
            if members.len() > turn.config.max_group_size {
                // The setting has changed: those who rejoin first stay.
                turn.prepare_rebalance(RebalanceCause::TooManyMembers);
            }
            let step = turn.into_step(Cause::None);
            // What is not durable in the log is not shown, even though it is known.
            let made_at = if known { -1 } else { log_end - 1 };
            outcome.extend(self.install(step, made_at));
        }
        self.departed = self.departing(now);
        outcome
    }
}

/// The group as the log knows it; without a group record, one that only stores offsets.
fn group(id: &Text, metadata: Option<&GroupMetadata>, now: Timestamp) -> Group {
    let mut group = Group::new(id.clone(), now);
    let Some(metadata) = metadata else {
        return group;
    };
    group.generation = metadata.generation;
    group.protocol_type = Some(metadata.protocol_type.clone()).filter(|t| !t.is_empty());
    group.protocol = metadata.protocol.clone();
    group.leader = metadata.leader.clone();
    group.state_since = Timestamp(metadata.state_timestamp_ms);
    for loaded in &metadata.members {
        let member = member(loaded, metadata.protocol.as_ref());
        group.insert(loaded.member_id.clone(), member);
    }
    group.subscribed = group.find_subscribed();
    if !group.members.is_empty() {
        group.state = GroupState::Stable;
    }
    group
}

fn member(loaded: &MemberMetadata, protocol: Option<&Text>) -> Member {
    let supported = protocol.map(|name| Protocol {
        name: name.clone(),
        metadata: loaded.subscription.clone(),
    });
    Member {
        instance: loaded.instance_id.clone(),
        client_id: loaded.client_id.clone(),
        client_host: loaded.client_host.clone(),
        session_timeout_ms: loaded.session_timeout_ms,
        // Old records have none.
        rebalance_timeout_ms: match loaded.rebalance_timeout_ms {
            -1 => loaded.session_timeout_ms,
            given => given,
        },
        protocols: supported.into_iter().collect(),
        assignment: loaded.assignment.clone(),
        parked_join: None,
        parked_sync: None,
        is_new: false,
        owes_sync: false,
    }
}
