//! One file of a log: batches one after another, and what is known about them without reading.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use plimsoll_disk::Disk;

use crate::mutant::mutant;
use crate::reader::{BatchReader, damaged};
use crate::segment_index::{Covered, SegmentIndex, later};
use crate::{BatchHeader, Damage, LogConfig, ReadError};

/// A segment: the file `%020d.log`, named after its first offset.
///
/// Always, a segment ends where the next one begins, so that one that is missing is noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub(crate) path: Arc<str>,
    pub(crate) base_offset: i64,
    pub(crate) end_offset: i64,
    pub(crate) bytes: u64,
    /// The latest time and the last offset of the batch that it came with.
    pub(crate) latest: Option<(i64, i64)>,
    /// The latest time of the first batch.
    pub(crate) first_timestamp: Option<i64>,
    /// Compaction has been here: offsets grow, but do not follow on each other.
    pub(crate) has_gaps: bool,
    pub(crate) index: SegmentIndex,
}

impl Hash for Segment {
    /// The path says nothing that the offset does not.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.base_offset, self.end_offset, self.bytes).hash(state);
        (self.latest, self.first_timestamp, self.has_gaps).hash(state);
    }
}

impl Segment {
    /// The name of the segment file that starts at `base_offset`.
    pub fn file_name(base_offset: i64) -> String {
        format!("{base_offset:020}.log")
    }

    /// The offset that a segment file's name says; none if it is not one.
    pub fn parse_name(name: &str) -> Option<i64> {
        let digits = name.strip_suffix(".log")?;
        let all_digits = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
        all_digits.then(|| digits.parse().ok()).flatten()
    }

    pub(crate) fn empty(directory: &str, base_offset: i64) -> Segment {
        Segment {
            path: format!("{directory}/{}", Segment::file_name(base_offset)).into(),
            base_offset,
            end_offset: base_offset,
            bytes: 0,
            latest: None,
            first_timestamp: None,
            has_gaps: false,
            index: SegmentIndex::default(),
        }
    }

    /// The file, as the disk names it.
    pub fn file(&self) -> &str {
        &self.path
    }

    /// The first offset this segment may hold.
    pub fn base_offset(&self) -> i64 {
        self.base_offset
    }

    /// The offset after the last.
    pub fn end_offset(&self) -> i64 {
        self.end_offset
    }

    /// The file's length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The latest time of a record in milliseconds; none if no record has a time.
    pub fn max_timestamp_ms(&self) -> Option<i64> {
        self.latest.map(|(timestamp, _)| timestamp)
    }

    /// Whether compaction has been here: offsets grow, but do not follow on each other.
    pub fn has_gaps(&self) -> bool {
        self.has_gaps
    }

    /// Takes in a batch that was written at the end.
    pub(crate) fn push(&mut self, header: &BatchHeader, config: &LogConfig) {
        let position = self.bytes;
        self.has_gaps |= header.base_offset > self.end_offset;
        self.latest = later(self.latest, header);
        if position == 0 && header.max_timestamp_ms >= 0 {
            self.first_timestamp = Some(header.max_timestamp_ms);
        }
        let of = (self.base_offset, config.index_interval_bytes);
        self.index.push(header, position, self.latest, of);
        self.end_offset = header.last_offset() + 1;
        self.bytes += header.total_bytes() as u64;
    }

    pub(crate) fn covered(&self, config: &LogConfig) -> Covered<'_> {
        Covered {
            path: &self.path,
            base_offset: self.base_offset,
            interval: config.index_interval_bytes,
            unchecked: mutant!(config, index_files: IndexFiles::Trusted),
        }
    }

    pub(crate) fn write_index(
        &mut self,
        disk: &mut impl Disk,
        config: &LogConfig,
    ) -> Result<(), ReadError> {
        let path = self.path.clone();
        let covered = Covered {
            path: &path,
            ..self.covered(config)
        };
        self.index.write(disk, covered)
    }

    /// All batches, in order.
    pub(crate) fn batches<'a, D: Disk>(
        &'a self,
        disk: &'a D,
        from: u64,
        chunk: usize,
    ) -> BatchReader<'a, D> {
        BatchReader::new(disk, &self.path, from, self.bytes, chunk)
    }

    /// Whether a batch that follows on `expected` may stand here.
    pub(crate) fn check_place(&self, header: &BatchHeader, expected: i64) -> Result<(), Damage> {
        let found = header.base_offset;
        let right = match self.has_gaps {
            true => found >= expected,
            false => found == expected,
        };
        if !right {
            return Err(Damage::Offset { expected, found });
        }
        self.check_end(header)
    }

    pub(crate) fn check_end(&self, header: &BatchHeader) -> Result<(), Damage> {
        match header.last_offset() < self.end_offset {
            true => Ok(()),
            false => Err(Damage::NextSegment {
                end: header.last_offset() + 1,
                next: self.end_offset,
            }),
        }
    }

    pub(crate) fn damaged(&self, offset: i64, position: u64, reason: Damage) -> ReadError {
        damaged(&self.path, offset, position, reason)
    }
}
