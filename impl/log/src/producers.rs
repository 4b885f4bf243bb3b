//! What the log knows of its producers, and what it lets them append (L8).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{BatchHeader, ProducerError, sequence_after};

/// A batch that a producer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProducerBatch {
    /// The producer's number of its first record.
    pub first_sequence: i32,
    /// The producer's number of its last record.
    pub last_sequence: i32,
    /// Offset of its first record.
    pub base_offset: i64,
    /// Offset of its last record.
    pub last_offset: i64,
    /// The latest time of its records.
    pub timestamp_ms: i64,
}

/// What is known of a producer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProducerState {
    /// The latest epoch.
    pub epoch: i16,
    /// The coordinator epoch of its last marker, −1 if there was none.
    pub coordinator_epoch: i32,
    /// The time of its last batch or marker.
    pub last_timestamp_ms: i64,
    /// Its last batches in this epoch, oldest first.
    pub batches: Vec<ProducerBatch>,
}

/// Batches of a producer that are remembered: as many as it may have in flight (L8).
pub(crate) const REMEMBERED_BATCHES: usize = 5;

/// The producers of a log, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Producers(Arc<BTreeMap<i64, ProducerState>>);

impl Producers {
    pub(crate) fn from_entries(entries: BTreeMap<i64, ProducerState>) -> Producers {
        Producers(Arc::new(entries))
    }

    pub(crate) fn entries(&self) -> &BTreeMap<i64, ProducerState> {
        &self.0
    }

    /// Whether the producer's batch may be appended; gives the earlier one if it is a repetition.
    pub(crate) fn check(
        &self,
        header: &BatchHeader,
    ) -> Result<Option<ProducerBatch>, ProducerError> {
        let producer_id = header.producer_id;
        let Some(known) = self.0.get(&producer_id) else {
            return Ok(None);
        };
        let given = header.base_sequence;
        let out_of_order = |expected| ProducerError::OutOfOrderSequence {
            producer_id,
            expected,
            given,
        };
        known.fence(producer_id, header.producer_epoch)?;
        if header.producer_epoch > known.epoch {
            return match given {
                0 => Ok(None),
                _ => Err(out_of_order(0)),
            };
        }
        let last = header.last_sequence();
        let same =
            |batch: &&ProducerBatch| (batch.first_sequence, batch.last_sequence) == (given, last);
        if let Some(earlier) = known.batches.iter().find(same) {
            return Ok(Some(*earlier));
        }
        let expected = known
            .batches
            .last()
            .map_or(0, |batch| sequence_after(batch.last_sequence, 1));
        match given == expected {
            true => Ok(None),
            false => Err(out_of_order(expected)),
        }
    }

    /// Whether a batch of this epoch may be appended.
    pub(crate) fn check_epoch(&self, producer_id: i64, epoch: i16) -> Result<(), ProducerError> {
        let known = self.0.get(&producer_id);
        known.map_or(Ok(()), |known| known.fence(producer_id, epoch))
    }

    /// Whether a marker may be appended.
    pub(crate) fn check_marker(
        &self,
        producer_id: i64,
        epoch: i16,
        coordinator_epoch: i32,
    ) -> Result<(), ProducerError> {
        let Some(known) = self.0.get(&producer_id) else {
            return Ok(());
        };
        known.fence(producer_id, epoch)?;
        if coordinator_epoch < known.coordinator_epoch {
            return Err(ProducerError::CoordinatorFenced {
                producer_id,
                given: coordinator_epoch,
                current: known.coordinator_epoch,
            });
        }
        Ok(())
    }

    /// Takes in what was appended; `coordinator_epoch` is that of a marker.
    pub(crate) fn apply(
        &mut self,
        header: &BatchHeader,
        coordinator_epoch: Option<i32>,
        window: usize,
    ) {
        if header.producer_id < 0 {
            return;
        }
        let known = Arc::make_mut(&mut self.0)
            .entry(header.producer_id)
            .or_insert_with(|| ProducerState::new(header.producer_epoch));
        if header.producer_epoch > known.epoch {
            known.epoch = header.producer_epoch;
            known.batches.clear();
        }
        known.last_timestamp_ms = header.max_timestamp_ms;
        if let Some(epoch) = coordinator_epoch {
            known.coordinator_epoch = epoch;
        }
        if !header.attributes.is_control() {
            known.remember(header, window);
        }
    }

    /// Forgets producers that have been quiet for `after_ms`, except those for which `keep` holds.
    pub(crate) fn expire(&mut self, now_ms: i64, after_ms: i64, keep: impl Fn(i64) -> bool) {
        let gone = |id: &i64, known: &ProducerState| known.is_quiet(now_ms, after_ms) && !keep(*id);
        if self.0.iter().any(|(id, known)| gone(id, known)) {
            Arc::make_mut(&mut self.0).retain(|id, known| !gone(id, known));
        }
    }

    /// Forgets the producer if it has been quiet for `after_ms`.
    pub(crate) fn expire_one(&mut self, id: i64, now_ms: i64, after_ms: i64) {
        if self
            .0
            .get(&id)
            .is_some_and(|known| known.is_quiet(now_ms, after_ms))
        {
            Arc::make_mut(&mut self.0).remove(&id);
        }
    }
}

impl ProducerState {
    fn new(epoch: i16) -> ProducerState {
        ProducerState {
            epoch,
            coordinator_epoch: -1,
            last_timestamp_ms: -1,
            batches: Vec::new(),
        }
    }

    fn is_quiet(&self, now_ms: i64, after_ms: i64) -> bool {
        now_ms.saturating_sub(self.last_timestamp_ms) >= after_ms
    }

    fn fence(&self, producer_id: i64, given: i16) -> Result<(), ProducerError> {
        match given < self.epoch {
            true => Err(ProducerError::InvalidEpoch {
                producer_id,
                given,
                current: self.epoch,
            }),
            false => Ok(()),
        }
    }

    fn remember(&mut self, header: &BatchHeader, window: usize) {
        if self.batches.len() >= window {
            self.batches.remove(0);
        }
        self.batches.push(ProducerBatch {
            first_sequence: header.base_sequence,
            last_sequence: header.last_sequence(),
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            timestamp_ms: header.max_timestamp_ms,
        });
    }
}
