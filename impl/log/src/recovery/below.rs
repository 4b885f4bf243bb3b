//! The part of a log that was durable when the checkpoint was written: taken from the checkpoint, not read.

use plimsoll_disk::Disk;

use super::files::Files;
use crate::checkpoint::{Checkpoint, SegmentLine};
use crate::reader::{BatchReader, CHUNK_BYTES, damaged};
use crate::segment_index::SegmentIndex;
use crate::{Damage, LogConfig, LogError, ReadError, RecoveryPoint, Segment};

/// The log's start, and the segments up to the one that the recovery point lies in, that one as far as it goes. Without
/// a checkpoint, the first segment, of which nothing is known.
pub(super) fn durable(disk: &impl Disk, files: &Files) -> Result<(i64, Vec<Segment>), LogError> {
    let Some(checkpoint) = &files.checkpoint else {
        let first = files.segments.first().copied().unwrap_or(0);
        return Ok((first, vec![Segment::empty(&files.directory, first)]));
    };
    let needed = checkpoint.needed();
    let mut segments = Vec::new();
    for line in needed {
        segments.push(segment(disk, files, line, checkpoint.recovery_point)?);
    }
    let point = checkpoint.recovery_point.segment;
    let mut up_to_point = files.segments.iter().filter(|base| **base <= point);
    let known = |base: &i64| {
        needed
            .binary_search_by_key(base, |line| line.base_offset)
            .is_ok()
    };
    match up_to_point.find(|base| !known(base)) {
        None => Ok((checkpoint.log_start, segments)),
        Some(&unknown) => Err(LogError::Unknown {
            file: files.path(unknown),
        }),
    }
}

impl Checkpoint {
    /// The segments that are not wholly below the log's start, the one that the recovery point lies in at any rate.
    fn needed(&self) -> &[SegmentLine] {
        let last = self.segments.len().saturating_sub(1);
        let below = self.segments[..last]
            .iter()
            .take_while(|line| line.end_offset <= self.log_start)
            .count();
        &self.segments[below..]
    }
}

/// A segment below the recovery point, or the one that it lies in, which may have grown since.
fn segment(
    disk: &impl Disk,
    files: &Files,
    line: &SegmentLine,
    point: RecoveryPoint,
) -> Result<Segment, LogError> {
    let file = files.path(line.base_offset);
    if files.segments.binary_search(&line.base_offset).is_err() {
        let recovery_point = point.offset;
        return Err(LogError::Missing {
            file,
            recovery_point,
        });
    }
    let (expected, found) = (line.bytes, disk.len(&file)?);
    let may_be_longer = line.base_offset == point.segment;
    match found == expected || (may_be_longer && found > expected) {
        true => Ok(line.segment(file)),
        false => Err(LogError::Length {
            file,
            expected,
            found,
        }),
    }
}

impl SegmentLine {
    fn segment(&self, path: String) -> Segment {
        Segment {
            path: path.into(),
            base_offset: self.base_offset,
            end_offset: self.end_offset,
            bytes: self.bytes,
            latest: self.latest,
            first_timestamp: self.first_timestamp,
            has_gaps: self.has_gaps,
            index: SegmentIndex::in_files(self.bytes, self.index),
        }
    }
}

impl Segment {
    /// Reads and checks a whole segment in the file `path`, gaps allowed; whatever is wrong in it is an error.
    pub(crate) fn scan(
        &mut self,
        disk: &impl Disk,
        path: &str,
        config: &LogConfig,
    ) -> Result<(), ReadError> {
        let mut reader = BatchReader::new(disk, path, 0, disk.len(path)?, CHUNK_BYTES);
        loop {
            let position = reader.position();
            let wrong = |reason| damaged(path, self.end_offset, position, reason);
            let found = match reader.next()? {
                None => return Ok(()),
                Some(found) => found.map_err(|reason| wrong(reason.into()))?,
            };
            found.check().map_err(|reason| wrong(reason.into()))?;
            let found = found.header;
            if found.base_offset < self.end_offset {
                return Err(wrong(Damage::Offset {
                    expected: self.end_offset,
                    found: found.base_offset,
                }));
            }
            self.push(&found, config);
        }
    }
}
