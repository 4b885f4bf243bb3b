//! The 61 bytes in front of a batch's records.

use super::{BatchError, MAX_BATCH_BYTES};

/// Bytes in front of the records.
pub const HEADER_BYTES: usize = 61;
/// Bytes of `baseOffset` and `batchLength`, which the length does not count.
pub(crate) const BEFORE_LENGTH: usize = 12;
/// Where the checksum's cover begins: everything before it may be changed by a broker without touching the checksum.
pub(super) const CRC_FROM: usize = 21;
pub(super) const MAGIC: i8 = 2;

/// How a batch's records are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// Codec 1.
    Gzip,
    /// Codec 2.
    Snappy,
    /// Codec 3.
    Lz4,
    /// Codec 4.
    Zstd,
    /// A codec that the format does not define.
    Unknown(u8),
}

/// The batch's attribute bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes(pub i16);

impl Attributes {
    /// Bits 0 to 2.
    pub fn compression(self) -> Compression {
        match self.0 & 7 {
            0 => Compression::None,
            1 => Compression::Gzip,
            2 => Compression::Snappy,
            3 => Compression::Lz4,
            4 => Compression::Zstd,
            other => Compression::Unknown(other as u8),
        }
    }

    /// Bit 3: all records carry the time at which the broker appended them (`maxTimestamp`).
    pub fn is_append_time(self) -> bool {
        self.0 & 8 != 0
    }

    /// Bit 4: the records belong to a transaction.
    pub fn is_transactional(self) -> bool {
        self.0 & 16 != 0
    }

    /// Bit 5: the record is a marker, not data.
    pub fn is_control(self) -> bool {
        self.0 & 32 != 0
    }

    /// Bit 6: `baseTimestamp` is the time from which compaction may drop the batch's tombstones (KIP-534).
    pub fn has_delete_horizon(self) -> bool {
        self.0 & 64 != 0
    }
}

/// The fields of the header, in the order of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchHeader {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Bytes after the length field.
    pub batch_length: i32,
    /// Epoch of the leader that appended the batch.
    pub leader_epoch: i32,
    /// CRC-32C from the attributes to the end.
    pub checksum: u32,
    /// Compression, transaction and control bits.
    pub attributes: Attributes,
    /// Offset of the last record, relative to the first; kept when compaction removes records.
    pub last_offset_delta: i32,
    /// Time of the first record in milliseconds, or the delete horizon.
    pub base_timestamp_ms: i64,
    /// Latest time of a record in milliseconds.
    pub max_timestamp_ms: i64,
    /// The producer's id, −1 for none.
    pub producer_id: i64,
    /// The producer's epoch, −1 for none.
    pub producer_epoch: i16,
    /// The producer's number of the first record, −1 for none.
    pub base_sequence: i32,
    /// Records in the batch.
    pub records_count: i32,
}

fn array<const N: usize>(bytes: &[u8; HEADER_BYTES], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}

impl BatchHeader {
    /// Reads a header from the front of `bytes`, and refuses one that contradicts itself. Nothing but the first 61
    /// bytes is looked at: the checksum is the caller's business.
    ///
    /// # Errors
    /// [`BatchError::Short`], [`BatchError::Length`], [`BatchError::Magic`] or [`BatchError::Header`].
    pub fn read(bytes: &[u8]) -> Result<BatchHeader, BatchError> {
        let Some(b) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(BatchError::Short {
                have: bytes.len() as u64,
                need: HEADER_BYTES as u64,
            });
        };
        let header = BatchHeader {
            base_offset: i64::from_be_bytes(array(b, 0)),
            batch_length: i32::from_be_bytes(array(b, 8)),
            leader_epoch: i32::from_be_bytes(array(b, 12)),
            checksum: u32::from_be_bytes(array(b, 17)),
            attributes: Attributes(i16::from_be_bytes(array(b, 21))),
            last_offset_delta: i32::from_be_bytes(array(b, 23)),
            base_timestamp_ms: i64::from_be_bytes(array(b, 27)),
            max_timestamp_ms: i64::from_be_bytes(array(b, 35)),
            producer_id: i64::from_be_bytes(array(b, 43)),
            producer_epoch: i16::from_be_bytes(array(b, 51)),
            base_sequence: i32::from_be_bytes(array(b, 53)),
            records_count: i32::from_be_bytes(array(b, 57)),
        };
        header.check(i8::from_be_bytes(array(b, 16)))?;
        Ok(header)
    }

    fn check(&self, magic: i8) -> Result<(), BatchError> {
        let least = (HEADER_BYTES - BEFORE_LENGTH) as i32;
        let most = (MAX_BATCH_BYTES - BEFORE_LENGTH) as i32;
        if !(least..=most).contains(&self.batch_length) {
            return Err(BatchError::Length(self.batch_length));
        }
        if magic != MAGIC {
            return Err(BatchError::Magic(magic));
        }
        if self.base_offset < 0 || self.last_offset_delta < 0 {
            return Err(BatchError::Header("negative offset"));
        }
        // The next offset must exist too.
        if self.base_offset >= i64::MAX - i64::from(i32::MAX) {
            return Err(BatchError::Header("offset too large"));
        }
        // Compaction removes records but keeps the delta, so fewer is fine and more is not.
        if self.records_count < 0
            || i64::from(self.records_count) > i64::from(self.last_offset_delta) + 1
        {
            return Err(BatchError::Header("impossible record count"));
        }
        Ok(())
    }

    /// Offset of the last record, there or compacted away.
    pub fn last_offset(&self) -> i64 {
        self.base_offset + i64::from(self.last_offset_delta)
    }

    /// The whole batch in bytes, header and all.
    pub fn total_bytes(&self) -> usize {
        BEFORE_LENGTH + self.batch_length as usize
    }

    /// The header's bytes, with the checksum as it stands in the field.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.base_offset.to_be_bytes());
        out.extend_from_slice(&self.batch_length.to_be_bytes());
        out.extend_from_slice(&self.leader_epoch.to_be_bytes());
        out.extend_from_slice(&MAGIC.to_be_bytes());
        out.extend_from_slice(&self.checksum.to_be_bytes());
        out.extend_from_slice(&self.attributes.0.to_be_bytes());
        out.extend_from_slice(&self.last_offset_delta.to_be_bytes());
        out.extend_from_slice(&self.base_timestamp_ms.to_be_bytes());
        out.extend_from_slice(&self.max_timestamp_ms.to_be_bytes());
        out.extend_from_slice(&self.producer_id.to_be_bytes());
        out.extend_from_slice(&self.producer_epoch.to_be_bytes());
        out.extend_from_slice(&self.base_sequence.to_be_bytes());
        out.extend_from_slice(&self.records_count.to_be_bytes());
    }
}
