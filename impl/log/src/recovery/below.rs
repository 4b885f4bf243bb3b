//! The part of a log that was durable when the checkpoint was written: taken from the checkpoint, not read.

use plimsoll_disk::Disk;

use super::files::Files;
use crate::checkpoint::{Checkpoint, SegmentLine};
use crate::reader::{BatchReader, CHUNK_BYTES, damaged};
use crate::segment_index::SegmentIndex;
use crate::{Damage, LogConfig, LogError, ReadError, Segment};

/// The log's start, and the segments up to the one that the recovery point lies in, that one as far as it goes. Without
/// a checkpoint, the first segment, of which nothing is known.
pub(super) fn durable(
    disk: &impl Disk,
    files: &Files,
    checkpoint: Option<&Checkpoint>,
    config: &LogConfig,
) -> Result<(i64, Vec<Segment>), LogError> {
    let Some(checkpoint) = checkpoint else {
        let first = files.segments.first().copied().unwrap_or(0);
        return Ok((first, vec![Segment::empty(&files.directory, first)]));
    };
    let point = checkpoint.recovery_point;
    let missing = |base_offset| LogError::Missing {
        file: files.path(base_offset),
        recovery_point: point.offset,
    };
    let up_to_point = files.segments.iter().filter(|base| **base <= point.segment);
    let mut expected = checkpoint.first_needed();
    let mut segments = Vec::new();
    for &base_offset in up_to_point {
        let segment = segment(disk, files, checkpoint, base_offset, config)?;
        match expected {
            Some(expected) if expected < base_offset => return Err(missing(expected)),
            Some(expected) if expected > base_offset => {
                return Err(overlap(segments.last(), base_offset));
            }
            _ => {}
        }
        expected = Some(segment.end_offset);
        segments.push(segment);
    }
    match segments.last() {
        Some(last) if last.base_offset == point.segment => Ok((checkpoint.log_start, segments)),
        last => Err(missing(last.map_or(point.segment, |last| last.end_offset))),
    }
}

impl Checkpoint {
    /// First offset of the first segment that is not wholly below the log's start.
    fn first_needed(&self) -> Option<i64> {
        let last = self.segments.len().saturating_sub(1);
        let below = self.segments[..last]
            .iter()
            .take_while(|line| line.end_offset <= self.log_start)
            .count();
        self.segments.get(below).map(|line| line.base_offset)
    }

    fn line(&self, base_offset: i64) -> Option<&SegmentLine> {
        let at = self
            .segments
            .binary_search_by_key(&base_offset, |line| line.base_offset);
        at.ok().map(|at| &self.segments[at])
    }
}

/// A segment below the recovery point, or the one that it lies in.
fn segment(
    disk: &impl Disk,
    files: &Files,
    checkpoint: &Checkpoint,
    base_offset: i64,
    config: &LogConfig,
) -> Result<Segment, LogError> {
    let path = files.path(base_offset);
    let length = disk.len(&path)?;
    let holds_point = base_offset == checkpoint.recovery_point.segment;
    let swapped = files.is_swapped(base_offset);
    match checkpoint.line(base_offset) {
        Some(line) if holds_point && length < line.bytes => Err(LogError::TooShort {
            file: path,
            expected: line.bytes,
            found: length,
        }),
        Some(line) if holds_point || (line.bytes == length && !swapped) => Ok(line.segment(path)),
        // Compaction has put it there since: it can say for itself what it is.
        _ => Ok(Segment::scan(disk, &files.directory, base_offset, config)?),
    }
}

fn overlap(before: Option<&Segment>, next: i64) -> LogError {
    let (path, end, bytes) = before.map_or(("", next, 0), |s| (s.file(), s.end_offset, s.bytes));
    LogError::Read(damaged(path, end, bytes, Damage::NextSegment { end, next }))
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
    /// Reads and checks a whole segment file, gaps allowed; whatever is wrong in it is an error.
    pub(crate) fn scan(
        disk: &impl Disk,
        directory: &str,
        base_offset: i64,
        config: &LogConfig,
    ) -> Result<Segment, ReadError> {
        let mut segment = Segment::empty(directory, base_offset);
        let path = segment.path.clone();
        let mut reader = BatchReader::new(disk, &path, 0, disk.len(&path)?, CHUNK_BYTES);
        loop {
            let position = reader.position();
            let wrong = |reason| damaged(&path, segment.end_offset, position, reason);
            let found = match reader.next()? {
                None => return Ok(segment),
                Some(found) => found.map_err(|reason| wrong(reason.into()))?,
            };
            found.check().map_err(|reason| wrong(reason.into()))?;
            let found = found.header;
            if found.base_offset < segment.end_offset {
                return Err(wrong(Damage::Offset {
                    expected: segment.end_offset,
                    found: found.base_offset,
                }));
            }
            segment.push(&found, config);
        }
    }
}
