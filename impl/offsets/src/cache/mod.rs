//! The state that the offsets log adds up to, in two views: everything appended (*latest*), and everything below the
//! high watermark (*committed*), which is what may be shown (S2, S8).
//!
//! Replay is total: a tombstone of something unknown, a commit without its group, a member without its group, a marker
//! without records and records of unknown type are all fine, because compaction may have removed what they once followed
//! (K6). Every key is remembered for itself, and which of two records of one key counts is decided by the record offset
//! alone (O1); for a transactional commit that is the offset of its own record, not of the marker that made it count.
//!
//! Only offsets can be part of a transaction, and of these only commits: everything else takes effect where it stands,
//! as Kafka has it.

mod advance;
mod transactions;
mod view;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::consumer::{ConsumerGroupEpoch, CurrentAssignment};
use crate::decisions::{Decisions, KeyOf, Materialise, Newer, PendingUnderTombstone};
use crate::record::{CommittedOffset, GroupMetadata, OffsetsRecord, Text};
use crate::timeline::Timeline;

use advance::Touched;
pub use transactions::{Ended, PendingOffset, Producer};
use transactions::{Key, Transactions};

type OffsetsOfGroup = BTreeMap<(Text, i32), Timeline<CommittedOffset>>;
type MembersOfGroup = BTreeMap<Text, Timeline<Arc<CurrentAssignment>>>;

/// The replayed state of one partition of the offsets topic. See the head of the file.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// Shared until one side of a clone changes it; most steps of a coordinator change nothing here.
    offsets: Arc<BTreeMap<Text, OffsetsOfGroup>>,
    groups: Arc<BTreeMap<Text, Timeline<Arc<GroupMetadata>>>>,
    consumer_epochs: Arc<BTreeMap<Text, Timeline<ConsumerGroupEpoch>>>,
    consumer_members: Arc<BTreeMap<Text, MembersOfGroup>>,
    transactions: Arc<Transactions>,
    /// From which offset on a record above the high watermark counts, and what it touched: raising the high watermark
    /// costs what it changes.
    above: Vec<(i64, Touched)>,
    /// The high watermark: what counts from an offset below it is committed as soon as it is replayed.
    high_watermark: i64,
    unknown: BTreeMap<i16, u64>,
    decisions: Decisions,
}

impl Cache {
    /// A cache before the first record.
    pub fn new() -> Cache {
        Cache::default()
    }

    /// A cache that decides so; for evidence only.
    pub fn with(decisions: Decisions) -> Cache {
        Cache {
            decisions,
            ..Cache::default()
        }
    }

    /// Applies the record at `offset` to the latest view.
    pub fn replay(&mut self, offset: i64, record: &OffsetsRecord) {
        match record {
            OffsetsRecord::Offset {
                group,
                topic,
                partition,
                value,
            } => {
                let key = self.key(group, topic, *partition);
                self.put_offset(offset, offset, key, value.clone());
            }
            OffsetsRecord::Group { group, value } => {
                let groups = Arc::make_mut(&mut self.groups);
                let timeline = groups.entry(group.clone()).or_default();
                timeline.push(offset, offset, value.clone());
                self.touched(offset, Touched::Group(group.clone()));
            }
            OffsetsRecord::ConsumerGroup { group, value } => {
                let epochs = Arc::make_mut(&mut self.consumer_epochs);
                let timeline = epochs.entry(group.clone()).or_default();
                timeline.push(offset, offset, *value);
                self.touched(offset, Touched::ConsumerEpoch(group.clone()));
            }
            OffsetsRecord::ConsumerMember {
                group,
                member,
                value,
            } => {
                let members = Arc::make_mut(&mut self.consumer_members);
                let of_group = members.entry(group.clone()).or_default();
                let timeline = of_group.entry(member.clone()).or_default();
                timeline.push(offset, offset, value.clone());
                let touched = Touched::ConsumerMember(group.clone(), member.clone());
                self.touched(offset, touched);
            }
            OffsetsRecord::Unknown { key_type } => {
                *self.unknown.entry(*key_type).or_default() += 1;
            }
        }
    }

