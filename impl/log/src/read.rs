//! Read: whole batches, across segments (L7, L13).

use plimsoll_disk::Disk;

use crate::mutant::mutant;
use crate::reader::CHUNK_BYTES;
use crate::{Batch, Log, LogConfig, ReadError, Segment};

/// What is still wanted of a read.
struct Wanted {
    from: i64,
    below: i64,
    max_bytes: usize,
    bytes: usize,
    batches: Vec<Batch>,
}

impl Log {
    /// Whole batches from the one that holds `from`, or the next one after a gap, as far as they end below `below`;
    /// about `max_bytes`, but at least one batch if there is one (L7, L13, KIP-74). The caller bounds by what it may
    /// show: the high watermark or the last stable offset (L5).
    ///
    /// # Errors
    /// [`ReadError::OutOfRange`] unless `from` is between the log's start and end, both included.
    /// [`ReadError::Damaged`] for a batch that is not what was written; what precedes it can be read by asking for less.
    pub fn read(
        &self,
        disk: &impl Disk,
        from: i64,
        below: i64,
        max_bytes: usize,
    ) -> Result<Vec<Batch>, ReadError> {
        self.running_to_read()?;
        let (start, end) = (self.log_start_offset(), self.log_end_offset());
        if !(start..=end).contains(&from) {
            return Err(ReadError::OutOfRange {
                asked: from,
                start,
                end,
            });
        }
        let mut wanted = Wanted {
            from,
            below,
            max_bytes,
            bytes: 0,
            batches: Vec::new(),
        };
        for segment in self.segments_from(from) {
            if segment.base_offset >= below || !wanted.take(disk, segment, &self.config)? {
                break;
            }
        }
        Ok(wanted.batches)
    }

    /// The segment that holds `from`, and those behind it.
    pub(crate) fn segments_from(&self, from: i64) -> impl Iterator<Item = &Segment> {
        let first = self
            .closed
            .partition_point(|segment| segment.end_offset <= from);
        self.closed[first..]
            .iter()
            .chain(std::iter::once(&self.active))
    }
}

impl Wanted {
    /// Takes from a segment what is wanted of it; false if there is no more to want.
    fn take(
        &mut self,
        disk: &impl Disk,
        segment: &Segment,
        config: &LogConfig,
    ) -> Result<bool, ReadError> {
        let near = self
            .max_bytes
            .saturating_add(config.index_interval_bytes as usize);
        let chunk = near.clamp(8 << 10, CHUNK_BYTES);
        let mut walk = segment.walk(disk, config, self.from, chunk)?;
        while let Some(found) = walk.next()? {
            let header = &found.header;
            if header.last_offset() < self.from {
                continue;
            }
            if mutant!(config, fetch_inside: FetchInside::NextBatch)
                && header.base_offset < self.from
            {
                continue;
            }
            if header.last_offset() >= self.below || !self.has_room(found.bytes.len()) {
                return Ok(false);
            }
            self.batches.push(segment.parse(&found)?);
        }
        Ok(true)
    }

    /// Counts a batch in, unless it is one too many.
    fn has_room(&mut self, bytes: usize) -> bool {
        let total = self.bytes.saturating_add(bytes);
        let fits = total <= self.max_bytes || self.batches.is_empty();
        if fits {
            self.bytes = total;
        }
        fits
    }
}
