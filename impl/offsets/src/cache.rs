//! The state that the offsets log adds up to, in two views: everything appended (*latest*), and everything below the
//! high watermark (*committed*), which is what may be shown (S2, S8).
//!
//! Replay is total: a tombstone of something unknown, a commit without its group, and records of unknown type are all
//! fine, because compaction may have removed what they once followed (K6). Which of two records of one key counts is
//! decided by the record offset alone (O1).

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::record::{CommittedOffset, GroupMetadata, OffsetsRecord, Text};
use crate::timeline::Timeline;

type OffsetsOfGroup = BTreeMap<(Text, i32), Timeline<CommittedOffset>>;

/// Which timeline a record touched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Touched {
    Offset(Text, (Text, i32)),
    Group(Text),
}

/// The replayed state of one partition of the offsets topic. See the head of the file.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// Shared until one side of a clone changes it; most steps of a coordinator change nothing here.
    offsets: Arc<BTreeMap<Text, OffsetsOfGroup>>,
    groups: Arc<BTreeMap<Text, Timeline<Arc<GroupMetadata>>>>,
    /// Record offsets above the high watermark, and what they touched: raising it costs what it changes.
    above: Vec<(i64, Touched)>,
    unknown: u64,
}

impl Cache {
    /// A cache before the first record.
    pub fn new() -> Cache {
        Cache::default()
    }

    /// Applies the record at `offset` to the latest view.
    pub fn replay(&mut self, offset: i64, record: &OffsetsRecord) {
        let touched = match record {
            OffsetsRecord::Offset {
                group,
                topic,
                partition,
                value,
            } => {
                let key = (topic.clone(), *partition);
                let of_group = Arc::make_mut(&mut self.offsets)
                    .entry(group.clone())
                    .or_default();
                of_group
                    .entry(key.clone())
                    .or_default()
                    .push(offset, value.clone());
                Touched::Offset(group.clone(), key)
            }
            OffsetsRecord::Group { group, value } => {
                let groups = Arc::make_mut(&mut self.groups);
                groups
                    .entry(group.clone())
                    .or_default()
                    .push(offset, value.clone());
                Touched::Group(group.clone())
            }
            OffsetsRecord::Unknown { .. } => {
                self.unknown += 1;
                return;
            }
        };
        self.above.push((offset, touched));
    }

    /// Moves everything below `high_watermark` into the committed view, and forgets keys of which only a tombstone
    /// is left.
    pub fn advance(&mut self, high_watermark: i64) {
        // Not a prefix by construction: replay takes records in any order.
        let (below, above) = std::mem::take(&mut self.above)
            .into_iter()
            .partition(|(at, _)| *at < high_watermark);
        self.above = above;
        let below: Vec<(i64, Touched)> = below;
        for (_, touched) in below {
            match touched {
                Touched::Offset(group, key) => self.advance_offset(&group, &key, high_watermark),
                Touched::Group(group) => self.advance_group(&group, high_watermark),
            }
        }
    }

    fn advance_offset(&mut self, group: &Text, key: &(Text, i32), high_watermark: i64) {
        let offsets = Arc::make_mut(&mut self.offsets);
        let Some(of_group) = offsets.get_mut(group) else {
            return;
        };
        if let Some(timeline) = of_group.get_mut(key) {
            timeline.advance(high_watermark);
            if timeline.is_forgotten() {
                of_group.remove(key);
            }
        }
        if of_group.is_empty() {
            offsets.remove(group);
        }
    }

    fn advance_group(&mut self, group: &Text, high_watermark: i64) {
        let groups = Arc::make_mut(&mut self.groups);
        if let Some(timeline) = groups.get_mut(group) {
            timeline.advance(high_watermark);
            if timeline.is_forgotten() {
                groups.remove(group);
            }
        }
    }

