//! Sync: what was written becomes durable, then it counts as durable, never the other way round.

use plimsoll_disk::Disk;

use crate::decisions::{AdvanceRecoveryPoint, NewNames};
use crate::{Log, LogError, RecoveryPoint};

impl Log {
    /// Makes everything appended so far durable: every segment that was written to, in order, then the directory if
    /// there are new names, and only then the end that counts as synced moves. After `checkpoint_bytes` a checkpoint is
    /// written too; if the disk has no room for it, that is no failure of the sync, see [`Log::checkpoint_failure`].
    ///
    /// # Errors
    /// A sync that fails stops the log: it is not tried again. [`LogError::Stopped`] from then on.
    pub fn sync(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        self.running()?;
        if self.unchecked_bytes < self.config.checkpoint_bytes {
            return self.sync_files(disk);
        }
        match self.sync_and_checkpoint(disk) {
            Err(LogError::Disk(error)) if self.is_synced() && self.stopped.is_none() => {
                self.checkpoint_failure = Some(error.to_string().into());
                Ok(())
            }
            done => done,
        }
    }

    fn sync_and_checkpoint(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        match self.config.decisions.recovery_point {
            AdvanceRecoveryPoint::AfterSync => {
                self.sync_files(disk)?;
                self.write_checkpoint(disk)
            }
            AdvanceRecoveryPoint::BeforeSync => {
                self.write_checkpoint(disk)?;
                self.sync_files(disk)
            }
        }
    }

    pub(crate) fn sync_files(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        let end = self.log_end_offset();
        let first = self
            .closed
            .partition_point(|segment| segment.end_offset <= self.synced_end);
        for segment in &self.closed[first..] {
            if let Err(error) = disk.sync(&segment.path) {
                return Err(self.sync_failed(disk, error));
            }
        }
        if self.active.end_offset > self.synced_end
            && let Err(error) = disk.sync(&self.active.path)
        {
            return Err(self.sync_failed(disk, error));
        }
        if self.config.decisions.new_names == NewNames::Synced {
            self.sync_names(disk)?;
        }
        self.synced_end = end;
        self.derived.transactions.reached(end);
        Ok(())
    }

    /// Makes the names in the log's directory durable.
    pub(crate) fn sync_names(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        if self.names_changed {
            if let Err(error) = disk.sync_dir(&self.directory) {
                return Err(self.sync_failed(disk, error));
            }
            self.names_changed = false;
        }
        Ok(())
    }

    /// Syncs, and writes a checkpoint: an opening after a crash reads what comes after it only.
    ///
    /// # Errors
    /// [`LogError::Disk`] without room for it, which leaves the earlier checkpoint; [`LogError::Stopped`] after a sync
    /// that failed.
    pub fn checkpoint(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        self.running()?;
        self.sync_and_checkpoint(disk)
    }

    /// Closes the log in an orderly way: synced, with a checkpoint at its end, so that the next opening reads nothing.
    ///
    /// # Errors
    /// Those of [`Log::checkpoint`]; the log is gone all the same, and can be opened again.
    pub fn close(mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        self.checkpoint(disk)
    }

    fn is_synced(&self) -> bool {
        self.synced_end == self.log_end_offset() && !self.names_changed
    }

    /// The recovery point that a checkpoint at the log's end has.
    pub(crate) fn end_point(&self) -> RecoveryPoint {
        RecoveryPoint {
            offset: self.active.end_offset,
            segment: self.active.base_offset,
            position: self.active.bytes,
        }
    }
}
