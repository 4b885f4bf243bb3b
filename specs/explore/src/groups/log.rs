//! The offsets log as it was written, what compaction left of it, and how far it is durable.

use std::sync::Arc;

use plimsoll_coordinator::EndTransaction;
use plimsoll_offsets::{Ended, Entry, OffsetsRecord, Producer, RecordKey};
use plimsoll_promises::{Offset, topic};

use super::action::Removal;
use crate::offsets_topic;

/// What stands at an offset.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    /// First offset of its batch.
    pub(super) batch: i64,
    pub(super) entry: Entry,
    /// The key of a marker, which should have none.
    pub(super) marker_key: Option<i64>,
}

/// The log. Offsets are places in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct TopicLog {
    written: Vec<Arc<Slot>>,
    /// Offsets that compaction removed, as bits.
    removed: u64,
    /// The high watermark.
    pub(super) durable: i64,
}

/// Offsets that fit into the bits.
const MOST: usize = 64;

impl TopicLog {
    pub(super) fn end(&self) -> i64 {
        self.written.len() as i64
    }

    /// Appends a batch.
    pub(super) fn append(
        &mut self,
        records: &[OffsetsRecord],
        producer: Option<Producer>,
        marker: Option<(&EndTransaction, Option<i64>)>,
    ) {
        let batch = self.end();
        let slot = |entry, marker_key| {
            Arc::new(Slot {
                batch,
                entry,
                marker_key,
            })
        };
        let record = |record: &OffsetsRecord| {
            let record = record.clone();
            slot(Entry::Record { producer, record }, None)
        };
        self.written.extend(records.iter().map(record));
        self.written.extend(marker.map(|(end, key)| {
            let EndTransaction {
                producer, ended, ..
            } = *end;
            slot(Entry::Marker { producer, ended }, key)
        }));
        assert!(self.written.len() <= MOST, "a workload is short");
    }

    /// First offsets of the batches above the high watermark.
    pub(super) fn batches_in_doubt(&self) -> Vec<i64> {
        let mut batches: Vec<i64> = self.written[self.durable as usize..]
            .iter()
            .map(|slot| slot.batch)
            .collect();
        batches.dedup();
        batches
    }

    /// Cuts the log behind so many batches above the high watermark; what is left is durable.
    pub(super) fn cut(&mut self, keep: usize) {
        let batches = self.batches_in_doubt();
        let end = batches.get(keep).copied().unwrap_or(self.end());
        self.written.truncate(end as usize);
        self.durable = end;
    }

    fn is_removed(&self, offset: i64) -> bool {
        self.removed >> offset & 1 == 1
    }

    /// All that was written, with its offsets.
    pub(super) fn written(&self) -> impl Iterator<Item = (i64, &Slot)> {
        (0..).zip(self.written.iter().map(|slot| &**slot))
    }

    /// What compaction left, with its offsets.
    pub(super) fn left(&self) -> impl Iterator<Item = (i64, &Slot)> {
        self.written()
            .filter(|(offset, _)| !self.is_removed(*offset))
    }

    /// What a pass of the cleaner removes, none if that is nothing.
    pub(super) fn cleaned(&self, removal: Removal) -> Option<TopicLog> {
        let mut cleaned = self.clone();
        match removal {
            Removal::One(offset) => cleaned.remove(offset.into()),
            Removal::Superseded => {
                let removed = self.removable(|slot| slot.is_value());
                removed
                    .into_iter()
                    .for_each(|offset| cleaned.remove(offset));
            }
            Removal::Everything => loop {
                let removed = cleaned.removable(|_| true);
                if removed.is_empty() {
                    break;
                }
                removed
                    .into_iter()
                    .for_each(|offset| cleaned.remove(offset));
            },
        }
        (cleaned.removed != self.removed).then_some(cleaned)
    }

    fn remove(&mut self, offset: i64) {
        self.removed |= 1 << offset;
    }

    /// Offsets that a cleaner may remove by itself, of the slots that are asked for.
    pub(super) fn removable(&self, asked: impl Fn(&Slot) -> bool) -> Vec<i64> {
        let settled = self.settled();
        let may = |(offset, slot): &(i64, &Slot)| {
            *offset < settled && asked(slot) && self.may_go(*offset, slot, settled)
        };
        self.left().filter(may).map(|(offset, _)| offset).collect()
    }

