//! The file that a pass writes for a group of segments, a piece at a time.
//!
//! Nothing is written until something changes: a group of one segment in which all stays as it is costs a read. What
//! preceded the first change is copied then.

use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError};

use super::swap::CLEANED;
use crate::reader::CHUNK_BYTES;
use crate::{Batch, LogConfig, ReadError, Segment};

/// See the head of the module.
pub(super) struct Output<'a> {
    config: &'a LogConfig,
    /// The group's first segment, whose name and place the output gets.
    first: &'a Segment,
    /// The segment as it will be.
    segment: Segment,
    /// So many bytes at the start are those of `first`.
    unchanged: u64,
    changed: bool,
    created: bool,
    /// So many bytes are in the file.
    written: u64,
    /// What comes behind them, and behind what is unchanged.
    pending: Vec<u8>,
}

impl<'a> Output<'a> {
    /// The output for a group; one of several segments is a change in itself.
    pub(super) fn new(group: &'a [Segment], first: &'a Segment, config: &'a LogConfig) -> Self {
        let mut segment = Segment::empty("", first.base_offset);
        segment.path = first.path.clone();
        Output {
            config,
            first,
            segment,
            unchanged: 0,
            changed: group.len() > 1,
            created: false,
            written: 0,
            pending: Vec::new(),
        }
    }

    /// Takes in a batch; `same` if the group's first segment has it at this very place.
    pub(super) fn push(&mut self, batch: &Batch, same: bool) {
        if same && !self.changed {
            self.unchanged += batch.bytes().len() as u64;
        } else {
            self.changed = true;
            self.pending.extend_from_slice(batch.bytes());
        }
        self.segment.push(batch.header(), self.config);
    }

    /// A batch is left out.
    pub(super) fn leave_out(&mut self) {
        self.changed = true;
    }

    /// Whether there is enough to be written.
    pub(super) fn is_full(&self) -> bool {
        self.pending.len() >= CHUNK_BYTES
    }

    /// Writes what is pending.
    pub(super) fn flush(&mut self, disk: &mut impl Disk) -> Result<(), ReadError> {
        if !self.changed {
            return Ok(());
        }
        let path = format!("{}{CLEANED}", self.first.path);
        if !self.created {
            match disk.create(&path) {
                // A pass that failed may have left one.
                Err(DiskError::AlreadyExists { .. }) => disk.truncate(&path, 0)?,
                created => created?,
            }
            self.created = true;
        }
        while self.written < self.unchanged {
            let piece = self.copied(disk)?;
            disk.write_at(&path, self.written, &piece)?;
            self.written += piece.len() as u64;
        }
        if !self.pending.is_empty() {
            disk.write_at(&path, self.written, &self.pending)?;
            self.written += self.pending.len() as u64;
            self.pending.clear();
        }
        Ok(())
    }

    /// The next piece of what is unchanged.
    fn copied(&self, disk: &impl Disk) -> Result<Vec<u8>, ReadError> {
        let asked = (self.unchanged - self.written).min(CHUNK_BYTES as u64);
        let piece = disk.read_at(&self.first.path, self.written, asked as usize)?;
        match piece.len() as u64 {
            got if got == asked => Ok(piece),
            got => Err(ReadError::ShortRead {
                file: self.first.path.as_ref().to_owned(),
                position: self.written,
                asked,
                got,
            }),
        }
    }

    /// The segment that the file holds once it is flushed and synced; none if nothing changed.
    pub(super) fn finish(self) -> Option<(Segment, Arc<str>)> {
        let path = format!("{}{CLEANED}", self.first.path).into();
        self.changed.then_some((self.segment, path))
    }
}
