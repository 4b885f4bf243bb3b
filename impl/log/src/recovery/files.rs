//! The files of a log's directory, tidied up.

use plimsoll_disk::{Disk, DiskError};

use super::again;
use crate::checkpoint::{self, Checkpoint, FILE, TEMPORARY};
use crate::clean::swap::{self, CLEANED};
use crate::segment_index::sibling;
use crate::{LogConfig, LogError, ReadError, Segment};

/// What is in the directory, and what was done about it.
pub(super) struct Files {
    pub(super) directory: String,
    /// First offsets of the segments, ascending; at least one.
    pub(super) segments: Vec<i64>,
    pub(super) checkpoint: Option<Checkpoint>,
    /// The log stopped at a sync that failed, and the machine may have been up since.
    pub(super) is_marked: bool,
    pub(super) leftovers: Vec<String>,
    pub(super) deleted: Vec<String>,
    pub(super) swapped: Vec<String>,
}

impl Files {
    /// Makes the directory and a first segment if need be, and removes what a crash left half done.
    pub(super) fn tidy_up(
        disk: &mut impl Disk,
        directory: &str,
        config: &LogConfig,
    ) -> Result<Files, LogError> {
        let names = match disk.list(directory) {
            Err(DiskError::NotFound { .. }) => {
                disk.create_dir(directory)?;
                Vec::new()
            }
            listed => listed?,
        };
        let mut checkpoint = match names.iter().any(|name| name == FILE) {
            true => Some(read_checkpoint(disk, directory)?),
            false => None,
        };
        let swapped = swap::finish(disk, directory, &names, &mut checkpoint, config)?;
        let names = match swapped.is_empty() {
            true => names,
            false => disk.list(directory)?,
        };
        let mut files = Files {
            directory: directory.to_owned(),
            segments: segments(directory, &names)?,
            checkpoint,
            is_marked: names.iter().any(|name| name == again::MARK),
            leftovers: Vec::new(),
            deleted: Vec::new(),
            swapped,
        };
        for name in names {
            if files.is_leftover(&name) {
                disk.remove(&format!("{directory}/{name}"))?;
                files.leftovers.push(name);
            }
        }
        if files.segments.is_empty() && files.checkpoint.is_none() {
            disk.create(&files.path(0))?;
            files.segments.push(0);
        }
        Ok(files)
    }

    pub(super) fn path(&self, base_offset: i64) -> String {
        format!("{}/{}", self.directory, Segment::file_name(base_offset))
    }

    /// A temporary file, or the index of a segment that is gone.
    fn is_leftover(&self, name: &str) -> bool {
        let segment_gone = |stem: &str| {
            let base = Segment::parse_name(&format!("{stem}.log"));
            base.is_some_and(|base| self.segments.binary_search(&base).is_err())
        };
        let of_index = name
            .strip_suffix(".index")
            .or_else(|| name.strip_suffix(".timeindex"));
        let temporary = [CLEANED, again::COPY];
        let is_temporary = temporary.iter().any(|ending| {
            name.strip_suffix(ending)
                .is_some_and(|target| Segment::parse_name(target).is_some())
        });
        name == TEMPORARY || is_temporary || of_index.is_some_and(segment_gone)
    }

    /// Writes the checkpoint again, before anything is done that it says, if it may be in memory only.
    pub(super) fn settle_checkpoint(&self, disk: &mut impl Disk) -> Result<(), LogError> {
        if let Some(checkpoint) = &self.checkpoint
            && self.is_marked
        {
            checkpoint::put_again(disk, &self.directory, checkpoint)?;
        }
        Ok(())
    }

    /// Removes the segments that lie wholly below the log's start: a deletion that a crash cut short.
    pub(super) fn delete_below(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        let Some(checkpoint) = &self.checkpoint else {
            return Ok(());
        };
        // The segment that the recovery point lies in stays, even if the log starts behind it.
        let point = checkpoint.recovery_point.segment;
        let below = |pair: &&[i64]| pair[0] < point && pair[1] <= checkpoint.log_start;
        let gone = self.segments.windows(2).take_while(below).count();
        for base_offset in self.segments.drain(..gone).collect::<Vec<_>>() {
            let path = self.path(base_offset);
            remove_segment(disk, &path)?;
            self.deleted.push(path);
        }
        Ok(())
    }
}

/// Removes a segment file and its index files. What is gone already is no error: an earlier try may have got there.
pub(crate) fn remove_segment(disk: &mut impl Disk, path: &str) -> Result<(), DiskError> {
    let indexes = [sibling(path, "index"), sibling(path, "timeindex")];
    for file in indexes.iter().map(String::as_str).chain([path]) {
        match disk.remove(file) {
            Err(DiskError::NotFound { .. }) => {}
            removed => removed?,
        }
    }
    Ok(())
}

fn read_checkpoint(disk: &impl Disk, directory: &str) -> Result<Checkpoint, LogError> {
    let file = format!("{directory}/{FILE}");
    let asked = disk.len(&file)?;
    let bytes = disk.read_at(&file, 0, usize::try_from(asked).unwrap_or(usize::MAX))?;
    let got = bytes.len() as u64;
    if got != asked {
        return Err(LogError::Read(ReadError::ShortRead {
            file,
            position: 0,
            asked,
            got,
        }));
    }
    Checkpoint::parse(&bytes).map_err(|reason| LogError::Checkpoint { file, reason })
}

fn segments(directory: &str, names: &[String]) -> Result<Vec<i64>, LogError> {
    let mut found = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(".log")) {
        let base_offset = Segment::parse_name(name).ok_or_else(|| LogError::Foreign {
            file: format!("{directory}/{name}"),
        })?;
        found.push(base_offset);
    }
    found.sort_unstable();
    Ok(found)
}
