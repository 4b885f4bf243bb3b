//! From records to the bytes of a batch.

use super::header::{BEFORE_LENGTH, CRC_FROM};
use super::{
    Attributes, BatchError, BatchHeader, HEADER_BYTES, MAX_BATCH_BYTES, NewBatch, NewRecord, varint,
};

impl NewBatch {
    /// The batch as it stands in a log at `base_offset`, uncompressed, without a producer id.
    ///
    /// # Errors
    /// [`BatchError::Unwritable`] if there is no record, or more than the format can hold.
    pub fn encode(&self, base_offset: i64, leader_epoch: i32) -> Result<Vec<u8>, BatchError> {
        let last = self
            .records
            .len()
            .checked_sub(1)
            .ok_or(BatchError::Unwritable("no record"))?;
        let last_offset_delta =
            i32::try_from(last).map_err(|_| BatchError::Unwritable("too many records"))?;
        let records_count = last_offset_delta
            .checked_add(1)
            .ok_or(BatchError::Unwritable("too many records"))?;
        let records = self.encode_records()?;
        let header = BatchHeader {
            base_offset,
            batch_length: (HEADER_BYTES - BEFORE_LENGTH + records.len()) as i32,
            leader_epoch,
            checksum: 0,
            attributes: Attributes::default(),
            last_offset_delta,
            base_timestamp_ms: self.timestamp_ms,
            max_timestamp_ms: self.timestamp_ms,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            records_count,
        };
        let mut out = Vec::with_capacity(HEADER_BYTES + records.len());
        header.write(&mut out);
        out.extend_from_slice(&records);
        let checksum = crc32c::crc32c(&out[CRC_FROM..]);
        out[CRC_FROM - 4..CRC_FROM].copy_from_slice(&checksum.to_be_bytes());
        Ok(out)
    }

    fn encode_records(&self) -> Result<Vec<u8>, BatchError> {
        let mut out = Vec::new();
        let mut body = Vec::new();
        for (delta, record) in self.records.iter().enumerate() {
            body.clear();
            record.encode_body(delta as i64, &mut body);
            varint::put(&mut out, body.len() as i64);
            out.extend_from_slice(&body);
            if HEADER_BYTES + out.len() > MAX_BATCH_BYTES {
                return Err(BatchError::Unwritable("too many bytes"));
            }
        }
        Ok(out)
    }
}

impl NewRecord {
    /// Everything after the record's length.
    fn encode_body(&self, offset_delta: i64, out: &mut Vec<u8>) {
        out.push(0); // attributes: none is defined
        varint::put(out, 0); // all records of a batch share its timestamp
        varint::put(out, offset_delta);
        put_bytes(out, self.key.as_deref());
        put_bytes(out, self.value.as_deref());
        varint::put(out, self.headers.len() as i64);
        for header in &self.headers {
            put_bytes(out, Some(header.key.as_bytes()));
            put_bytes(out, header.value.as_deref());
        }
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => varint::put(out, -1),
        Some(bytes) => {
            varint::put(out, bytes.len() as i64);
            out.extend_from_slice(bytes);
        }
    }
}
