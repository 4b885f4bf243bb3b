//! Walking a segment of an open log: every batch must be the one that was written there.

use plimsoll_disk::Disk;

use crate::reader::{BatchReader, Found};
use crate::{Batch, Damage, LogConfig, ReadError, Segment};

/// Batches of a segment from some place on, each checked against its neighbours; its checksum is not.
pub(crate) struct Walk<'a, D> {
    segment: &'a Segment,
    reader: BatchReader<'a, D>,
    /// The last offset of the first batch, if the index knows it.
    known_last: Option<i64>,
    expected: i64,
}

impl Segment {
    /// Walks from near `offset`, reading `chunk` bytes at a time. The first batches may end below it.
    pub(crate) fn walk<'a, D: Disk>(
        &'a self,
        disk: &'a D,
        config: &LogConfig,
        offset: i64,
        chunk: usize,
    ) -> Result<Walk<'a, D>, ReadError> {
        let (position, known_last) = self.seek(disk, config, offset)?;
        Ok(Walk {
            segment: self,
            reader: self.batches(disk, position, chunk),
            known_last,
            expected: self.base_offset,
        })
    }

    /// From where to walk to the batch that holds `offset`: a byte position, and the last offset of the batch there if
    /// the index knows it.
    fn seek(
        &self,
        disk: &impl Disk,
        config: &LogConfig,
        offset: i64,
    ) -> Result<(u64, Option<i64>), ReadError> {
        let relative = u64::try_from(offset - self.base_offset).unwrap_or(0);
        if relative == 0 || self.bytes <= u64::from(config.index_interval_bytes) {
            return Ok((0, None));
        }
        let entry = self
            .index
            .at_offset(disk, self.covered(config), relative)?
            .filter(|entry| u64::from(entry.1) < self.bytes);
        Ok(entry.map_or((0, None), |(last, position)| {
            let last = self.base_offset + i64::from(last);
            (u64::from(position), Some(last))
        }))
    }
}

impl<D: Disk> Walk<'_, D> {
    /// The next batch; none at the segment's end.
    pub(crate) fn next(&mut self) -> Result<Option<Found<'_>>, ReadError> {
        let (segment, expected) = (self.segment, self.expected);
        let position = self.reader.position();
        let damaged = |reason| segment.damaged(expected, position, reason);
        let Some(found) = self.reader.next()? else {
            return segment.check_whole(expected).map(|()| None);
        };
        let found = found.map_err(|reason| damaged(reason.into()))?;
        let last = found.header.last_offset();
        match self.known_last.take() {
            None => segment.check_place(&found.header, expected),
            Some(known) if known == last => segment.check_end(&found.header),
            Some(known) => Err(Damage::Offset {
                expected: known,
                found: last,
            }),
        }
        .map_err(damaged)?;
        self.expected = last + 1;
        Ok(Some(found))
    }
}

impl Segment {
    /// The last batch of a segment is always kept, so a file that ends early has lost something.
    fn check_whole(&self, end: i64) -> Result<(), ReadError> {
        let next = self.end_offset;
        match end == next {
            true => Ok(()),
            false => Err(self.damaged(end, self.bytes, Damage::NextSegment { end, next })),
        }
    }

    /// The whole batch, with its checksum.
    pub(crate) fn parse(&self, found: &Found<'_>) -> Result<Batch, ReadError> {
        Batch::parse(found.bytes)
            .map_err(|reason| self.damaged(found.header.base_offset, found.position, reason.into()))
    }
}
