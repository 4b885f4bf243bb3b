//! Commits inside open transactions: what waits for a marker.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use crate::record::{CommittedOffset, Text};

/// A transactional producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Producer {
    /// Its id.
    pub id: i64,
    /// Its epoch.
    pub epoch: i16,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// What it wrote counts.
    Committed,
    /// What it wrote never was.
    Aborted,
}

/// A commit that counts once its transaction is committed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PendingOffset {
    /// Who made it.
    pub producer: Producer,
    /// Offset of its record.
    pub record: i64,
    /// The commit.
    pub value: CommittedOffset,
}

/// Group, topic and partition.
pub(super) type Key = (Text, (Text, i32));
type OfProducers = BTreeMap<i64, PendingOffset>;
type OfGroup = BTreeMap<(Text, i32), OfProducers>;

/// All that is pending, found by key and by producer. No level of either map is ever empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    groups: BTreeMap<Text, OfGroup>,
    producers: BTreeMap<i64, BTreeSet<Key>>,
}

impl Transactions {
    /// One commit of a producer for a key counts: the one with the greatest record offset.
    pub(super) fn stage(&mut self, key: Key, pending: PendingOffset) {
        let (group, partition) = key.clone();
        let of_group = self.groups.entry(group).or_default();
        let of_producers = of_group.entry(partition).or_default();
        let id = pending.producer.id;
        if of_producers
            .get(&id)
            .is_none_or(|other| other.record <= pending.record)
        {
            of_producers.insert(id, pending);
            self.producers.entry(id).or_default().insert(key);
        }
    }

    /// Forgets what was staged for a key before a record.
    pub(super) fn drop_before(&mut self, key: &Key, record: i64) {
        let older: Vec<i64> = self
            .of_key(key)
            .filter(|pending| pending.record < record)
            .map(|pending| pending.producer.id)
            .collect();
        for producer in older {
            self.take(producer, key);
        }
    }

    /// Ends a producer's transaction: what it staged, up to the marker's epoch. A marker may carry a later epoch than
    /// the records: it fences the producer that wrote them.
    pub(super) fn end(&mut self, marker: Producer) -> Vec<(Key, PendingOffset)> {
        let keys: Vec<Key> = self
            .producers
            .get(&marker.id)
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let is_ended = |key: &Key| {
            let mut of_key = self.of_key(key);
            of_key.any(|p| p.producer.id == marker.id && p.producer.epoch <= marker.epoch)
        };
        let ended: Vec<Key> = keys.into_iter().filter(is_ended).collect();
        ended
            .into_iter()
            .filter_map(|key| {
                let pending = self.take(marker.id, &key)?;
                Some((key, pending))
            })
            .collect()
    }

    fn take(&mut self, producer: i64, key: &Key) -> Option<PendingOffset> {
        let (group, partition) = key;
        let of_group = self.groups.get_mut(group)?;
        let of_producers = of_group.get_mut(partition)?;
        let taken = of_producers.remove(&producer);
        if of_producers.is_empty() {
            of_group.remove(partition);
        }
        if of_group.is_empty() {
            self.groups.remove(group);
        }
        if let Some(keys) = self.producers.get_mut(&producer) {
            keys.remove(key);
            if keys.is_empty() {
                self.producers.remove(&producer);
            }
        }
        taken
    }

    fn of_key(&self, (group, partition): &Key) -> impl Iterator<Item = &PendingOffset> {
        let of_group = self.groups.get(group);
        let of_producers = of_group.and_then(|of_group| of_group.get(partition));
        of_producers.into_iter().flat_map(BTreeMap::values)
    }

    pub(super) fn of_group(
        &self,
        group: &str,
    ) -> impl Iterator<Item = (&(Text, i32), &PendingOffset)> {
        let of_group = self.groups.get(group).into_iter().flatten();
        of_group.flat_map(|(partition, of)| of.values().map(move |pending| (partition, pending)))
    }

    pub(super) fn has_partition(&self, group: &str, partition: &(Text, i32)) -> bool {
        let of_group = self.groups.get(group);
        of_group.is_some_and(|of_group| of_group.contains_key(partition))
    }

    pub(super) fn is_any_open(&self) -> bool {
        !self.groups.is_empty()
    }

    pub(super) fn has_group(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    pub(super) fn has_producer(&self, id: i64) -> bool {
        self.producers.contains_key(&id)
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = &Text> {
        self.groups.keys()
    }

    pub(super) fn producers(&self) -> impl Iterator<Item = i64> {
        self.producers.keys().copied()
    }

    /// Feeds what is pending into `state`, without times; `newest` is the offset of a key's newest record, which
    /// decides whether the commit will count.
    pub(super) fn hash_canonical<H: Hasher>(&self, state: &mut H, newest: impl Fn(&Key) -> i64) {
        self.producers.len().hash(state);
        for (producer, keys) in &self.producers {
            (producer, keys.len()).hash(state);
            for key in keys {
                (key, newest(key)).hash(state);
                for pending in self.of_key(key).filter(|p| p.producer.id == *producer) {
                    (pending.producer.epoch, pending.record).hash(state);
                    pending.value.hash_canonical(state);
                }
            }
        }
    }
}