    /// Applies a record of a batch that `producer` wrote: a commit waits for the producer's marker.
    pub fn replay_transactional(
        &mut self,
        offset: i64,
        producer: Producer,
        record: &OffsetsRecord,
    ) {
        let OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value: Some(value),
        } = record
        else {
            return self.replay(offset, record);
        };
        let key = self.key(group, topic, *partition);
        let timeline = self.timeline(&key);
        if timeline.is_some_and(|timeline| offset < timeline.newest_tombstone()) {
            return;
        }
        let pending = PendingOffset {
            producer,
            record: offset,
            value: value.clone(),
        };
        Arc::make_mut(&mut self.transactions).stage(key, pending);
    }

    /// Applies the marker at `offset`: what the producer committed in the transaction counts, or never was.
    pub fn replay_marker(&mut self, offset: i64, producer: Producer, ended: Ended) {
        if !self.transactions.has_producer(producer.id) {
            return;
        }
        let settled = Arc::make_mut(&mut self.transactions).end(producer);
        if ended == Ended::Aborted {
            return;
        }
        for (key, pending) in settled {
            let record = match self.decisions.materialise {
                Materialise::WhereTheRecordStands => pending.record,
                Materialise::WhereTheMarkerStands => offset,
            };
            self.put_offset(offset, record, key, Some(pending.value));
        }
    }

    /// What an offset is remembered under.
    fn key(&self, group: &Text, topic: &Text, partition: i32) -> Key {
        match self.decisions.key {
            KeyOf::Fields => (group.clone(), (topic.clone(), partition)),
            KeyOf::NamesPutTogether => {
                let (group, topic) = put_together(group, topic);
                (group.into(), (topic.into(), partition))
            }
        }
    }

    /// The same, to look something up.
    fn looked_up<'a>(
        &self,
        group: &'a str,
        topic: &str,
        partition: i32,
    ) -> (Cow<'a, str>, (Text, i32)) {
        match self.decisions.key {
            KeyOf::Fields => (Cow::Borrowed(group), (Text::from(topic), partition)),
            KeyOf::NamesPutTogether => {
                let (group, topic) = put_together(group, topic);
                (Cow::Owned(group), (topic.into(), partition))
            }
        }
    }

    fn timeline(&self, (group, partition): &Key) -> Option<&Timeline<CommittedOffset>> {
        self.offsets.get(group)?.get(partition)
    }

    fn put_offset(
        &mut self,
        counts_from: i64,
        record: i64,
        key: Key,
        value: Option<CommittedOffset>,
    ) {
        if self.is_older(&key, value.as_ref()) {
            return;
        }
        if value.is_none() && self.decisions.tombstone == PendingUnderTombstone::Dropped {
            let (group, partition) = &key;
            if self.transactions.has_partition(group, partition) {
                Arc::make_mut(&mut self.transactions).drop_before(&key, record);
            }
        }
        let (group, partition) = key;
        let offsets = Arc::make_mut(&mut self.offsets);
        // A load meets most keys again and again: no name is cloned for them.
        if counts_from < self.high_watermark
            && let Some(of_group) = offsets.get_mut(&group)
            && let Some(timeline) = of_group.get_mut(&partition)
            && value.is_some()
        {
            timeline.push(counts_from, record, value);
            return timeline.advance(self.high_watermark);
        }
        let of_group = offsets.entry(group.clone()).or_default();
        let timeline = of_group.entry(partition.clone()).or_default();
        timeline.push(counts_from, record, value);
        self.touched(counts_from, Touched::Offset(group, partition));
    }

    /// What was appended is committed when the high watermark passes it, which it may have done already.
    fn touched(&mut self, counts_from: i64, touched: Touched) {
        if counts_from < self.high_watermark {
            self.settle(touched, self.high_watermark);
        } else {
            self.above.push((counts_from, touched));
        }
    }

    /// Mutant O-19's order of records.
    fn is_older(&self, key: &Key, value: Option<&CommittedOffset>) -> bool {
        if self.decisions.newer != Newer::ByCommitTimestamp {
            return false;
        }
        let before = self.timeline(key).and_then(Timeline::latest);
        let pair = before.zip(value);
        pair.is_some_and(|(before, value)| value.commit_timestamp_ms < before.commit_timestamp_ms)
    }
}

/// Mutant O-17: a group and a topic as one name, and the first pair of names that it may stand for.
fn put_together(group: &str, topic: &str) -> (String, String) {
    let name = format!("{group}-{topic}");
    let (group, topic) = name.split_once('-').unwrap_or((&name, ""));
    (group.to_owned(), topic.to_owned())
}

#[cfg(test)]
mod tests;
