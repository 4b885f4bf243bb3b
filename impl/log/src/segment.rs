//! One file of a log: batches one after another, and where each of them begins.

use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError};

use crate::recovery::{self, RecoveryReport};
use crate::{AppendError, Batch, BatchError, BatchHeader, NewBatch, ReadError};

/// Where a batch lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchPlace {
    base_offset: i64,
    last_offset: i64,
    position: u64,
    bytes: usize,
}

impl BatchPlace {
    pub(crate) fn new(header: &BatchHeader, position: u64) -> BatchPlace {
        BatchPlace {
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            position,
            bytes: header.total_bytes(),
        }
    }
}

/// A segment: the file `%020d.log`, named after its first offset. The list of batches is held in memory and rebuilt by
/// recovery, so it is always `f(file)` (L11).
#[derive(Clone, Debug)]
pub struct Segment {
    path: Arc<str>,
    base_offset: i64,
    places: Vec<BatchPlace>,
    bytes: u64,
    last_leader_epoch: Option<i32>,
}

impl Segment {
    /// The name of the segment file that starts at `base_offset`.
    pub fn file_name(base_offset: i64) -> String {
        format!("{base_offset:020}.log")
    }

    /// Recovers the file and cuts off what is not valid. The file's content is durable when this returns: what was
    /// only in the page cache of a killed process must not be mistaken for synced.
    pub(crate) fn recover(
        disk: &mut impl Disk,
        path: Arc<str>,
        base_offset: i64,
    ) -> Result<(Segment, RecoveryReport), DiskError> {
        let length = disk.len(&path)?;
        let scan = recovery::scan(disk, &path, base_offset)?;
        if scan.bytes < length {
            disk.truncate(&path, scan.bytes)?;
        }
        disk.sync(&path)?;
        let segment = Segment {
            path,
            base_offset,
            places: scan.places,
            bytes: scan.bytes,
            last_leader_epoch: scan.last_leader_epoch,
        };
        let report = RecoveryReport {
            file: segment.path.as_ref().to_owned(),
            batches: segment.places.len() as u64,
            log_end_offset: segment.end_offset(),
            kept_bytes: segment.bytes,
            truncated_bytes: length - segment.bytes,
            damage: scan.damage,
        };
        Ok((segment, report))
    }

    /// The first offset this segment may hold.
    pub fn base_offset(&self) -> i64 {
        self.base_offset
    }

    /// The offset after the last.
    pub fn end_offset(&self) -> i64 {
        self.places
            .last()
            .map_or(self.base_offset, |place| place.last_offset + 1)
    }

    /// The file's length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The leader epoch of the last batch.
    pub fn last_leader_epoch(&self) -> Option<i32> {
        self.last_leader_epoch
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The base offset of the last batch.
    pub(crate) fn last_batch_offset(&self) -> Option<i64> {
        self.places.last().map(|place| place.base_offset)
    }

    /// Writes the batch behind the last one. On an error the file is cut back, see [`AppendError`].
    pub(crate) fn append(
        &mut self,
        disk: &mut impl Disk,
        batch: &NewBatch,
        leader_epoch: i32,
    ) -> Result<i64, AppendError> {
        let bytes = batch.encode(self.end_offset(), leader_epoch)?;
        let header = BatchHeader::read(&bytes)?;
        if let Err(write) = disk.write_at(&self.path, self.bytes, &bytes) {
            return Err(match disk.truncate(&self.path, self.bytes) {
                Ok(()) => AppendError::Undone(write),
                Err(undo) => AppendError::Broken { write, undo },
            });
        }
        self.places.push(BatchPlace::new(&header, self.bytes));
        self.bytes += bytes.len() as u64;
        self.last_leader_epoch = Some(leader_epoch);
        Ok(header.base_offset)
    }

    /// Whole batches from the one that holds `from` (or the next, after a gap) up to those that end below `below`: as
    /// many as fit in `max_bytes`, but always the first one (L7, KIP-74).
    pub(crate) fn read(
        &self,
        disk: &impl Disk,
        from: i64,
        below: i64,
        max_bytes: usize,
    ) -> Result<Vec<Batch>, ReadError> {
        let first = self
            .places
            .partition_point(|place| place.last_offset < from);
        let mut batches = Vec::new();
        let mut total = 0usize;
        for place in &self.places[first..] {
            total = total.saturating_add(place.bytes);
            if place.last_offset >= below || (total > max_bytes && !batches.is_empty()) {
                break;
            }
            batches.push(self.batch(disk, place)?);
        }
        Ok(batches)
    }

    fn batch(&self, disk: &impl Disk, place: &BatchPlace) -> Result<Batch, ReadError> {
        let bytes = disk.read_at(&self.path, place.position, place.bytes)?;
        // The checksum does not cover the offset: another good batch could stand here.
        let expected =
            |batch: Batch| match BatchPlace::new(batch.header(), place.position) == *place {
                true => Ok(batch),
                false => Err(BatchError::Header("not the batch that was written here")),
            };
        let checked = Batch::parse(&bytes).and_then(expected);
        checked.map_err(|reason| ReadError::Damaged {
            file: self.path.as_ref().to_owned(),
            offset: place.base_offset,
            position: place.position,
            reason,
        })
    }
}
