//! From a time to an offset.

use plimsoll_disk::Disk;

use crate::reader::CHUNK_BYTES;
use crate::{Damage, Log, ReadError, Segment};

impl Log {
    /// Offset and time of the first durable record that is not earlier than `timestamp_ms`; none if all are.
    /// Producers' clocks may differ, so records behind it may be earlier.
    ///
    /// # Errors
    /// [`ReadError::Disk`], [`ReadError::Damaged`], [`ReadError::Stopped`].
    pub fn offset_for_time(
        &self,
        disk: &impl Disk,
        timestamp_ms: i64,
    ) -> Result<Option<(i64, i64)>, ReadError> {
        self.running_to_read()?;
        for segment in self.segments_from(self.log_start) {
            if segment
                .max_timestamp_ms()
                .is_none_or(|latest| latest < timestamp_ms)
            {
                continue;
            }
            if let Some(found) = self.first_at(disk, segment, timestamp_ms)? {
                return Ok(Some(found).filter(|(offset, _)| *offset < self.synced_end));
            }
        }
        Ok(None)
    }

    fn first_at(
        &self,
        disk: &impl Disk,
        segment: &Segment,
        timestamp_ms: i64,
    ) -> Result<Option<(i64, i64)>, ReadError> {
        let config = &self.config;
        let relative = segment
            .index
            .at_time(disk, segment.covered(config), timestamp_ms)?;
        let near = segment.base_offset + i64::from(relative.unwrap_or(0));
        let mut walk = segment.walk(disk, config, near.max(self.log_start), CHUNK_BYTES)?;
        while let Some(found) = walk.next()? {
            let header = &found.header;
            let too_early =
                header.max_timestamp_ms < timestamp_ms || header.last_offset() < self.log_start;
            // A marker is no record that anybody could be looking for.
            if too_early || header.attributes.is_control() {
                continue;
            }
            let (offset, position) = (header.base_offset, found.position);
            let records = segment
                .parse(&found)?
                .records()
                .map_err(|reason| segment.damaged(offset, position, Damage::Batch(reason)))?;
            let first = records
                .iter()
                .find(|r| r.timestamp_ms >= timestamp_ms && r.offset >= self.log_start);
            if let Some(record) = first {
                return Ok(Some((record.offset, record.timestamp_ms)));
            }
        }
        Ok(None)
    }
}
