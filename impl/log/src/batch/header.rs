//! The 61 bytes in front of a batch's records.

use std::fmt;

use super::{BatchError, MAX_BATCH_BYTES, Producer};

/// Bytes in front of the records.
pub const HEADER_BYTES: usize = 61;
/// Bytes of `baseOffset` and `batchLength`, which the length does not count.
pub(crate) const BEFORE_LENGTH: usize = 12;
/// Where the checksum's cover begins: everything before it may be changed by a broker without touching the checksum.
pub(super) const CRC_FROM: usize = 21;
pub(super) const MAGIC: i8 = 2;
/// Where it stands, in every format that Kafka ever had.
pub(super) const MAGIC_AT: usize = 16;

/// The largest base offset: the offset after the last record must exist too.
pub(super) const BASE_OFFSET_MAX: i64 = i64::MAX - i32::MAX as i64 - 1;

/// How a batch's records are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    #[default]
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

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Compression::None => write!(f, "none"),
            Compression::Gzip => write!(f, "gzip"),
            Compression::Snappy => write!(f, "snappy"),
            Compression::Lz4 => write!(f, "lz4"),
            Compression::Zstd => write!(f, "zstd"),
            Compression::Unknown(codec) => write!(f, "codec {codec}"),
        }
    }
}

/// The batch's attribute bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes(pub i16);

impl Attributes {
    /// Only the codec's bits.
    pub(super) fn new(codec: Compression) -> Result<Attributes, BatchError> {
        match codec {
            Compression::None => Ok(Attributes(0)),
            Compression::Gzip => Ok(Attributes(1)),
            Compression::Snappy => Ok(Attributes(2)),
            Compression::Lz4 => Ok(Attributes(3)),
            Compression::Zstd => Ok(Attributes(4)),
            Compression::Unknown(codec) => Err(BatchError::Codec(codec)),
        }
    }

    fn with(self, bit: i16, set: bool) -> Attributes {
        Attributes(if set { self.0 | bit } else { self.0 & !bit })
    }

    pub(super) fn with_append_time(self, set: bool) -> Attributes {
        self.with(8, set)
    }

    pub(super) fn with_transactional(self, set: bool) -> Attributes {
        self.with(16, set)
    }

    pub(super) fn with_control(self) -> Attributes {
        self.with(32, true)
    }

    pub(super) fn with_delete_horizon(self, set: bool) -> Attributes {
        self.with(64, set)
    }

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
        // What the other fields mean in another format nobody knows here. Zeros are no format: torn writes leave them.
        if let Some(magic) = bytes.get(MAGIC_AT).map(|byte| *byte as i8)
            && magic != 0
            && magic != MAGIC
        {
            return Err(BatchError::Magic(magic));
        }
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
        header.check(i8::from_be_bytes(array(b, MAGIC_AT)))?;
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
        if self.base_offset > BASE_OFFSET_MAX {
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

    /// When compaction may drop the batch's tombstones or marker, in milliseconds; none before its first pass.
    pub fn delete_horizon_ms(&self) -> Option<i64> {
        self.attributes
            .has_delete_horizon()
            .then_some(self.base_timestamp_ms)
    }

    /// The producer; none if it is not idempotent. A marker has the base sequence −1.
    pub fn producer(&self) -> Option<Producer> {
        (self.producer_id >= 0).then_some(Producer {
            id: self.producer_id,
            epoch: self.producer_epoch,
            base_sequence: self.base_sequence,
        })
    }

    /// The producer's number of the last record, −1 if there is none. Compaction does not change it.
    pub fn last_sequence(&self) -> i32 {
        match self.base_sequence {
            ..0 => -1,
            base => sequence_after(base, self.last_offset_delta),
        }
    }

    /// Time of a record, in milliseconds.
    pub(super) fn timestamp_ms(&self, delta: i64) -> i64 {
        match self.attributes.is_append_time() {
            true => self.max_timestamp_ms,
            false => self.base_timestamp_ms.wrapping_add(delta),
        }
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

/// The sequence number `steps` after `sequence`, both at least 0: after `i32::MAX` comes 0.
pub fn sequence_after(sequence: i32, steps: i32) -> i32 {
    ((i64::from(sequence) + i64::from(steps)) & i64::from(i32::MAX)) as i32
}
