//! First half of a pass: the latest offset of each key in the part that no pass has read yet.

use std::sync::Arc;

use plimsoll_disk::Disk;

use super::offset_map::OffsetMap;
use super::range::Range;
use super::transactions::{Aborted, Transactions};
use crate::mutant::mutant;
use crate::reader::CHUNK_BYTES;
use crate::{Batch, BatchError, Damage, LogConfig, ReadError, Segment};

/// The keys, and up to where they were taken in.
pub(super) struct Latest {
    pub(super) map: OffsetMap,
    pub(super) end: i64,
}

/// Reads the range until its end or until the keys take too much memory, which is between two batches.
pub(super) fn build(
    disk: &impl Disk,
    segments: &[Segment],
    range: Range,
    config: &LogConfig,
    aborted: &[Aborted],
) -> Result<Latest, ReadError> {
    let mut latest = Latest {
        map: OffsetMap::new(config.offset_map_bytes),
        end: range.end,
    };
    let transactions = Transactions::new(
        match mutant!(config, aborted_records: AbortedRecords::Entered) {
            true => Vec::new(),
            false => aborted.to_vec(),
        },
    );
    let dirty = segments.iter().filter(|segment| {
        segment.end_offset > range.first_dirty && segment.base_offset < range.end
    });
    for segment in dirty {
        let mut reader = segment.batches(disk, 0, CHUNK_BYTES);
        let mut expected = segment.base_offset;
        loop {
            let position = reader.position();
            let wrong = |reason: Damage| segment.damaged(expected, position, reason);
            let found = match reader.next()? {
                None => break,
                Some(Err(reason)) => return Err(wrong(reason.into())),
                Some(Ok(found)) => found,
            };
            let header = found.header;
            segment.check_place(&header, expected).map_err(wrong)?;
            if header.last_offset() >= range.end {
                return Ok(latest);
            }
            if header.last_offset() >= range.first_dirty {
                let unread = |reason: BatchError| wrong(reason.into());
                let batch = Batch::parse(found.bytes).map_err(unread)?;
                let keys = keys(&batch, &transactions).map_err(unread)?;
                if !latest.map.take_in(&keys) {
                    latest.end = header.base_offset.max(range.first_dirty);
                    return Ok(latest);
                }
            }
            expected = header.last_offset() + 1;
        }
    }
    Ok(latest)
}

/// A key, and the offset of the record that has it.
type KeyAt = (Arc<[u8]>, i64);

/// The keys that count: not those of markers, nor of what was taken back (K7).
fn keys(batch: &Batch, transactions: &Transactions) -> Result<Vec<KeyAt>, BatchError> {
    let header = batch.header();
    let aborted = header.attributes.is_transactional()
        && transactions.is_aborted(header.producer_id, header.base_offset);
    if header.attributes.is_control() || aborted {
        return Ok(Vec::new());
    }
    let records = batch.records()?.into_iter();
    Ok(records
        .filter_map(|record| Some((record.key?, record.offset)))
        .collect())
}
