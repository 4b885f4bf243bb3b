//! Deletion from the front: by request, by size, by time. The checkpoint says so first, then files go.

use std::sync::Arc;

use plimsoll_disk::Disk;

use crate::recovery::remove_segment;
use crate::{Log, LogError};

impl Log {
    /// Deletes all records below `before` (`DeleteRecords`). Files go when all that is in them is deleted, except the
    /// active one. Gives the log's start, which was perhaps higher before.
    ///
    /// # Errors
    /// [`LogError::DeleteOutOfRange`] above the high watermark; those of [`Log::checkpoint`], which leave the log's start
    /// as it was; [`LogError::Disk`] if a file cannot be removed, which [`Log::apply_retention`] tries again.
    pub fn delete_records(&mut self, disk: &mut impl Disk, before: i64) -> Result<i64, LogError> {
        self.running()?;
        let high_watermark = self.synced_end;
        if !(0..=high_watermark).contains(&before) {
            return Err(LogError::DeleteOutOfRange {
                asked: before,
                high_watermark,
            });
        }
        self.start_at(disk, before)?;
        Ok(self.log_start)
    }

    /// Deletes the oldest segments that `retention_bytes` and `retention_ms` no longer keep, never the active one, and
    /// forgets producers that were quiet for too long. A compacted log keeps its segments. Gives the log's start.
    ///
    /// # Errors
    /// Those of [`Log::delete_records`].
    pub fn apply_retention(&mut self, disk: &mut impl Disk, now_ms: i64) -> Result<i64, LogError> {
        self.running()?;
        self.expire_producers(now_ms);
        let start = match self.config.compact {
            true => self.log_start,
            false => self.retained_from(now_ms),
        };
        self.start_at(disk, start)?;
        Ok(self.log_start)
    }

    /// First offset of the first segment that has to stay.
    fn retained_from(&self, now_ms: i64) -> i64 {
        let (by_size, by_time) = (self.config.retention_bytes, self.config.retention_ms);
        let mut bytes = self.bytes();
        let mut start = self.log_start;
        for segment in self.closed.iter() {
            let left = bytes - segment.bytes;
            let too_many = by_size.is_some_and(|keep| left >= keep);
            let latest = segment.max_timestamp_ms();
            let too_old = by_time
                .zip(latest)
                .is_some_and(|(keep, latest)| now_ms.saturating_sub(latest) > keep);
            if segment.end_offset > self.synced_end || !(too_many || too_old) {
                break;
            }
            bytes = left;
            start = start.max(segment.end_offset);
        }
        start
    }

    fn start_at(&mut self, disk: &mut impl Disk, start: i64) -> Result<(), LogError> {
        if start > self.log_start {
            let before = (self.log_start, self.derived.clone());
            self.log_start = start;
            self.derived.forget_below(start);
            if let Err(error) = self.checkpoint(disk) {
                (self.log_start, self.derived) = before;
                return Err(error);
            }
        }
        self.remove_below_start(disk)
    }

    /// Removes the files below the log's start, oldest first.
    fn remove_below_start(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        let mut gone = self
            .closed
            .iter()
            .take_while(|s| s.end_offset <= self.log_start);
        if gone.any(|segment| segment.base_offset == self.recovery_point.segment) {
            self.checkpoint(disk)?;
        }
        while let Some(oldest) = self
            .closed
            .first()
            .filter(|s| s.end_offset <= self.log_start)
        {
            self.names_changed = true;
            remove_segment(disk, &oldest.path)?;
            Arc::make_mut(&mut self.closed).remove(0);
        }
        self.sync_names(disk)
    }
}
