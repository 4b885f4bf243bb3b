//! Writing a checkpoint in one step.

use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError};

use super::{Checkpoint, FILE, TEMPORARY};
use crate::{Log, LogError, Segment};

impl Log {
    /// Writes index files and the checkpoint. Everything must be synced up to the log's end.
    pub(crate) fn write_checkpoint(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        self.write_indexes(disk)?;
        let content = Checkpoint::of(self).encode();
        let temporary = format!("{}/{TEMPORARY}", self.directory);
        match disk.create(&temporary) {
            Err(DiskError::AlreadyExists { .. }) => disk.truncate(&temporary, 0)?,
            created => created?,
        }
        disk.write_at(&temporary, 0, &content)?;
        if let Err(error) = disk.sync(&temporary) {
            return Err(self.sync_failed(error));
        }
        disk.rename(&temporary, &format!("{}/{FILE}", self.directory))?;
        // The index files' names become durable with it.
        self.names_changed = true;
        self.sync_names(disk)?;
        self.recovery_point = self.end_point();
        self.unchecked_bytes = 0;
        self.checkpoint_failure = None;
        Ok(())
    }

    fn write_indexes(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        let config = &self.config;
        let holding = |segment: &&mut Segment| segment.index.holds_entries();
        // Only segments closed since the last checkpoint hold any: leave the others shared.
        if self
            .closed
            .iter()
            .any(|segment| segment.index.holds_entries())
        {
            let closed = Arc::make_mut(&mut self.closed).iter_mut().filter(holding);
            for segment in closed {
                segment.write_index(disk, config)?;
                segment.index.unload(segment.bytes);
            }
        }
        self.active.write_index(disk, config)?;
        Ok(())
    }
}
