//! A partition's log: its directory, its segment, and how much of it is synced.

use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError};

use crate::{AppendError, Batch, LogError, NewBatch, ReadError, RecoveryReport, Segment};

/// Where an appended batch went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Offset of its first record.
    pub base_offset: i64,
    /// Offset after its last record.
    pub end_offset: i64,
}

/// A partition's log. It holds no handle: every call names the disk it works on, so a log is as cloneable as its disk.
#[derive(Clone, Debug)]
pub struct Log {
    directory: Arc<str>,
    /// The only one yet; rolling will add older ones in front.
    active: Segment,
    synced_end: i64,
}

impl Log {
    /// Opens the log in `directory` (a name in the disk's root), making what is missing, and recovers it.
    /// When this returns, everything in the log is durable, names included.
    ///
    /// # Errors
    /// [`LogError::Disk`], or [`LogError::Segments`] for a directory that some other version wrote.
    pub fn open(disk: &mut impl Disk, directory: &str) -> Result<(Log, RecoveryReport), LogError> {
        let path: Arc<str> = format!("{directory}/{}", Segment::file_name(0)).into();
        if segments(disk, directory)?.is_empty() {
            disk.create(&path)?;
        }
        // Also for what was there before: a crash may have come between making a name and syncing it.
        disk.sync_dir(directory)?;
        disk.sync_dir("")?;
        let (active, report) = Segment::recover(disk, path, 0)?;
        let log = Log {
            directory: directory.into(),
            synced_end: active.end_offset(),
            active,
        };
        Ok((log, report))
    }

    /// The log's directory.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// The first offset.
    pub fn log_start_offset(&self) -> i64 {
        self.active.base_offset()
    }

    /// The offset that the next record will get.
    pub fn log_end_offset(&self) -> i64 {
        self.active.end_offset()
    }

    /// Everything below survives a power cut.
    pub fn synced_end_offset(&self) -> i64 {
        self.synced_end
    }

    /// The leader epoch of the last batch, none if the log is empty.
    pub fn last_leader_epoch(&self) -> Option<i32> {
        self.active.last_leader_epoch()
    }

    /// The base offset of the last batch, none if the log is empty.
    pub fn last_batch_offset(&self) -> Option<i64> {
        self.active.last_batch_offset()
    }

    /// Appends the batch at the log's end (L3). It is written, not synced.
    ///
    /// # Errors
    /// See [`AppendError`]; except for [`AppendError::Broken`] the log is as it was before (S5).
    pub fn append(
        &mut self,
        disk: &mut impl Disk,
        batch: &NewBatch,
        leader_epoch: i32,
    ) -> Result<Appended, AppendError> {
        let base_offset = self.active.append(disk, batch, leader_epoch)?;
        Ok(Appended {
            base_offset,
            end_offset: self.log_end_offset(),
        })
    }

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// After an error nothing may be believed but what recovery finds: the caller must stop.
    pub fn sync(&mut self, disk: &mut impl Disk) -> Result<(), DiskError> {
        if self.synced_end < self.log_end_offset() {
            disk.sync(self.active.path())?;
            self.synced_end = self.log_end_offset();
        }
        Ok(())
    }

    /// Whole batches from the one that holds `from`, or the next one after a gap, as far as they end below `below`;
    /// about `max_bytes`, but at least one batch if there is one (L7, L13).
    ///
    /// # Errors
    /// [`ReadError::OutOfRange`] unless `from` is between the log's start and end, both included.
    pub fn read(
        &self,
        disk: &impl Disk,
        from: i64,
        below: i64,
        max_bytes: usize,
    ) -> Result<Vec<Batch>, ReadError> {
        let (start, end) = (self.log_start_offset(), self.log_end_offset());
        if !(start..=end).contains(&from) {
            return Err(ReadError::OutOfRange {
                asked: from,
                start,
                end,
            });
        }
        self.active.read(disk, from, below, max_bytes)
    }
}

/// The segment files in the directory, which is made if need be; one that starts at 0 or none at all is what this
/// version can open.
fn segments(disk: &mut impl Disk, directory: &str) -> Result<Vec<String>, LogError> {
    let names = match disk.list(directory) {
        Err(DiskError::NotFound { .. }) => {
            disk.create_dir(directory)?;
            Vec::new()
        }
        listed => listed?,
    };
    let found: Vec<String> = names
        .into_iter()
        .filter(|name| name.ends_with(".log"))
        .collect();
    if !found.is_empty() && found != [Segment::file_name(0)] {
        let directory = directory.to_owned();
        return Err(LogError::Segments { directory, found });
    }
    Ok(found)
}
