//! What a prefix of the offsets log adds up to. Of two records of one key the one with the greater offset counts (O1); a
//! commit in a transaction counts where its own record stands, once the marker is there (KAFKA-5247).

use std::collections::{BTreeMap, BTreeSet};

use super::api::Producer;
use super::record::{Committed, Entry, Generation, Record};
use super::{GroupId, Place, Position};

/// A commit that waits for its transaction's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pending {
    at: Position,
    epoch: i16,
    committed: Committed,
}

/// What a prefix of the log adds up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    offsets: BTreeMap<(GroupId, Place), (Position, Option<Committed>)>,
    pending: BTreeMap<(GroupId, Place, i64), Pending>,
    groups: BTreeMap<GroupId, Option<Generation>>,
    /// The latest epoch of each producer: an older one may not write any more.
    epochs: BTreeMap<i64, i16>,
}

impl Table {
    /// Takes in what stands at the next offset.
    pub fn apply(&mut self, at: Position, entry: &Entry) {
        match entry {
            Entry::Marker(producer, committed) => self.end(*producer, *committed),
            Entry::Record(_, Record::Group { group, value }) => {
                self.groups.insert(*group, value.clone());
            }
            Entry::Record(
                Some(producer),
                Record::Offset {
                    group,
                    place,
                    value: Some(value),
                },
            ) => {
                self.raise_epoch(*producer);
                let pending = Pending {
                    at,
                    epoch: producer.epoch,
                    committed: *value,
                };
                self.pending.insert((*group, *place, producer.id), pending);
            }
            Entry::Record(
                _,
                Record::Offset {
                    group,
                    place,
                    value,
                },
            ) => {
                if value.is_none() {
                    // What a transaction committed before can never count again.
                    self.pending.retain(|(g, p, _), _| (g, p) != (group, place));
                }
                self.put((*group, *place), at, *value);
            }
        }
    }

    fn raise_epoch(&mut self, producer: Producer) {
        let epoch = self.epochs.entry(producer.id).or_insert(producer.epoch);
        *epoch = producer.epoch.max(*epoch);
    }

    fn end(&mut self, producer: Producer, committed: bool) {
        self.raise_epoch(producer);
        let ended = |(_, _, id): &(GroupId, Place, i64), pending: &Pending| {
            *id == producer.id && pending.epoch <= producer.epoch
        };
        let settled: Vec<_> = self
            .pending
            .iter()
            .filter(|(key, pending)| ended(key, pending))
            .map(|(key, pending)| (*key, *pending))
            .collect();
        for ((group, place, id), pending) in settled {
            self.pending.remove(&(group, place, id));
            if committed {
                self.put((group, place), pending.at, Some(pending.committed));
            }
        }
    }

    fn put(&mut self, key: (GroupId, Place), at: Position, value: Option<Committed>) {
        let newer = |(before, _): &(Position, Option<Committed>)| *before < at;
        if self.offsets.get(&key).is_none_or(newer) {
            self.offsets.insert(key, (at, value));
        }
    }

    /// What is committed for a partition.
    pub fn offset(&self, group: GroupId, place: Place) -> Option<&Committed> {
        self.offsets.get(&(group, place))?.1.as_ref()
    }

    /// All that is committed of a group.
    pub fn offsets(&self, group: GroupId) -> impl Iterator<Item = (Place, &Committed)> {
        let of_group = self.offsets.iter().filter(move |((g, _), _)| *g == group);
        of_group.filter_map(|((_, place), (_, value))| Some((*place, value.as_ref()?)))
    }

    /// Whether a transaction that is open may change the offset (O4).
    pub fn is_pending(&self, group: GroupId, place: Place) -> bool {
        self.pending(group).any(|(p, _, _)| p == place)
    }

    /// What waits for transactions of a group to end: partition, producer and commit.
    pub fn pending(&self, group: GroupId) -> impl Iterator<Item = (Place, i64, &Committed)> {
        let of_group = self
            .pending
            .iter()
            .filter(move |((g, _, _), _)| *g == group);
        of_group.map(|((_, place, producer), pending)| (*place, *producer, &pending.committed))
    }

    /// The last generation that was written.
    pub fn generation(&self, group: GroupId) -> Option<&Generation> {
        self.groups.get(&group)?.as_ref()
    }

    /// The groups that there are: with a record, an offset, or one that waits for a transaction.
    pub fn groups(&self) -> BTreeSet<GroupId> {
        let with_record = self.groups.iter().filter(|(_, value)| value.is_some());
        let with_offset = self
            .offsets
            .iter()
            .filter(|(_, (_, value))| value.is_some());
        let pending = self.pending.keys().map(|(group, _, _)| *group);
        let with_record = with_record.map(|(group, _)| *group);
        let with_offset = with_offset.map(|((group, _), _)| *group);
        with_record.chain(with_offset).chain(pending).collect()
    }

    /// Whether a producer was fenced by a later epoch of its own.
    pub fn is_fenced(&self, producer: Producer) -> bool {
        let latest = self.epochs.get(&producer.id);
        latest.is_some_and(|latest| producer.epoch < *latest)
    }
}
