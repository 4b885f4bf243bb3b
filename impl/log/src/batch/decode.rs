//! From the bytes of a batch to its records.

use std::sync::Arc;

use super::header::{BASE_OFFSET_MAX, CRC_FROM};
use super::record::RecordRef;
use super::{BatchError, BatchHeader, HEADER_BYTES, Record, codec};

/// A batch whose header and checksum are right. Its records are decoded when asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    pub(super) header: BatchHeader,
    pub(super) bytes: Arc<[u8]>,
}

/// Of what bytes the names of headers may be.
#[derive(Clone, Copy)]
enum Names {
    /// UTF-8.
    Text,
    /// Any.
    Any,
}

impl Batch {
    /// Takes exactly one batch.
    ///
    /// # Errors
    /// Those of [`BatchHeader::read`]; [`BatchError::Short`] or [`BatchError::Length`] if `bytes` is not exactly as
    /// long as the header says; [`BatchError::Checksum`].
    pub fn parse(bytes: &[u8]) -> Result<Batch, BatchError> {
        let header = BatchHeader::read(bytes)?;
        match bytes.len().cmp(&header.total_bytes()) {
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => return Err(BatchError::Length(header.batch_length)),
            std::cmp::Ordering::Less => {
                return Err(BatchError::Short {
                    have: bytes.len() as u64,
                    need: header.total_bytes() as u64,
                });
            }
        }
        let computed = crc32c::crc32c(&bytes[CRC_FROM..]);
        if computed != header.checksum {
            let stored = header.checksum;
            return Err(BatchError::Checksum { stored, computed });
        }
        Ok(Batch {
            header,
            bytes: bytes.into(),
        })
    }

    /// The header.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The batch as it stands in the file and goes over the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same batch at another place. Neither field is under the checksum, so nothing else changes.
    ///
    /// # Errors
    /// [`BatchError::Header`] if the offset is negative or so large that there is no next one.
    pub fn placed_at(&self, base_offset: i64, leader_epoch: i32) -> Result<Batch, BatchError> {
        if !(0..=BASE_OFFSET_MAX).contains(&base_offset) {
            return Err(BatchError::Header("offset out of range"));
        }
        let header = BatchHeader {
            base_offset,
            leader_epoch,
            ..self.header
        };
        let mut bytes = self.bytes.to_vec();
        bytes[..8].copy_from_slice(&base_offset.to_be_bytes());
        bytes[12..16].copy_from_slice(&leader_epoch.to_be_bytes());
        Ok(Batch {
            header,
            bytes: bytes.into(),
        })
    }

    /// Decodes the records, markers of a control batch included.
    ///
    /// # Errors
    /// [`BatchError::Codec`], [`BatchError::Decompress`], [`BatchError::Bomb`] or [`BatchError::Record`].
    pub fn records(&self) -> Result<Vec<Record>, BatchError> {
        let mut records = Vec::new();
        self.each_record(|index, record| {
            let offset = self.header.base_offset + i64::from(record.offset_delta);
            let timestamp_ms = self.header.timestamp_ms(record.timestamp_delta);
            let malformed = |what| BatchError::Record { index, what };
            records.push(record.to_record(offset, timestamp_ms).map_err(malformed)?);
            Ok(())
        })?;
        Ok(records)
    }

    /// What can be read of the records, and what is wrong behind them. For tools that show a log: what comes of it must
    /// not be written again, since U+FFFD stands in the names of headers for what is no text, as Kafka decodes them.
    pub fn readable_records(&self) -> (Vec<Record>, Option<BatchError>) {
        let mut records = Vec::new();
        let read = self.each_record_named(Names::Any, |index, record| {
            let offset = self.header.base_offset + i64::from(record.offset_delta);
            let timestamp_ms = self.header.timestamp_ms(record.timestamp_delta);
            let malformed = |what| BatchError::Record { index, what };
            records.push(record.to_record(offset, timestamp_ms).map_err(malformed)?);
            Ok(())
        });
        (records, read.err())
    }

    /// Gives every record in order, with its position in the batch, and checks what holds for all batches.
    pub(super) fn each_record(
        &self,
        each: impl FnMut(usize, RecordRef<'_>) -> Result<(), BatchError>,
    ) -> Result<(), BatchError> {
        self.each_record_named(Names::Text, each)
    }

    fn each_record_named(
        &self,
        names: Names,
        mut each: impl FnMut(usize, RecordRef<'_>) -> Result<(), BatchError>,
    ) -> Result<(), BatchError> {
        let codec = self.header.attributes.compression();
        let bytes = codec::decompress(codec, &self.bytes[HEADER_BYTES..])?;
        let mut rest = bytes.as_ref();
        let count = self.header.records_count as usize;
        let mut least_delta = 0;
        for index in 0..count {
            let malformed = |what| BatchError::Record { index, what };
            let record = match names {
                Names::Text => RecordRef::take(&mut rest),
                Names::Any => RecordRef::take_any_text(&mut rest),
            };
            let record = record.map_err(malformed)?;
            let delta = record.offset_delta;
            if delta < least_delta || delta > self.header.last_offset_delta {
                return Err(malformed("offset out of order"));
            }
            least_delta = delta.saturating_add(1);
            each(index, record)?;
        }
        match rest.is_empty() {
            true => Ok(()),
            false => Err(BatchError::Record {
                index: count,
                what: "bytes after the last record",
            }),
        }
    }
}
