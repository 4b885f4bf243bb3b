//! Sync: what was written becomes durable, then it counts as durable, never the other way round.

use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError};

use crate::mutant::mutant;
use crate::{Log, LogError, RecoveryPoint};

/// What a sync has to make durable. See [`Log::begin_sync`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is durable until it is synced, and the log does not know before the sync is ended"]
pub struct Unsynced {
    files: Vec<Arc<str>>,
    names: Option<Arc<str>>,
    end: i64,
}

impl Unsynced {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.names.is_none()
    }

    /// Syncs the files, in their order, and then the directory.
    ///
    /// # Errors
    /// What the disk said. It must not be tried again: the log has to be told.
    pub fn sync(&self, disk: &mut impl Disk) -> Result<(), DiskError> {
        for file in &self.files {
            disk.sync(file)?;
        }
        match &self.names {
            Some(directory) => disk.sync_dir(directory),
            None => Ok(()),
        }
    }
}

impl Log {
    /// Makes everything appended so far durable: every segment that was written to, in order, then the directory if
    /// there are new names, and only then the end that counts as synced moves. After `checkpoint_bytes` a checkpoint is
    /// written too; if the disk has no room for it, that is no failure of the sync, see [`Log::checkpoint_failure`].
    ///
    /// # Errors
    /// A sync that fails stops the log: it is not tried again. [`LogError::Stopped`] from then on.
    pub fn sync(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        self.running()?;
        if !self.wants_checkpoint() {
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
        if mutant!(self.config, recovery_point: AdvanceRecoveryPoint::BeforeSync) {
            self.write_checkpoint(disk)?;
            return self.sync_files(disk);
        }
        self.sync_files(disk)?;
        self.write_checkpoint(disk)
    }

    pub(crate) fn sync_files(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        let unsynced = self.begin_sync()?;
        let done = unsynced.sync(disk);
        self.end_sync(disk, &unsynced, done)
    }

    /// What has to be synced now, for an owner whose appends must not wait for it: it [syncs](Unsynced::sync) without
    /// the log, and then says [how that ended](Log::end_sync). One at a time, and nothing that removes or renames files
    /// in between.
    ///
    /// # Errors
    /// [`LogError::Stopped`].
    pub fn begin_sync(&mut self) -> Result<Unsynced, LogError> {
        self.running()?;
        let first = self
            .closed
            .partition_point(|segment| segment.end_offset <= self.synced_end);
        let active = (self.active.end_offset > self.synced_end).then_some(&self.active);
        let segments = self.closed[first..].iter().chain(active);
        let names = self.names_changed && !mutant!(self.config, new_names: NewNames::NotSynced);
        if names {
            // Those that come from now on are for the next one.
            self.names_changed = false;
        }
        Ok(Unsynced {
            files: segments.map(|segment| segment.path.clone()).collect(),
            names: names.then(|| Arc::clone(&self.directory)),
            end: self.log_end_offset(),
        })
    }

    /// Ends a sync: what it began with counts as durable, or the log stops.
    ///
    /// # Errors
    /// The failure that it was told; [`LogError::Stopped`] if the log has stopped meanwhile.
    pub fn end_sync(
        &mut self,
        disk: &mut impl Disk,
        unsynced: &Unsynced,
        done: Result<(), DiskError>,
    ) -> Result<(), LogError> {
        self.running()?;
        if let Err(error) = done {
            self.names_changed |= unsynced.names.is_some();
            return Err(self.sync_failed(disk, error));
        }
        self.synced_end = self.synced_end.max(unsynced.end);
        self.derived.transactions.reached(self.synced_end);
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

    /// Whether so much was appended that the next [sync](Log::sync) writes a checkpoint too.
    pub fn wants_checkpoint(&self) -> bool {
        self.unchecked_bytes >= self.config.checkpoint_bytes
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
