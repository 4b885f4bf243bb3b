//! Record batches, format v2 (semantics §4.1): the unit of append, checksum and fetch (L7).

mod decode;
mod encode;
mod header;
mod varint;

use std::sync::Arc;

pub use decode::Batch;
pub use header::{Attributes, BatchHeader, Compression, HEADER_BYTES};

/// The largest batch that is written, in bytes. Kafka's `message.max.bytes` is a megabyte by default; the bound here
/// only keeps lengths inside what the format can say.
pub const MAX_BATCH_BYTES: usize = 64 << 20;

/// What was wrong with the bytes of a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes end inside the header or the batch.
    #[error("the batch ends after {have} bytes, it needs {need}")]
    Short {
        /// Bytes there.
        have: u64,
        /// Bytes needed.
        need: u64,
    },
    /// `batchLength` is less than a header takes, or more than this implementation accepts.
    #[error("impossible batch length {0}")]
    Length(i32),
    /// A format other than v2.
    #[error("unknown magic {0}")]
    Magic(i8),
    /// The checksum does not fit the bytes.
    #[error("checksum {stored:#010x} stored, {computed:#010x} computed")]
    Checksum {
        /// CRC-32C in the header.
        stored: u32,
        /// CRC-32C of bytes 21 to the end.
        computed: u32,
    },
    /// Offsets, deltas or counts in the header contradict each other.
    #[error("contradictory header: {0}")]
    Header(&'static str),
    /// The records are compressed, which this version does not read.
    #[error("records compressed with {0:?} are not supported")]
    Compressed(Compression),
    /// The records do not follow the format.
    #[error("malformed record {index}: {what}")]
    Record {
        /// Position of the record in the batch, from 0.
        index: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A batch to be written has no records, or more bytes or records than the format can say.
    #[error("the batch cannot be written: {0}")]
    Unwritable(&'static str),
}

/// A header of a record: a name, and bytes or none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordHeader {
    /// The name.
    pub key: Arc<str>,
    /// The value.
    pub value: Option<Arc<[u8]>>,
}

/// A record to be appended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NewRecord {
    /// The key, which compaction goes by.
    pub key: Option<Arc<[u8]>>,
    /// The value; with a key, none is a tombstone.
    pub value: Option<Arc<[u8]>>,
    /// Headers, in order.
    pub headers: Vec<RecordHeader>,
}

/// Records to be appended together: all of them or none are in the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewBatch {
    /// Create time of all records, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// At least one.
    pub records: Vec<NewRecord>,
}

/// A record read back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// Its place in the partition.
    pub offset: i64,
    /// Create or append time, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// The key.
    pub key: Option<Arc<[u8]>>,
    /// The value.
    pub value: Option<Arc<[u8]>>,
    /// Headers, in order.
    pub headers: Vec<RecordHeader>,
}

#[cfg(test)]
mod tests;
