//! What a log shows of itself, and what is known of how it was written.

use std::collections::BTreeMap;

use crate::{Offset, Value};

/// A record as a reader gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    /// Where it stands.
    pub offset: Offset,
    /// Its key or a fingerprint of it.
    pub key: Option<Value>,
    /// Its value or a fingerprint of it; `None` is a tombstone.
    pub value: Option<Value>,
    /// When it was made, in milliseconds.
    pub timestamp_ms: i64,
}

/// Who wrote a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// The producer id.
    pub id: i64,
    /// The producer epoch.
    pub epoch: i16,
    /// The sequence of the first record.
    pub sequence: i32,
}

/// What a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchKind {
    /// Its records count as they stand.
    Plain,
    /// Its records count once their transaction is committed.
    Transactional,
    /// It ends its producer's transaction: committed, or aborted.
    Marker {
        /// Whether the transaction counts.
        committed: bool,
    },
}

/// A batch as a reader gets it. Compaction takes records out of it, and keeps its first and last offset.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Batch {
    /// Its first offset.
    pub base: Offset,
    /// Its last offset.
    pub last: Offset,
    /// The leader epoch in which it was appended.
    pub leader_epoch: i32,
    /// Who wrote it, if that is known.
    pub source: Option<Source>,
    /// What it is.
    pub kind: BatchKind,
    /// Its records; a marker shows none.
    pub records: Vec<Record>,
}

/// What a log remembers of a producer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProducerState {
    /// The producer id.
    pub id: i64,
    /// Its newest epoch.
    pub epoch: i16,
    /// Its last batches in that epoch, the newest last: first sequence, last sequence, first offset.
    pub batches: Vec<(i32, i32, Offset)>,
}

/// An aborted transaction, as a log tells it to readers of committed records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aborted {
    /// The offset of its first record.
    pub first: Offset,
    /// The offset of its marker.
    pub marker: Offset,
    /// The producer id.
    pub producer: i64,
}

/// What a fetch came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// Batches, the first of which begins at this offset.
    From(Offset),
    /// Nothing, without an error.
    Empty,
    /// The offset is outside the log.
    OutOfRange,
    /// The log cannot be read there.
    Failed(String),
}

/// The log as readers and producers find it.
pub trait LogView {
    /// The log start offset.
    fn start(&self) -> Offset;

    /// The offset of the next record.
    fn end(&self) -> Offset;

    /// Readers of committed records see what is below.
    fn last_stable(&self) -> Offset;

    /// The batches that a scan from the start returns, in the order in which it does.
    fn batches(&self) -> &[Batch];

    /// What is remembered of the producers, by id.
    fn producers(&self) -> &[ProducerState];

    /// The leader epochs, with the offset at which each began.
    fn leader_epochs(&self) -> &[(i32, Offset)];

    /// The aborted transactions that readers are told of.
    fn aborted(&self) -> &[Aborted];

    /// What a fetch at this offset comes to, when everything may be read.
    fn fetch(&self, at: Offset) -> Fetched;

    /// Offset and timestamp of the first record at or after a time.
    fn first_since(&self, timestamp_ms: i64) -> Option<(Offset, i64)>;
}

/// A pass of the cleaner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cleaned {
    /// It went over what is below this offset.
    pub below: Offset,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// Whether it came to its end: if a crash came before, each of its effects is there or not.
    pub finished: bool,
}

/// How the log was written, to the best of somebody's knowledge who keeps everything.
pub trait Written {
    /// Everything that was appended and may be in the log, in order, as it was when it was appended.
    fn batches(&self) -> &[Batch];

    /// Everything below was synced.
    fn synced(&self) -> Offset;

    /// The least and the greatest start: they differ where a crash came into a deletion.
    fn start(&self) -> (Offset, Offset);

    /// The passes of the cleaner, the oldest first.
    fn cleaned(&self) -> &[Cleaned];

    /// Whether the log is compacted.
    fn compacted(&self) -> bool;

    /// How long a tombstone stays after the first pass that reached it.
    fn delete_retention_ms(&self) -> i64;

    /// How far any pass may have gone.
    fn cleaned_below(&self) -> Offset {
        let below = self.cleaned().iter().map(|pass| pass.below);
        below.max().unwrap_or(0)
    }
}

/// The transactions in these batches.
pub(super) struct Outcomes {
    /// Each transactional batch by its first offset: the marker's offset and whether it counts, if it is decided.
    pub(super) batches: BTreeMap<Offset, Option<(Offset, bool)>>,
    /// First offset, marker and producer of each aborted transaction.
    pub(super) aborted: Vec<Aborted>,
}

/// Who decided what, as a scan finds it.
pub(super) fn outcomes(batches: &[Batch]) -> Outcomes {
    let mut decided = BTreeMap::new();
    let mut open: BTreeMap<i64, Vec<Offset>> = BTreeMap::new();
    let mut aborted = Vec::new();
    for batch in batches {
        let Some(source) = batch.source else { continue };
        match batch.kind {
            BatchKind::Plain => {}
            BatchKind::Transactional => {
                decided.insert(batch.base, None);
                open.entry(source.id).or_default().push(batch.base);
            }
            BatchKind::Marker { committed } => {
                let ended = open.remove(&source.id).unwrap_or_default();
                for base in &ended {
                    decided.insert(*base, Some((batch.base, committed)));
                }
                if let (Some(first), false) = (ended.first(), committed) {
                    aborted.push(Aborted {
                        first: *first,
                        marker: batch.base,
                        producer: source.id,
                    });
                }
            }
        }
    }
    aborted.sort_unstable();
    Outcomes {
        batches: decided,
        aborted,
    }
}

/// The batches below `end`: what a crash left of what was written.
pub(super) fn below(batches: &[Batch], end: Offset) -> &[Batch] {
    let count = batches.partition_point(|batch| batch.last < end);
    &batches[..count]
}

/// The batch that holds `offset`.
pub(super) fn holding(batches: &[Batch], offset: Offset) -> Option<&Batch> {
    let index = batches.partition_point(|batch| batch.last < offset);
    batches.get(index).filter(|batch| batch.base <= offset)
}

/// The record at `offset`.
pub(super) fn record(batches: &[Batch], offset: Offset) -> Option<&Record> {
    let batch = holding(batches, offset)?;
    batch.records.iter().find(|record| record.offset == offset)
}

/// The records that count, with the batch that each is in: those of aborted and open transactions do not.
pub(super) fn counting<'a>(
    batches: &'a [Batch],
    outcomes: &'a Outcomes,
) -> impl Iterator<Item = &'a Record> {
    let counts = |batch: &&Batch| match outcomes.batches.get(&batch.base) {
        Some(decided) => decided.is_some_and(|(_, committed)| committed),
        None => true,
    };
    batches
        .iter()
        .filter(counts)
        .flat_map(|batch| &batch.records)
}

/// The newest record that counts of each key below `bound`.
pub(super) fn newest(
    batches: &[Batch],
    outcomes: &Outcomes,
    bound: Offset,
) -> BTreeMap<Value, Record> {
    counting(batches, outcomes)
        .filter(|record| record.offset < bound)
        .filter_map(|record| Some((record.key?, *record)))
        .collect()
}