    /// The offset's timeline, none if there is no record of it.
    pub fn offset(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
    ) -> Option<&Timeline<CommittedOffset>> {
        self.offsets
            .get(group)?
            .get(&(Text::from(topic), partition))
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

    /// Feeds one canonical form into `state`: what both views show, without times.
    pub fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.offsets.len().hash(state);
        for (group, offsets) in self.offsets.iter() {
            (group, offsets.len()).hash(state);
            for (key, timeline) in offsets {
                key.hash(state);
                timeline.hash_canonical(state, |v, state| {
                    (v.offset, v.leader_epoch, &v.metadata, v.topic_id).hash(state);
                });
            }
        }
        self.groups.len().hash(state);
        for (group, timeline) in self.groups.iter() {
            group.hash(state);
            timeline.hash_canonical(state, |v, state| {
                (
                    &v.protocol_type,
                    v.generation,
                    &v.protocol,
                    &v.leader,
                    &v.members,
                )
                    .hash(state);
            });
        }
    }

    /// Records of unknown type passed over since the beginning.
    pub fn unknown_records(&self) -> u64 {
        self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(partition: i32, offset: i64) -> OffsetsRecord {
        let value = CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: "".into(),
            commit_timestamp_ms: 100 - offset,
            expire_timestamp_ms: -1,
            topic_id: None,
        };
        record(partition, Some(value))
    }

    fn record(partition: i32, value: Option<CommittedOffset>) -> OffsetsRecord {
        OffsetsRecord::Offset {
            group: "g".into(),
            topic: "t".into(),
            partition,
            value,
        }
    }

    /// Offset of partition 0, committed and latest.
    fn views(cache: &Cache) -> (Option<i64>, Option<i64>) {
        let timeline = cache.offset("g", "t", 0);
        let committed = timeline.and_then(Timeline::committed).map(|v| v.offset);
        (
            committed,
            timeline.and_then(Timeline::latest).map(|v| v.offset),
        )
    }

    #[test]
    fn a_value_is_shown_when_the_high_watermark_passed_its_record() {
        let mut cache = Cache::new();
        cache.replay(3, &commit(0, 10));
        cache.replay(4, &commit(0, 20));
        assert_eq!(views(&cache), (None, Some(20)));
        cache.advance(3);
        assert_eq!(views(&cache), (None, Some(20)));
        cache.advance(4);
        assert_eq!(views(&cache), (Some(10), Some(20)));
        cache.advance(9);
        assert_eq!(views(&cache), (Some(20), Some(20)));
    }

    #[test]
    fn the_greatest_record_offset_wins_whatever_the_time_and_the_value() {
        // The clock went back and so did the value; the record offset decides all the same.
        let mut cache = Cache::new();
        cache.replay(5, &commit(0, 90));
        cache.replay(6, &commit(0, 3));
        cache.replay(4, &commit(0, 50));
        cache.advance(7);
        assert_eq!(views(&cache), (Some(3), Some(3)));
    }

    #[test]
    fn a_tombstone_hides_at_once_and_forgets_when_committed() {
        let mut cache = Cache::new();
        cache.replay(0, &commit(0, 1));
        cache.advance(1);
        cache.replay(1, &record(0, None));
        assert_eq!(views(&cache), (Some(1), None));
        cache.advance(2);
        assert!(cache.offset("g", "t", 0).is_none());
        assert_eq!(cache.groups_with_offsets().count(), 0);
    }

    #[test]
    fn replay_is_total() {
        let mut cache = Cache::new();
        cache.replay(0, &record(0, None));
        cache.replay(
            1,
            &OffsetsRecord::Group {
                group: "g".into(),
                value: None,
            },
        );
        cache.replay(2, &OffsetsRecord::Unknown { key_type: 9 });
        cache.replay(3, &commit(1, 4));
        cache.advance(4);
        assert_eq!(cache.unknown_records(), 1);
        assert_eq!(views(&cache), (None, None));
        assert_eq!(cache.offsets("g").count(), 1);
        assert_eq!(cache.groups().count(), 0);
    }

    #[test]
    fn a_clone_does_not_see_what_comes_later() {
        let mut cache = Cache::new();
        cache.replay(0, &commit(0, 1));
        let before = cache.clone();
        cache.advance(1);
        cache.replay(1, &commit(0, 2));
        assert_eq!(views(&before), (None, Some(1)));
        assert_eq!(views(&cache), (Some(1), Some(2)));
    }
}
