//! From records to the bytes of a batch.

use std::sync::Arc;

use super::header::{BEFORE_LENGTH, CRC_FROM};
use super::record::Written;
use super::{
    Attributes, Batch, BatchError, BatchHeader, Compression, HEADER_BYTES, MAX_BATCH_BYTES,
    NewRecord, codec,
};

/// The producer of a batch: what idempotence (L8) goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Producer {
    /// The producer's id.
    pub id: i64,
    /// The producer's epoch: a higher one fences a lower.
    pub epoch: i16,
    /// The producer's number of the first record.
    pub base_sequence: i32,
}

/// Records to be appended together: all of them or none are in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NewBatch {
    /// Create time of every record that has none of its own, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// At least one.
    pub records: Vec<NewRecord>,
    /// How the records are compressed.
    pub compression: Compression,
    /// None for a producer that is not idempotent.
    pub producer: Option<Producer>,
    /// Whether the records belong to a transaction of the producer.
    pub transactional: bool,
}

impl NewBatch {
    /// The batch as a producer sends it: base offset 0, no leader epoch.
    ///
    /// # Errors
    /// [`BatchError::TooLarge`]; [`BatchError::Unwritable`] if there is no record, or more than the format can hold, or a
    /// transaction without a producer; [`BatchError::Codec`].
    pub fn build(&self) -> Result<Batch, BatchError> {
        let first = self
            .records
            .first()
            .ok_or(BatchError::Unwritable("no record"))?;
        if self.transactional && self.producer.is_none() {
            return Err(BatchError::Unwritable("a transaction without a producer"));
        }
        let count = i32::try_from(self.records.len())
            .map_err(|_| BatchError::Unwritable("too many records"))?;
        let time = |record: &NewRecord| record.timestamp_ms.unwrap_or(self.timestamp_ms);
        let base_timestamp_ms = time(first);
        let written = self
            .records
            .iter()
            .enumerate()
            .map(|(delta, record)| Written {
                timestamp_delta: time(record).wrapping_sub(base_timestamp_ms),
                offset_delta: delta as i64,
                key: record.key.as_deref(),
                value: record.value.as_deref(),
                headers: &record.headers,
            });
        let producer = self.producer;
        let header = BatchHeader {
            base_offset: 0,
            batch_length: 0,
            leader_epoch: -1,
            checksum: 0,
            attributes: Attributes::new(self.compression)?.with_transactional(self.transactional),
            last_offset_delta: count - 1,
            base_timestamp_ms,
            max_timestamp_ms: self
                .records
                .iter()
                .map(time)
                .max()
                .unwrap_or(base_timestamp_ms),
            producer_id: producer.map_or(-1, |p| p.id),
            producer_epoch: producer.map_or(-1, |p| p.epoch),
            base_sequence: producer.map_or(-1, |p| p.base_sequence),
            records_count: count,
        };
        encode(header, written)
    }

    /// The bytes of the batch as it stands in a log at `base_offset`.
    ///
    /// # Errors
    /// Those of [`NewBatch::build`] and [`Batch::placed_at`].
    pub fn encode(&self, base_offset: i64, leader_epoch: i32) -> Result<Vec<u8>, BatchError> {
        let placed = self.build()?.placed_at(base_offset, leader_epoch)?;
        Ok(placed.bytes().to_vec())
    }
}

const TOO_LARGE: BatchError = BatchError::TooLarge {
    limit: MAX_BATCH_BYTES,
};

/// The batch of a header, whose length and checksum are filled in, and records, which are compressed as it says.
pub(super) fn encode<'a>(
    mut header: BatchHeader,
    records: impl Iterator<Item = Written<'a>>,
) -> Result<Batch, BatchError> {
    let mut out = Vec::new();
    let mut body = Vec::new();
    for record in records {
        record.put(&mut out, &mut body);
        if HEADER_BYTES + out.len() > MAX_BATCH_BYTES {
            return Err(TOO_LARGE);
        }
    }
    let records = codec::compress(header.attributes.compression(), out)?;
    // What does not shrink may grow by a few bytes.
    if HEADER_BYTES + records.len() > MAX_BATCH_BYTES {
        return Err(TOO_LARGE);
    }
    header.batch_length = (HEADER_BYTES - BEFORE_LENGTH + records.len()) as i32;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + records.len());
    header.write(&mut bytes);
    bytes.extend_from_slice(&records);
    header.checksum = crc32c::crc32c(&bytes[CRC_FROM..]);
    bytes[CRC_FROM - 4..CRC_FROM].copy_from_slice(&header.checksum.to_be_bytes());
    Ok(Batch {
        header,
        bytes: Arc::from(bytes),
    })
}
