//! From the bytes of a batch to its records.

use std::sync::Arc;

use super::header::CRC_FROM;
use super::{BatchError, BatchHeader, Compression, HEADER_BYTES, Record, RecordHeader, varint};

/// A batch whose header and checksum are right. Its records are decoded when asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    header: BatchHeader,
    bytes: Arc<[u8]>,
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

    /// Decodes the records, markers of a control batch included.
    ///
    /// # Errors
    /// [`BatchError::Compressed`] or [`BatchError::Record`].
    pub fn records(&self) -> Result<Vec<Record>, BatchError> {
        match self.header.attributes.compression() {
            Compression::None => {}
            codec => return Err(BatchError::Compressed(codec)),
        }
        let mut rest = &self.bytes[HEADER_BYTES..];
        // The count is not trusted with an allocation: a record takes 7 bytes at least.
        let count = self.header.records_count as usize;
        let mut records = Vec::with_capacity(count.min(rest.len() / 7));
        let mut least_delta = 0;
        for index in 0..count {
            let malformed = |what| BatchError::Record { index, what };
            let body = take_block(&mut rest).flatten().ok_or(malformed("length"))?;
            let (delta, record) = self.record(body).map_err(malformed)?;
            if delta < least_delta || delta > self.header.last_offset_delta {
                return Err(malformed("offset out of order"));
            }
            least_delta = delta.saturating_add(1);
            records.push(record);
        }
        if !rest.is_empty() {
            let what = "bytes after the last record";
            return Err(BatchError::Record { index: count, what });
        }
        Ok(records)
    }

    /// Decodes what follows a record's length; also gives its offset delta.
    fn record(&self, mut body: &[u8]) -> Result<(i32, Record), &'static str> {
        let (_attributes, rest) = body.split_first().ok_or("attributes")?;
        body = rest;
        let timestamp_delta = varint::take_long(&mut body).ok_or("timestamp delta")?;
        let delta = varint::take(&mut body).ok_or("offset delta")?;
        let key = take_block(&mut body).ok_or("key")?.map(Arc::from);
        let value = take_block(&mut body).ok_or("value")?.map(Arc::from);
        let headers = take_headers(&mut body)?;
        if !body.is_empty() {
            return Err("bytes after the headers");
        }
        let timestamp_ms = if self.header.attributes.is_append_time() {
            self.header.max_timestamp_ms
        } else {
            self.header.base_timestamp_ms.wrapping_add(timestamp_delta)
        };
        let record = Record {
            offset: self.header.base_offset + i64::from(delta),
            timestamp_ms,
            key,
            value,
            headers,
        };
        Ok((delta, record))
    }
}

fn take_headers(body: &mut &[u8]) -> Result<Vec<RecordHeader>, &'static str> {
    let count = varint::take(body).ok_or("header count")?;
    let count = usize::try_from(count).map_err(|_| "header count")?;
    let mut headers = Vec::new();
    for _ in 0..count {
        let key = take_block(body).flatten().ok_or("header key")?;
        let key = std::str::from_utf8(key)
            .map_err(|_| "header key is not UTF-8")?
            .into();
        let value = take_block(body).ok_or("header value")?.map(Arc::from);
        headers.push(RecordHeader { key, value });
    }
    Ok(headers)
}

/// Takes a length and as many bytes; `Some(None)` is the length −1, `None` is a length that cannot be.
fn take_block<'a>(bytes: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let length = varint::take(bytes)?;
    if length == -1 {
        return Some(None);
    }
    let (block, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    Some(Some(block))
}