    /// Up to where the log is cleaned: below the high watermark, and below the first open transaction (K3).
    fn settled(&self) -> i64 {
        let open = self
            .written()
            .find(|(offset, slot)| matches!(self.fate(*offset, slot), Fate::Open));
        open.map_or(self.durable, |(offset, _)| offset.min(self.durable))
    }

    fn may_go(&self, offset: i64, slot: &Slot, settled: i64) -> bool {
        if let (Entry::Marker { producer, .. }, key) = (&slot.entry, slot.marker_key) {
            let later = |(at, other): (i64, &Slot)| at > offset && other.marker_key == key;
            return match key {
                Some(_) => self.left().take_while(|(at, _)| *at < settled).any(later),
                // A marker stays while a record of its transaction does (K7).
                None => !self.left().any(|(at, other)| {
                    other.producer() == Some(*producer)
                        && self.marker_after(at, *producer).map(|(end, _)| end) == Some(offset)
                }),
            };
        }
        // An aborted record counts for nothing (K7); of the others of a key the last is kept (K1).
        if matches!(self.fate(offset, slot), Fate::Aborted) {
            return true;
        }
        let key = slot.key();
        let same = |(_, other): &(i64, &Slot)| other.key() == key;
        let superseded = self.left().filter(same).any(|(at, other)| {
            at > offset && at < settled && matches!(self.fate(at, other), Fate::Counts)
        });
        // A tombstone stays while there is anything for it to hide (K4).
        let hides = self.left().filter(same).any(|(at, _)| at < offset);
        superseded || (!slot.is_value() && !hides)
    }

    /// The marker that ended the transaction of a record, if it is durable: the cleaner knows of no other.
    fn marker_after(&self, offset: i64, producer: Producer) -> Option<(i64, Ended)> {
        let mut durable = self.written().take_while(|(at, _)| *at < self.durable);
        durable.find_map(|(at, slot)| match slot.entry {
            Entry::Marker {
                producer: of,
                ended,
            } if of == producer && at > offset => Some((at, ended)),
            _ => None,
        })
    }

    fn fate(&self, offset: i64, slot: &Slot) -> Fate {
        let Some(producer) = slot.producer() else {
            return Fate::Counts;
        };
        match self.marker_after(offset, producer) {
            Some((_, Ended::Committed)) => Fate::Counts,
            Some((_, Ended::Aborted)) => Fate::Aborted,
            None => Fate::Open,
        }
    }
}

enum Fate {
    Counts,
    Aborted,
    Open,
}

impl Slot {
    fn producer(&self) -> Option<Producer> {
        match self.entry {
            Entry::Record { producer, .. } => producer,
            Entry::Marker { .. } => None,
        }
    }

    fn key(&self) -> Option<RecordKey> {
        let Entry::Record { record, .. } = &self.entry else {
            return None;
        };
        Some(match record.clone() {
            OffsetsRecord::Offset {
                group,
                topic,
                partition,
                ..
            } => RecordKey::Offset {
                group,
                topic,
                partition,
            },
            OffsetsRecord::Group { group, .. } => RecordKey::Group { group },
            OffsetsRecord::ConsumerGroup { group, .. } => RecordKey::ConsumerGroup { group },
            OffsetsRecord::ConsumerMember { group, member, .. } => {
                RecordKey::ConsumerMember { group, member }
            }
            OffsetsRecord::Unknown { key_type } => RecordKey::Unknown { key_type },
        })
    }

    /// A record that is no tombstone.
    pub(super) fn is_value(&self) -> bool {
        let Entry::Record { record, .. } = &self.entry else {
            return false;
        };
        match record {
            OffsetsRecord::Offset { value, .. } => value.is_some(),
            OffsetsRecord::Group { value, .. } => value.is_some(),
            OffsetsRecord::ConsumerGroup { value, .. } => value.is_some(),
            OffsetsRecord::ConsumerMember { value, .. } => value.is_some(),
            OffsetsRecord::Unknown { .. } => true,
        }
    }
}

/// A part of the log by its meaning.
pub(super) fn meant<'a>(
    slots: impl Iterator<Item = (i64, &'a Slot)>,
) -> Vec<(Offset, topic::Entry)> {
    offsets_topic::meant(slots.map(|(offset, slot)| (offset, &slot.entry)))
}
