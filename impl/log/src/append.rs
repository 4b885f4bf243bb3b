//! Append: checks, roll if need be, one write, and what follows from it (L3, L8, S5).

use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError};

use crate::derived::MarkerSays;
use crate::{
    AppendError, Appended, Batch, BatchHeader, EndMarker, Log, LogError, Outcome, ProducerError,
    Segment,
};

impl Log {
    /// Appends the batch at the log's end, as it stands but for base offset and leader epoch (L3). It is written, not
    /// synced. A batch that its producer sent before is not written again (L8).
    ///
    /// # Errors
    /// See [`AppendError`]; except for [`AppendError::Broken`] the log is as it was before (S5).
    pub fn append(
        &mut self,
        disk: &mut impl Disk,
        batch: &Batch,
        leader_epoch: i32,
        now_ms: i64,
    ) -> Result<Appended, AppendError> {
        self.running_to_append()?;
        let header = batch.header();
        batch.check_produced(self.config.compact)?;
        self.check_leader_epoch(leader_epoch)?;
        if header.producer_id >= 0 {
            self.expire_producer(header.producer_id, now_ms);
            if let Some(earlier) = self.derived.producers.check(header)? {
                return Ok(Appended {
                    base_offset: earlier.base_offset,
                    end_offset: earlier.last_offset + 1,
                    duplicate: true,
                    timestamp_ms: earlier.timestamp_ms,
                });
            }
            self.check_transaction(header)?;
        }
        self.write(disk, batch, leader_epoch, None)
    }

    /// Appends a batch that a group coordinator writes in a producer's transaction (KIP-98). It has no sequence, so that
    /// nothing tells a repetition; an older epoch of the producer is fenced all the same. It is written, not synced.
    ///
    /// # Errors
    /// See [`AppendError`]; except for [`AppendError::Broken`] the log is as it was before (S5).
    pub fn append_for_producer(
        &mut self,
        disk: &mut impl Disk,
        batch: &Batch,
        leader_epoch: i32,
        now_ms: i64,
    ) -> Result<Appended, AppendError> {
        self.running_to_append()?;
        let header = batch.header();
        batch.check_data(self.config.compact, false)?;
        self.check_leader_epoch(leader_epoch)?;
        self.expire_producer(header.producer_id, now_ms);
        let producers = &self.derived.producers;
        producers.check_epoch(header.producer_id, header.producer_epoch)?;
        self.check_transaction(header)?;
        self.write(disk, batch, leader_epoch, None)
    }

    /// Appends the marker that ends a producer's transaction. It is written, not synced.
    ///
    /// # Errors
    /// See [`AppendError`]; except for [`AppendError::Broken`] the log is as it was before (S5).
    pub fn append_marker(
        &mut self,
        disk: &mut impl Disk,
        marker: EndMarker,
        leader_epoch: i32,
    ) -> Result<Appended, AppendError> {
        self.running_to_append()?;
        self.check_leader_epoch(leader_epoch)?;
        self.derived.producers.check_marker(
            marker.producer_id,
            marker.producer_epoch,
            marker.coordinator_epoch,
        )?;
        let says = MarkerSays {
            committed: marker.outcome == Outcome::Commit,
            coordinator_epoch: marker.coordinator_epoch,
        };
        self.write(disk, &marker.build()?, leader_epoch, Some(says))
    }

    fn check_leader_epoch(&self, given: i32) -> Result<(), AppendError> {
        match self.last_leader_epoch() {
            Some(last) if given < last => Err(AppendError::LeaderEpoch { given, last }),
            _ => Ok(()),
        }
    }

    fn check_transaction(&self, header: &BatchHeader) -> Result<(), ProducerError> {
        let producer_id = header.producer_id;
        match self.derived.transactions.open().get(&producer_id) {
            Some(&open_since) if !header.attributes.is_transactional() => {
                Err(ProducerError::InTransaction {
                    producer_id,
                    open_since,
                })
            }
            _ => Ok(()),
        }
    }

