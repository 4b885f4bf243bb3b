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
        let temporary = write(disk, &self.directory, &content)?;
        if let Err(error) = disk.sync(&temporary) {
            return Err(self.sync_failed(disk, error));
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

/// Puts a checkpoint in place again that may be in the kernel's memory only.
pub(crate) fn put_again(
    disk: &mut impl Disk,
    directory: &str,
    checkpoint: &Checkpoint,
) -> Result<(), DiskError> {
    let temporary = write(disk, directory, &checkpoint.encode())?;
    disk.sync(&temporary)?;
    disk.rename(&temporary, &format!("{directory}/{FILE}"))?;
    disk.sync_dir(directory)
}

/// Writes the temporary file; gives its name.
fn write(disk: &mut impl Disk, directory: &str, content: &[u8]) -> Result<String, DiskError> {
    let temporary = format!("{directory}/{TEMPORARY}");
    match disk.create(&temporary) {
        // One that failed before.
        Err(DiskError::AlreadyExists { .. }) => disk.truncate(&temporary, 0)?,
        created => created?,
    }
    disk.write_at(&temporary, 0, content)?;
    Ok(temporary)
}
