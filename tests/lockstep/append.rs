//! Appends, step by step with the vector: the same offsets, the same duplicates, the same refusals.

use plimsoll_log::{
    AppendError, Appended, Batch, Compression, EndMarker, NewBatch, NewRecord, Outcome, Producer,
    ProducerError, sequence_after,
};
use plimsoll_model::storage::{self as model, Ending, Placed, Refused, Sent, StorageLog};

use crate::op;
use crate::world::{World, Wrong, is_full};

const CODECS: [Compression; 5] = [
    Compression::None,
    Compression::Gzip,
    Compression::Snappy,
    Compression::Lz4,
    Compression::Zstd,
];

/// Where each producer's first sequence stands: one of them soon comes to the greatest.
const FIRST_SEQUENCES: [i32; 3] = [0, i32::MAX - 4, 5];

fn id(producer: u8) -> i64 {
    i64::from(producer) + 1
}

impl World {
    /// Epoch and next sequence of a producer, as the vector has them.
    fn next_of(&self, producer: u8) -> (i16, i32) {
        match model::producers::entry(&self.model.batches, id(producer)) {
            None => (0, FIRST_SEQUENCES[usize::from(producer)]),
            Some(entry) => {
                let last = entry.batches.last();
                (
                    entry.epoch,
                    last.map_or(0, |(_, last, _)| sequence_after(*last, 1)),
                )
            }
        }
    }

    fn records(&mut self, records: &[op::NewRecord]) -> Vec<(Option<u8>, Option<u32>, i64)> {
        let numbered = records.iter().map(|(key, tombstone)| {
            self.values += 1;
            (Some(*key), (!tombstone).then_some(self.values), self.now_ms)
        });
        numbered.collect()
    }

    /// A batch of a producer, or of nobody.
    pub fn send(
        &mut self,
        (producer, transactional, gap): (Option<u8>, bool, bool),
        codec: u8,
        records: &[op::NewRecord],
    ) -> Result<(), Wrong> {
        let source = producer.map(|producer| {
            let (epoch, next) = self.next_of(producer);
            let sequence = if gap { sequence_after(next, 1) } else { next };
            let id = id(producer);
            model::Producer {
                id,
                epoch,
                sequence,
            }
        });
        let records = self.records(records);
        let sent = Sent {
            producer: source,
            transactional,
            records,
        };
        self.append(&sent, CODECS[usize::from(codec) % CODECS.len()])
    }

    /// The first batch of a producer's next epoch.
    pub fn next_epoch(&mut self, producer: u8, key: u8) -> Result<(), Wrong> {
        let (epoch, _) = self.next_of(producer);
        let source = model::Producer {
            id: id(producer),
            epoch: epoch.saturating_add(1),
            sequence: 0,
        };
        let records = self.records(&[(key, false)]);
        let sent = Sent {
            producer: Some(source),
            transactional: true,
            records,
        };
        self.append(&sent, Compression::None)
    }

    /// An earlier batch of a producer once more.
    pub fn retry(&mut self, producer: u8, back: u8) -> Result<(), Wrong> {
        let sent_by = |batch: &&model::Batch| {
            let source = batch
                .producer
                .is_some_and(|source| source.id == id(producer));
            source && !batch.records.is_empty()
        };
        let mut earlier = self.model.batches.iter().filter(sent_by).rev();
        let Some(batch) = earlier.nth(usize::from(back)) else {
            return Ok(());
        };
        let record = |r: &model::Record| (r.key, r.value, r.timestamp_ms);
        let sent = Sent {
            producer: batch.producer,
            transactional: batch.kind == model::Kind::Transactional,
            records: batch.records.iter().map(record).collect(),
        };
        let base = batch.base;
        let end_before = self.log.log_end_offset();
        self.append(&sent, Compression::None)?;
        if self.log.log_end_offset() == end_before && back == 4 && self.knows(base) {
            self.situations
                .saw("a duplicate of the fifth last batch answered");
        }
        Ok(())
    }

    fn knows(&self, base: i64) -> bool {
        let mut batches = self.log.producers().flat_map(|(_, known)| &known.batches);
        batches.any(|batch| batch.base_offset == base)
    }

    fn append(&mut self, sent: &Sent, codec: Compression) -> Result<(), Wrong> {
        let mut after = self.model.clone();
        let wanted = after.append(sent, self.leader_epoch);
        let batch = build(sent, codec)?;
        let (fired, segments) = (self.disk.fired(), self.log.segments().count());
        let (epoch, now_ms) = (self.leader_epoch, self.now_ms);
        let answer = self.log.append(&mut self.disk, &batch, epoch, now_ms);
        if self.log.segments().count() > segments {
            self.situations.saw("a segment rolled");
        }
        if matches!(
            answer,
            Ok(Appended {
                duplicate: false,
                ..
            })
        ) {
            self.situations.saw("a batch appended");
            if codec != Compression::None {
                self.situations.saw("a compressed batch appended");
            }
            if sent
                .producer
                .is_some_and(|p| p.sequence == 0 && p.id == id(1) && p.epoch == 0)
            {
                self.situations.saw("a sequence begun anew at 0");
            }
        }
        self.answered(answer, wanted, after, fired)
    }

