//! Looking at the cache.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::Cache;
use super::transactions::{Key, PendingOffset};
use crate::consumer::{ConsumerGroupEpoch, CurrentAssignment};
use crate::record::{CommittedOffset, GroupMetadata, Text};
use crate::timeline::Timeline;

impl Cache {
    /// The offset's timeline, none if there is no record of it.
    pub fn offset(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
    ) -> Option<&Timeline<CommittedOffset>> {
        let (group, partition) = self.looked_up(group, topic, partition);
        self.offsets.get(&*group)?.get(&partition)
    }

    /// All offsets of a group, in the order of topic and partition.
    pub fn offsets(
        &self,
        group: &str,
    ) -> impl Iterator<Item = (&(Text, i32), &Timeline<CommittedOffset>)> {
        self.offsets.get(group).into_iter().flatten()
    }

    /// The group's timeline, none if there is no record of it.
    pub fn group(&self, group: &str) -> Option<&Timeline<Arc<GroupMetadata>>> {
        self.groups.get(group)
    }

    /// All groups with a group record, in order.
    pub fn groups(&self) -> impl Iterator<Item = (&Text, &Timeline<Arc<GroupMetadata>>)> {
        self.groups.iter()
    }

    /// All groups with an offset, in order.
    pub fn groups_with_offsets(&self) -> impl Iterator<Item = &Text> {
        self.offsets.keys()
    }

    /// The epoch's timeline of a KIP-848 group, none if there is no record of it.
    pub fn consumer_epoch(&self, group: &str) -> Option<&Timeline<ConsumerGroupEpoch>> {
        self.consumer_epochs.get(group)
    }

    /// All KIP-848 groups with an epoch record, in order.
    pub fn consumer_groups(&self) -> impl Iterator<Item = (&Text, &Timeline<ConsumerGroupEpoch>)> {
        self.consumer_epochs.iter()
    }

    /// What the members of a KIP-848 group own, in the order of their ids.
    pub fn consumer_members(
        &self,
        group: &str,
    ) -> impl Iterator<Item = (&Text, &Timeline<Arc<CurrentAssignment>>)> {
        self.consumer_members.get(group).into_iter().flatten()
    }

    /// All KIP-848 groups with a member's record, in order; the group's own record may be missing.
    pub fn groups_with_consumer_members(&self) -> impl Iterator<Item = &Text> {
        self.consumer_members.keys()
    }

    /// Commits of a group that wait for a marker, in the order of topic, partition and producer id.
    pub fn pending_offsets(
        &self,
        group: &str,
    ) -> impl Iterator<Item = (&(Text, i32), &PendingOffset)> {
        self.transactions.of_group(group)
    }

    /// Whether a commit for the partition waits for a marker: a stable fetch has to say so (O4), and it does not expire
    /// (O6).
    pub fn has_pending_offset(&self, group: &str, topic: &str, partition: i32) -> bool {
        if !self.transactions.is_any_open() {
            return false;
        }
        let (group, partition) = self.looked_up(group, topic, partition);
        self.transactions.has_partition(&group, &partition)
    }

    /// Whether any commit of the group waits for a marker: such a group is not removed (O7).
    pub fn has_open_transaction(&self, group: &str) -> bool {
        self.transactions.has_group(group)
    }

    /// All groups for which a commit waits for a marker, in order; they need not have an offset yet.
    pub fn groups_with_pending_offsets(&self) -> impl Iterator<Item = &Text> {
        self.transactions.groups()
    }

    /// Ids of the producers whose commits wait for a marker, in order.
    pub fn open_producers(&self) -> impl Iterator<Item = i64> {
        self.transactions.producers()
    }

    /// Records of types that are not decoded, passed over since the beginning.
    pub fn unknown_records(&self) -> u64 {
        self.unknown.values().sum()
    }

    /// The same by type.
    pub fn unknown_by_type(&self) -> impl Iterator<Item = (i16, u64)> {
        self.unknown
            .iter()
            .map(|(key_type, count)| (*key_type, *count))
    }

    /// Feeds one canonical form into `state`: what both views show, without times.
    pub fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.offsets.len().hash(state);
        for (group, offsets) in self.offsets.iter() {
            (group, offsets.len()).hash(state);
            for (key, timeline) in offsets {
                key.hash(state);
                timeline.hash_canonical(state, CommittedOffset::hash_canonical);
            }
        }
        self.groups.len().hash(state);
        for (group, timeline) in self.groups.iter() {
            group.hash(state);
            timeline.hash_canonical(state, |value, state| value.hash_canonical(state));
        }
        self.consumer_epochs.len().hash(state);
        for (group, timeline) in self.consumer_epochs.iter() {
            group.hash(state);
            timeline.hash_canonical(state, Hash::hash);
        }
        self.consumer_members.len().hash(state);
        for (group, members) in self.consumer_members.iter() {
            (group, members.len()).hash(state);
            for (member, timeline) in members {
                member.hash(state);
                timeline.hash_canonical(state, Hash::hash);
            }
        }
        let newest = |key: &Key| self.timeline(key).map_or(-1, Timeline::newest);
        self.transactions.hash_canonical(state, newest);
    }
}
