//! Logs made by hand: what was written, what a reader finds, and both as they should be unless a case says otherwise.

use std::collections::BTreeMap;

use plimsoll_promises::{
    Offset, Value,
    storage::{
        Aborted, Batch, BatchKind, Cleaned, Fetched, LogView, ProducerState, Record, Source,
        Written,
    },
};

/// How long a tombstone stays.
pub const RETENTION_MS: i64 = 10;

/// A record's time: later with each offset.
pub fn time_of(offset: Offset) -> i64 {
    1_000 + 10 * offset
}

pub fn record(offset: Offset, key: Value, value: Option<Value>) -> Record {
    Record {
        offset,
        key: Some(key),
        value,
        timestamp_ms: time_of(offset),
    }
}

/// A batch that starts at `base`, of records with these keys and values. Nobody in particular wrote it.
pub fn batch(base: Offset, records: &[(Value, Option<Value>)]) -> Batch {
    let records = (base..).zip(records);
    let records: Vec<_> = records
        .map(|(offset, (key, value))| record(offset, *key, *value))
        .collect();
    Batch {
        base,
        last: base + records.len() as Offset - 1,
        leader_epoch: 0,
        source: None,
        kind: BatchKind::Plain,
        records,
    }
}

/// One record of a key, with a value.
pub fn one(base: Offset, key: Value, value: Value) -> Batch {
    batch(base, &[(key, Some(value))])
}

/// One tombstone.
pub fn gone(base: Offset, key: Value) -> Batch {
    batch(base, &[(key, None)])
}

/// The same batch by a producer.
pub fn by(id: i64, epoch: i16, sequence: i32, batch: Batch) -> Batch {
    Batch {
        source: Some(Source {
            id,
            epoch,
            sequence,
        }),
        ..batch
    }
}

/// The same batch in a producer's transaction; its sequence is its offset.
pub fn transactional(id: i64, batch: Batch) -> Batch {
    let sequence = batch.base as i32;
    Batch {
        kind: BatchKind::Transactional,
        ..by(id, 0, sequence, batch)
    }
}

/// The end of a producer's transaction.
pub fn marker(at: Offset, id: i64, committed: bool) -> Batch {
    let kind = BatchKind::Marker { committed };
    let empty = Batch {
        kind,
        last: at,
        ..batch(at, &[])
    };
    by(id, 0, -1, empty)
}

/// The same batch with nothing left in it.
pub fn emptied(batch: Batch) -> Batch {
    Batch {
        records: Vec::new(),
        ..batch
    }
}

/// The same batch in a leader epoch.
pub fn in_epoch(leader_epoch: i32, batch: Batch) -> Batch {
    Batch {
        leader_epoch,
        ..batch
    }
}

/// How the log was written.
#[derive(Debug, Clone)]
pub struct History {
    pub batches: Vec<Batch>,
    pub synced: Offset,
    pub start: (Offset, Offset),
    pub cleaned: Vec<Cleaned>,
    pub compacted: bool,
    pub delete_retention_ms: i64,
}

impl History {
    /// All of it synced, nothing cleaned, nothing deleted.
    pub fn of(batches: &[Batch]) -> Self {
        Self {
            batches: batches.to_vec(),
            synced: batches.last().map_or(0, |batch| batch.last + 1),
            start: (0, 0),
            cleaned: Vec::new(),
            compacted: true,
            delete_retention_ms: RETENTION_MS,
        }
    }

    /// One pass that came to its end.
    pub fn cleaned(self, below: Offset) -> Self {
        self.passes(&[pass(below, 100)])
    }

    pub fn passes(self, cleaned: &[Cleaned]) -> Self {
        Self {
            cleaned: cleaned.to_vec(),
            ..self
        }
    }

    pub fn not_synced_from(self, synced: Offset) -> Self {
        Self { synced, ..self }
    }

    pub fn starting(self, least: Offset, greatest: Offset) -> Self {
        Self {
            start: (least, greatest),
            ..self
        }
    }
}

/// A pass of the cleaner that came to its end.
pub fn pass(below: Offset, at_ms: i64) -> Cleaned {
    Cleaned {
        below,
        at_ms,
        finished: true,
    }
}

/// A pass that a crash cut short.
pub fn cut_short(below: Offset, at_ms: i64) -> Cleaned {
    Cleaned {
        finished: false,
        ..pass(below, at_ms)
    }
}

impl Written for History {
    fn batches(&self) -> &[Batch] {
        &self.batches
    }

    fn synced(&self) -> Offset {
        self.synced
    }