    /// A marker.
    pub fn end(&mut self, producer: u8, commit: bool) -> Result<(), Wrong> {
        let (ending, outcome) = match commit {
            true => (Ending::Commit, Outcome::Commit),
            false => (Ending::Abort, Outcome::Abort),
        };
        let (epoch, _) = self.next_of(producer);
        let mut after = self.model.clone();
        let wanted = after.end_transaction(id(producer), epoch, ending, self.leader_epoch);
        let marker = EndMarker {
            producer_id: id(producer),
            producer_epoch: epoch,
            outcome,
            coordinator_epoch: 0,
            timestamp_ms: self.now_ms,
        };
        let fired = self.disk.fired();
        let answer = self
            .log
            .append_marker(&mut self.disk, marker, self.leader_epoch);
        if answer.is_ok() {
            self.situations.saw("a marker appended");
        }
        self.answered(answer, wanted, after, fired)
    }

    /// The answer must be that of the vector, or an error that a fault explains.
    fn answered(
        &mut self,
        answer: Result<Appended, AppendError>,
        wanted: Result<Placed, Refused>,
        after: StorageLog,
        fired: u64,
    ) -> Result<(), Wrong> {
        match (answer, wanted) {
            (Ok(description), Ok(placed)) => {
                let description = (description.base_offset, description.duplicate);
                if description != (placed.base, placed.duplicate) {
                    return Err(format!(
                        "answered {description:?}, and the vector says {placed:?}"
                    ));
                }
                if placed.duplicate {
                    self.situations.saw("a duplicate answered");
                    if placed.base < self.opened_at {
                        self.situations.saw("a duplicate answered after a recovery");
                    }
                }
                self.model = after;
                Ok(())
            }
            (Err(error), Err(refused)) => self.refused(&error, refused, fired),
            (Ok(description), Err(refused)) => Err(format!(
                "answered {description:?}, and the vector refuses: {refused:?}"
            )),
            (Err(error), Ok(placed)) => {
                let by_log = matches!(error, AppendError::Refused(_) | AppendError::Producer(_));
                if by_log {
                    return Err(format!("refused ({error}), and the vector says {placed:?}"));
                }
                self.undone(&error, after, fired)
            }
        }
    }

    fn refused(&mut self, error: &AppendError, refused: Refused, fired: u64) -> Result<(), Wrong> {
        let what = match (error, refused) {
            (
                AppendError::Producer(ProducerError::OutOfOrderSequence { .. }),
                Refused::OutOfOrder,
            ) => "a batch out of order refused",
            (AppendError::Producer(ProducerError::InvalidEpoch { .. }), Refused::Fenced) => {
                "a batch of an old epoch refused"
            }
            (
                AppendError::Producer(ProducerError::InTransaction { .. }),
                Refused::TransactionOpen,
            ) => "a batch outside an open transaction refused",
            _ if self.disk.fired() > fired || self.disk.is_off() => return Ok(()),
            _ => {
                return Err(format!(
                    "refused ({error}), and the vector says {refused:?}"
                ));
            }
        };
        self.situations.saw(what);
        Ok(())
    }

    /// A failed append is not there, unless it could not be undone: then a crash may bring it.
    fn undone(&mut self, error: &AppendError, after: StorageLog, fired: u64) -> Result<(), Wrong> {
        self.failed(fired, error)?;
        let off = self.disk.is_off();
        match error {
            AppendError::Undone(cause) if !off => {
                if is_full(cause) {
                    self.situations.saw("ENOSPC undone");
                }
            }
            AppendError::Broken { .. } if !off => {
                self.situations.saw("an undo that failed");
                self.model = after;
            }
            _ => self.model = after,
        }
        Ok(())
    }
}

fn build(sent: &Sent, compression: Compression) -> Result<Batch, Wrong> {
    let records = sent
        .records
        .iter()
        .map(|(key, value, timestamp_ms)| NewRecord {
            timestamp_ms: Some(*timestamp_ms),
            key: key.map(|key| [key].as_slice().into()),
            value: value.map(|value| value.to_be_bytes().as_slice().into()),
            headers: Vec::new(),
        });
    let new = NewBatch {
        timestamp_ms: 0,
        records: records.collect(),
        compression,
        producer: sent.producer.map(|p| Producer {
            id: p.id,
            epoch: p.epoch,
            base_sequence: p.sequence,
        }),
        transactional: sent.transactional,
    };
    new.build().map_err(|error| error.to_string())
}