    /// Forgets the producer if it was quiet for too long; never while its transaction is open.
    fn expire_producer(&mut self, id: i64, now_ms: i64) {
        if !self.derived.transactions.open().contains_key(&id) {
            let after_ms = self.config.producer_expiration_ms;
            self.derived.producers.expire_one(id, now_ms, after_ms);
        }
    }

    /// Forgets all producers that were quiet for too long.
    pub(crate) fn expire_producers(&mut self, now_ms: i64) {
        let open = self.derived.transactions.open();
        let after_ms = self.config.producer_expiration_ms;
        self.derived
            .producers
            .expire(now_ms, after_ms, |id| open.contains_key(&id));
    }

    fn write(
        &mut self,
        disk: &mut impl Disk,
        batch: &Batch,
        leader_epoch: i32,
        marker: Option<MarkerSays>,
    ) -> Result<Appended, AppendError> {
        let base_offset = self.log_end_offset();
        let placed = batch.placed_at(base_offset, leader_epoch)?;
        if self.must_roll(batch.header()) {
            self.roll_to(disk, base_offset)
                .map_err(AppendError::Undone)?;
        }
        let position = self.active.bytes;
        if let Err(write) = disk.write_at(&self.active.path, position, placed.bytes()) {
            return Err(self.undo(disk, write));
        }
        let header = placed.header();
        self.active.push(header, &self.config);
        let window = self.config.remembered_batches();
        self.derived.apply(header, marker, window);
        self.unchecked_bytes += header.total_bytes() as u64;
        Ok(Appended {
            base_offset,
            end_offset: self.log_end_offset(),
            duplicate: false,
            timestamp_ms: header.max_timestamp_ms,
        })
    }

    /// Cuts a write that failed off again. Synced, for otherwise a power cut could bring it back to life.
    fn undo(&mut self, disk: &mut impl Disk, write: DiskError) -> AppendError {
        let path = &self.active.path;
        let undone = disk
            .truncate(path, self.active.bytes)
            .and_then(|()| disk.sync(path));
        match undone {
            Ok(()) => AppendError::Undone(write),
            Err(undo) => {
                let broken = AppendError::Broken { write, undo };
                self.stop_unsynced(disk, &broken);
                broken
            }
        }
    }

    /// Whether the batch must go to a new segment: size, time, or offsets that an index could not hold.
    fn must_roll(&self, header: &BatchHeader) -> bool {
        let (active, config) = (&self.active, &self.config);
        if active.bytes == 0 {
            return false;
        }
        let too_large = active.bytes + header.total_bytes() as u64 > config.segment_bytes;
        let too_late = active
            .first_timestamp
            .is_some_and(|first| header.max_timestamp_ms.saturating_sub(first) > config.segment_ms);
        let last_offset = active.end_offset + i64::from(header.last_offset_delta);
        too_large || too_late || last_offset - active.base_offset > i64::from(i32::MAX)
    }

    /// Closes the active segment and begins the next one; does nothing while the active one is empty.
    ///
    /// # Errors
    /// [`LogError::Stopped`] or [`LogError::Disk`], which leaves the log as it was.
    pub fn roll(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        self.running()?;
        if self.active.bytes > 0 {
            self.roll_to(disk, self.log_end_offset())?;
        }
        Ok(())
    }

    fn roll_to(&mut self, disk: &mut impl Disk, base_offset: i64) -> Result<(), DiskError> {
        let next = Segment::empty(&self.directory, base_offset);
        match disk.create(&next.path) {
            // A creation that reported an error may have made the file.
            Err(DiskError::AlreadyExists { .. }) => disk.truncate(&next.path, 0)?,
            created => created?,
        }
        self.names_changed = true;
        let closed = std::mem::replace(&mut self.active, next);
        Arc::make_mut(&mut self.closed).push(closed);
        Ok(())
    }
}
