//! What becomes of a batch and of each record in it: the rule of compaction, with no disk in sight.

use super::offset_map::OffsetMap;
use super::report::Dropped;
use super::transactions::Transactions;
use crate::mutant::mutant;
use crate::producers::Producers;
use crate::{Batch, BatchError, BatchHeader, LogConfig, Marker};

/// What becomes of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It stays as it is.
    Keep,
    /// It stays with fewer records, none, or a delete horizon.
    Replace(Batch),
    /// It goes.
    Drop,
}

/// One pass over a log from its start. Batches are judged in the order of their offsets.
pub(super) struct Rule<'a> {
    pub(super) latest: &'a OffsetMap,
    pub(super) transactions: Transactions,
    pub(super) producers: &'a Producers,
    /// The pass reaches batches that end below this offset; others stay as they are.
    pub(super) end: i64,
    pub(super) now_ms: i64,
    pub(super) config: &'a LogConfig,
    pub(super) dropped: Dropped,
}

impl Rule<'_> {
    /// Judges the next batch. The last batch of the output has the segment's end to tell, so it is never dropped.
    ///
    /// # Errors
    /// Those of [`Batch::records`]: the checksum was right, so whoever wrote the batch wrote nonsense.
    pub(super) fn judge(
        &mut self,
        batch: &Batch,
        last_of_output: bool,
    ) -> Result<Verdict, BatchError> {
        let header = batch.header();
        let left = match header.attributes.is_control() {
            true => self.marker(batch)?,
            false => self.data(batch)?,
        };
        match left {
            Some(left) if left.bytes() == batch.bytes() => Ok(Verdict::Keep),
            Some(left) => Ok(Verdict::Replace(left)),
            None if !self.must_stay(header, last_of_output) => Ok(Verdict::Drop),
            None if header.records_count == 0 => Ok(Verdict::Keep),
            None => Ok(Verdict::Replace(batch.emptied()?)),
        }
    }

    /// Whether a batch stays even without records: the last of the output, and the one that has a producer's last
    /// sequence or, if it has written nothing yet, its epoch (K8).
    fn must_stay(&self, header: &BatchHeader, last_of_output: bool) -> bool {
        if mutant!(self.config, last_batch: LastBatch::Dropped) {
            return false;
        }
        let known = self.producers.entries().get(&header.producer_id);
        let last_of_producer = known.is_some_and(|producer| match producer.batches.last() {
            Some(last) => last.last_offset == header.last_offset(),
            None => header.attributes.is_control() && header.producer_epoch == producer.epoch,
        });
        last_of_output || last_of_producer
    }

    fn reaches(&self, header: &BatchHeader) -> bool {
        header.last_offset() < self.end
    }

    /// When what is reached now will have had its time.
    fn horizon_ms(&self) -> Option<i64> {
        Some(self.now_ms.saturating_add(self.config.delete_retention_ms))
    }

    fn is_due(&self, header: &BatchHeader) -> bool {
        let horizon_ms = header.delete_horizon_ms();
        horizon_ms.is_some_and(|horizon_ms| horizon_ms <= self.now_ms)
    }

    /// A marker stays as long as a batch of its transaction does, and then for as long as a tombstone would: a reader
    /// that has read the records must find out what became of them (K7).
    fn marker(&mut self, batch: &Batch) -> Result<Option<Batch>, BatchError> {
        let header = batch.header();
        let with_data = match batch.marker()? {
            Some(Marker::End(marker)) => self.transactions.marker(marker.producer_id),
            Some(Marker::Other { .. }) => true,
            None => false,
        };
        if with_data || !self.reaches(header) {
            return Ok(Some(batch.clone()));
        }
        if self.is_due(header) {
            self.dropped.markers += u64::from(header.records_count > 0);
            return Ok(None);
        }
        batch.retain(|_| true, self.horizon_ms())
    }

    fn data(&mut self, batch: &Batch) -> Result<Option<Batch>, BatchError> {
        let header = batch.header();
        let transactional = header.attributes.is_transactional();
        if transactional {
            self.transactions.data(header.producer_id);
        }
        if !self.reaches(header) {
            return Ok(Some(batch.clone()));
        }
        let producer_id = header.producer_id;
        if transactional
            && self
                .transactions
                .is_aborted(producer_id, header.base_offset)
        {
            self.dropped.aborted += header.records_count as u64;
            return Ok(None);
        }
        let mut tombstones_go = self.is_due(header);
        if mutant!(self.config, tombstones: Tombstones::RemovedAtOnce) {
            tombstones_go = true;
        }
        if mutant!(self.config, tombstones: Tombstones::KeptForever) {
            tombstones_go = false;
        }
        let (latest, dropped) = (self.latest, &mut self.dropped);
        let horizon_ms = self.now_ms.saturating_add(self.config.delete_retention_ms);
        batch.retain(
            |record| {
                let counter = match &record.key {
                    None => &mut dropped.keyless,
                    Some(key) if latest.is_superseded(key, record.offset) => {
                        &mut dropped.superseded
                    }
                    Some(_) if record.value.is_none() && tombstones_go => &mut dropped.tombstones,
                    Some(_) => return true,
                };
                *counter += 1;
                false
            },
            Some(horizon_ms),
        )
    }
}