    fn start(&self) -> (Offset, Offset) {
        self.start
    }

    fn cleaned(&self) -> &[Cleaned] {
        &self.cleaned
    }

    fn compacted(&self) -> bool {
        self.compacted
    }

    fn delete_retention_ms(&self) -> i64 {
        self.delete_retention_ms
    }
}

/// What a reader finds.
#[derive(Debug, Clone)]
pub struct Found {
    pub start: Offset,
    pub end: Offset,
    pub last_stable: Offset,
    pub batches: Vec<Batch>,
    pub producers: Vec<ProducerState>,
    pub leader_epochs: Vec<(i32, Offset)>,
    pub aborted: Vec<Aborted>,
    /// What fetches come to where a case says so; elsewhere they are right.
    pub fetches: BTreeMap<Offset, Fetched>,
    /// What is said of times where a case says so; elsewhere that is right.
    pub since: BTreeMap<i64, Option<(Offset, i64)>>,
}

impl Found {
    /// A log of these batches; of its producers, epochs and transactions a case says what is known.
    pub fn of(batches: &[Batch]) -> Self {
        let end = batches.last().map_or(0, |batch| batch.last + 1);
        Self {
            start: 0,
            end,
            last_stable: end,
            batches: batches.to_vec(),
            producers: Vec::new(),
            leader_epochs: batches
                .first()
                .map(|b| (b.leader_epoch, b.base))
                .into_iter()
                .collect(),
            aborted: Vec::new(),
            fetches: BTreeMap::new(),
            since: BTreeMap::new(),
        }
    }

    pub fn starting(self, start: Offset) -> Self {
        Self { start, ..self }
    }

    pub fn ending(self, end: Offset) -> Self {
        Self { end, ..self }
    }

    pub fn stable(self, last_stable: Offset) -> Self {
        Self {
            last_stable,
            ..self
        }
    }

    pub fn aborting(self, aborted: &[Aborted]) -> Self {
        Self {
            aborted: aborted.to_vec(),
            ..self
        }
    }

    pub fn knowing(self, producers: &[ProducerState]) -> Self {
        Self {
            producers: producers.to_vec(),
            ..self
        }
    }

    pub fn in_epochs(self, epochs: &[(i32, Offset)]) -> Self {
        Self {
            leader_epochs: epochs.to_vec(),
            ..self
        }
    }

    pub fn fetching(mut self, at: Offset, comes_to: Fetched) -> Self {
        self.fetches.insert(at, comes_to);
        self
    }

    pub fn since(mut self, timestamp_ms: i64, answer: Option<(Offset, i64)>) -> Self {
        self.since.insert(timestamp_ms, answer);
        self
    }
}

/// An aborted transaction.
pub fn aborted(first: Offset, marker: Offset, producer: i64) -> Aborted {
    Aborted {
        first,
        marker,
        producer,
    }
}

/// What is remembered of a producer.
pub fn producer(id: i64, epoch: i16, batches: &[(i32, i32, Offset)]) -> ProducerState {
    ProducerState {
        id,
        epoch,
        batches: batches.to_vec(),
    }
}

impl LogView for Found {
    fn start(&self) -> Offset {
        self.start
    }

    fn end(&self) -> Offset {
        self.end
    }

    fn last_stable(&self) -> Offset {
        self.last_stable
    }

    fn batches(&self) -> &[Batch] {
        &self.batches
    }

    fn producers(&self) -> &[ProducerState] {
        &self.producers
    }

    fn leader_epochs(&self) -> &[(i32, Offset)] {
        &self.leader_epochs
    }

    fn aborted(&self) -> &[Aborted] {
        &self.aborted
    }

    fn fetch(&self, at: Offset) -> Fetched {
        if let Some(comes_to) = self.fetches.get(&at) {
            return comes_to.clone();
        }
        if at < self.start || at > self.end {
            return Fetched::OutOfRange;
        }
        let next = self.batches.iter().find(|batch| at <= batch.last);
        next.map_or(Fetched::Empty, |batch| Fetched::From(batch.base))
    }

    fn first_since(&self, timestamp_ms: i64) -> Option<(Offset, i64)> {
        if let Some(answer) = self.since.get(&timestamp_ms) {
            return *answer;
        }
        let mut records = self.batches.iter().flat_map(|batch| &batch.records);
        records
            .find(|r| r.offset >= self.start && r.timestamp_ms >= timestamp_ms)
            .map(|r| (r.offset, r.timestamp_ms))
    }
}
