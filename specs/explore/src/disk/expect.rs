//! What was written, as the promises see it: the abstract log, and what a crash leaves open.

use std::sync::Arc;

use plimsoll_model::storage::{self as model, Ending, Kind, StorageLog};
use plimsoll_promises::{
    Offset,
    storage::{Batch, BatchKind, Cleaned, Record, Source, Written},
};

/// How long a tombstone stays, and how far the clock steps.
pub(super) const RETENTION_MS: i64 = 1_000;

/// The time of a workload's beginning.
const BEGIN_MS: i64 = 10_000;

/// What is expected of a running log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expect {
    /// Everything that was written and may be in the log.
    pub(super) log: Arc<StorageLog>,
    /// Everything below was acknowledged to its producer.
    pub(super) acknowledged: Offset,
    /// Steps of the clock.
    pub(super) clock: u8,
    /// How often the log was opened; a leader epoch each.
    pub(super) epoch: u8,
    /// Records that were ever sent: no value is sent twice.
    pub(super) sent: u8,
}

impl Expect {
    pub(super) fn new() -> Self {
        Self {
            log: Arc::new(StorageLog::new(true)),
            acknowledged: 0,
            clock: 0,
            epoch: 0,
            sent: 0,
        }
    }

    /// What the clock says.
    pub(super) fn now_ms(&self) -> i64 {
        BEGIN_MS + i64::from(self.clock) * RETENTION_MS
    }
}

/// What a crash in a step leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Open {
    /// Everything that was written; what the step appends is among it.
    pub(super) log: Arc<StorageLog>,
    /// The least log start: before a deletion that was under way.
    pub(super) least_start: Offset,
    /// Whether the last pass of the cleaner came to its end.
    pub(super) finished: bool,
    /// What the pass that was under way made of what.
    pub(super) swap: Option<Arc<(Vec<Batch>, Vec<Batch>)>>,
    /// Everything below was acknowledged to its producer.
    pub(super) acknowledged: Offset,
    /// What the clock says.
    pub(super) now_ms: i64,
}

/// The abstract log, in the promises' words.
#[derive(Debug)]
pub struct WrittenLog {
    batches: Vec<Batch>,
    synced: Offset,
    start: (Offset, Offset),
    cleaned: Vec<Cleaned>,
    compacted: bool,
    delete_retention_ms: i64,
}

impl WrittenLog {
    /// What was written, with the bounds of the log start and the passes of the cleaner as somebody else knows them.
    pub fn new(
        log: &StorageLog,
        start: (Offset, Offset),
        cleaned: Vec<Cleaned>,
        delete_retention_ms: i64,
    ) -> Self {
        Self {
            batches: log.batches.iter().map(batch).collect(),
            synced: log.synced,
            start,
            cleaned,
            compacted: log.compacted,
            delete_retention_ms,
        }
    }

    /// Of a log at rest.
    pub(super) fn of(log: &StorageLog) -> Self {
        let passes = log.passes.iter().map(|pass| Cleaned {
            below: pass.below,
            at_ms: pass.at_ms,
            finished: true,
        });
        Self::new(log, (log.start, log.start), passes.collect(), RETENTION_MS)
    }

    /// Of a log after a crash.
    pub(super) fn after(open: &Open) -> Self {
        let mut known = Self::of(&open.log);
        known.start.0 = open.least_start;
        if let (Some(last), false) = (known.cleaned.last_mut(), open.finished) {
            last.finished = false;
        }
        known
    }

    /// The log was opened and ends at `end`: everything that is left is durable then.
    pub(super) fn opened(self, end: Offset) -> Self {
        Self {
            synced: end,
            ..self
        }
    }
}

/// A batch, in the promises' words.
pub fn batch(batch: &model::Batch) -> Batch {
    let records = batch.records.iter().map(|record| Record {
        offset: record.offset,
        key: record.key.map(u64::from),
        value: record.value.map(u64::from),
        timestamp_ms: record.timestamp_ms,
    });
    Batch {
        base: batch.base,
        last: batch.last,
        leader_epoch: batch.leader_epoch,
        source: batch.producer.map(|producer| Source {
            id: producer.id,
            epoch: producer.epoch,
            sequence: producer.sequence,
        }),
        kind: match batch.kind {
            Kind::Plain => BatchKind::Plain,
            Kind::Transactional => BatchKind::Transactional,
            Kind::Marker(ending) => BatchKind::Marker {
                committed: ending == Ending::Commit,
            },
        },
        records: records.collect(),
    }
}

impl Written for WrittenLog {
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
