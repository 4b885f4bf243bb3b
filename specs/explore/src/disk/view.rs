//! The real log, as the promises see it.

use std::sync::Arc;

use plimsoll_disk::SimDisk;
use plimsoll_log::{Batch, Log, Marker, Outcome, ReadError};
use plimsoll_model::storage::{self as model, Ending, StorageLog};
use plimsoll_promises::{
    Offset,
    storage::{self, Aborted, BatchKind, Fetched, LogView, ProducerState, Record, Source},
};

/// Everything that readers and producers find in a log.
#[derive(Debug)]
pub struct RealLog<'a> {
    log: &'a Log,
    disk: &'a SimDisk,
    batches: Vec<storage::Batch>,
    producers: Vec<ProducerState>,
    leader_epochs: Vec<(i32, Offset)>,
    aborted: Vec<Aborted>,
}

/// A number of at most eight bytes, as it was written.
fn number(bytes: &Option<Arc<[u8]>>) -> Option<u64> {
    let bytes = bytes.as_ref()?;
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

/// A batch, or why it makes no sense. A marker that compaction has emptied does not say any more what it was: that is
/// taken from what was written.
fn batch(batch: &Batch, written: &StorageLog) -> Result<storage::Batch, String> {
    let header = batch.header();
    let marker = batch.marker().map_err(|error| error.to_string())?;
    let kind = match marker {
        Some(Marker::End(end)) => BatchKind::Marker {
            committed: end.outcome == Outcome::Commit,
        },
        Some(Marker::Other { kind }) => return Err(format!("a marker of kind {kind}")),
        None if header.attributes.is_control() => {
            let was = written.batch_at(header.base_offset).map(|was| was.kind);
            BatchKind::Marker {
                committed: was == Some(model::Kind::Marker(Ending::Commit)),
            }
        }
        None if header.attributes.is_transactional() => BatchKind::Transactional,
        None => BatchKind::Plain,
    };
    let records = match header.attributes.is_control() {
        true => Vec::new(),
        false => batch.records().map_err(|error| error.to_string())?,
    };
    let records = records.iter().map(|record| Record {
        offset: record.offset,
        key: number(&record.key),
        value: number(&record.value),
        timestamp_ms: record.timestamp_ms,
    });
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
        records: records.collect(),
    })
}

impl<'a> RealLog<'a> {
    /// Reads all of a log.
    ///
    /// # Errors
    /// What cannot be read, or makes no sense, in words.
    pub fn of(log: &'a Log, disk: &'a SimDisk, written: &StorageLog) -> Result<Self, String> {
        let (start, end) = (log.log_start_offset(), log.log_end_offset());
        let read = log
            .read(disk, start, end, usize::MAX)
            .map_err(|error| error.to_string())?;
        let producers = log.producers().map(|(id, known)| ProducerState {
            id,
            epoch: known.epoch,
            batches: known
                .batches
                .iter()
                .map(|batch| (batch.first_sequence, batch.last_sequence, batch.base_offset))
                .collect(),
        });
        let mut aborted: Vec<_> = log
            .aborted_transactions(start, end)
            .iter()
            .map(|description| Aborted {
                first: description.first_offset,
                marker: description.last_offset,
                producer: description.producer_id,
            })
            .collect();
        aborted.sort_unstable();
        let epochs = log.leader_epochs().iter();
        Ok(Self {
            log,
            disk,
            batches: read
                .iter()
                .map(|one| batch(one, written))
                .collect::<Result<_, _>>()?,
            producers: producers.collect(),
            leader_epochs: epochs.map(|e| (e.epoch, e.start_offset)).collect(),
            aborted,
        })
    }
}

impl LogView for RealLog<'_> {
    fn start(&self) -> Offset {
        self.log.log_start_offset()
    }

    fn end(&self) -> Offset {
        self.log.log_end_offset()
    }

    fn last_stable(&self) -> Offset {
        self.log.last_stable_offset()
    }

    fn batches(&self) -> &[storage::Batch] {
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
        match self.log.read(self.disk, at, self.end(), 1) {
            Ok(batches) => batches.first().map_or(Fetched::Empty, |batch| {
                Fetched::From(batch.header().base_offset)
            }),
            Err(ReadError::OutOfRange { .. }) => Fetched::OutOfRange,
            Err(error) => Fetched::Failed(error.to_string()),
        }
    }

    /// The log answers for what is durable. Above that it does not say, so the scan answers.
    fn first_since(&self, timestamp_ms: i64) -> Option<(Offset, i64)> {
        match self.log.offset_for_time(self.disk, timestamp_ms) {
            Ok(Some(found)) => Some(found),
            Err(_) => None,
            Ok(None) => {
                let mut records = self.batches.iter().flat_map(|batch| &batch.records);
                let first = records.find(|record| {
                    record.offset >= self.start() && record.timestamp_ms >= timestamp_ms
                })?;
                let hidden = first.offset >= self.log.synced_end_offset();
                hidden.then_some((first.offset, first.timestamp_ms))
            }
        }
    }
}
