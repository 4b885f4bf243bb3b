//! The log as readers and producers find it, and the vector that it is held against, both in the promises' words.

use std::sync::Arc;

use plimsoll_disk::SimDisk;
use plimsoll_log::{Batch, Log, Marker, Outcome, ReadError};
use plimsoll_model::storage::{self as model, Ending, Kind, StorageLog};
use plimsoll_promises::storage::{
    self, Aborted, BatchKind, Cleaned, Fetched, LogView, ProducerState, Record, Source, Written,
};

use crate::setup::DELETE_RETENTION_MS;

/// Everything that is found in a log.
pub struct Found<'a> {
    log: &'a Log,
    disk: &'a SimDisk,
    pub batches: Vec<storage::Batch>,
    producers: Vec<ProducerState>,
    leader_epochs: Vec<(i32, i64)>,
    aborted: Vec<Aborted>,
}

fn number(bytes: &Option<Arc<[u8]>>) -> Option<u64> {
    let bytes = bytes.as_ref()?;
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

/// A batch that was read, or why it makes no sense.
fn of_batch(batch: &Batch, model: &StorageLog) -> Result<storage::Batch, String> {
    let header = batch.header();
    let marker = batch.marker().map_err(|error| error.to_string())?;
    let kind = match marker {
        Some(Marker::End(end)) => BatchKind::Marker {
            committed: end.outcome == Outcome::Commit,
        },
        Some(Marker::Other { kind }) => return Err(format!("a marker of kind {kind}")),
        // Compaction has emptied it, so that it does not say any more what it was.
        None if header.attributes.is_control() => {
            let was = model.batch_at(header.base_offset);
            BatchKind::Marker {
                committed: was.is_some_and(|was| was.kind == Kind::Marker(Ending::Commit)),
            }
        }
        None if header.attributes.is_transactional() => BatchKind::Transactional,
        None => BatchKind::Plain,
    };
    let records = match header.attributes.is_control() {
        true => Vec::new(),
        false => batch.records().map_err(|error| error.to_string())?,
    };
    let record = |record: &plimsoll_log::Record| Record {
        offset: record.offset,
        key: number(&record.key),
        value: number(&record.value),
        timestamp_ms: record.timestamp_ms,
    };
    Ok(storage::Batch {
        base: header.base_offset,
        last: header.last_offset(),
        leader_epoch: header.leader_epoch,
        source: (header.producer_id >= 0).then_some(Source {
            id: header.producer_id,
            epoch: header.producer_epoch,
            sequence: header.base_sequence,
        }),
        kind,
        records: records.iter().map(record).collect(),
    })
}

impl<'a> Found<'a> {
    /// Reads all of a log.
    pub fn of(log: &'a Log, disk: &'a SimDisk, model: &StorageLog) -> Result<Self, String> {
        let (start, end) = (log.log_start_offset(), log.log_end_offset());
        let read = log.read(disk, start, end, usize::MAX);
        let read = read.map_err(|error| format!("the log cannot be read: {error}"))?;
        let producers = log.producers().map(|(id, known)| ProducerState {
            id,
            epoch: known.epoch,
            batches: known
                .batches
                .iter()
                .map(|b| (b.first_sequence, b.last_sequence, b.base_offset))
                .collect(),
        });
        let aborted = log.aborted_transactions(start, end).into_iter();
        Ok(Found {
            log,
            disk,
            batches: read
                .iter()
                .map(|b| of_batch(b, model))
                .collect::<Result<_, _>>()?,
            producers: producers.collect(),
            leader_epochs: log
                .leader_epochs()
                .iter()
                .map(|e| (e.epoch, e.start_offset))
                .collect(),
            aborted: aborted
                .map(|description| Aborted {
                    first: description.first_offset,
                    marker: description.last_offset,
                    producer: description.producer_id,
                })
                .collect(),
        })
    }
}

impl LogView for Found<'_> {
    fn start(&self) -> i64 {
        self.log.log_start_offset()
    }

    fn end(&self) -> i64 {
        self.log.log_end_offset()
    }

    fn last_stable(&self) -> i64 {
        self.log.last_stable_offset()
    }

    fn batches(&self) -> &[storage::Batch] {
        &self.batches
    }

    fn producers(&self) -> &[ProducerState] {
        &self.producers
    }

    fn leader_epochs(&self) -> &[(i32, i64)] {
        &self.leader_epochs
    }

    fn aborted(&self) -> &[Aborted] {
        &self.aborted
    }

    fn fetch(&self, at: i64) -> Fetched {
        match self.log.read(self.disk, at, self.end(), 1) {
            Ok(batches) => match batches.first() {
                Some(batch) => Fetched::From(batch.header().base_offset),
                None => Fetched::Empty,
            },
            Err(ReadError::OutOfRange { .. }) => Fetched::OutOfRange,
            Err(error) => Fetched::Failed(error.to_string()),
        }
    }

    /// The log answers for what is durable; above that it does not say, so the scan answers.
    fn first_since(&self, timestamp_ms: i64) -> Option<(i64, i64)> {
        match self.log.offset_for_time(self.disk, timestamp_ms) {
            Ok(Some(found)) => Some(found),
            Err(_) => None,
            Ok(None) => {
                let records = self.batches.iter().flat_map(|batch| &batch.records);
                let mut visible = records.filter(|record| record.offset >= self.start());
                let first = visible.find(|record| record.timestamp_ms >= timestamp_ms)?;
                let hidden = first.offset >= self.log.synced_end_offset();
                hidden.then_some((first.offset, first.timestamp_ms))
            }
        }
    }
}

/// Everything that was written.
pub struct WrittenLog {
    batches: Vec<storage::Batch>,
    synced: i64,
    start: (i64, i64),
    cleaned: Vec<Cleaned>,
    compacted: bool,
}

impl WrittenLog {
    pub fn of(model: &StorageLog, start: (i64, i64), cleaned: &[Cleaned]) -> WrittenLog {
        WrittenLog {
            batches: model.batches.iter().map(written).collect(),
            synced: model.synced,
            start,
            cleaned: cleaned.to_vec(),
            compacted: model.compacted,
        }
    }
}

/// A batch of the model.
pub fn written(batch: &model::Batch) -> storage::Batch {
    let records = batch.records.iter().map(|record| Record {
        offset: record.offset,
        key: record.key.map(u64::from),
        value: record.value.map(u64::from),
        timestamp_ms: record.timestamp_ms,
    });
    storage::Batch {
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
    fn batches(&self) -> &[storage::Batch] {
        &self.batches
    }

    fn synced(&self) -> i64 {
        self.synced
    }

    fn start(&self) -> (i64, i64) {
        self.start
    }

    fn cleaned(&self) -> &[Cleaned] {
        &self.cleaned
    }

    fn compacted(&self) -> bool {
        self.compacted
    }

    fn delete_retention_ms(&self) -> i64 {
        DELETE_RETENTION_MS
    }
}
