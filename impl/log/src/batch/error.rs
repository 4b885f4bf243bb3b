//! What can be wrong with a batch.

use super::Compression;

/// What was wrong with the bytes of a batch, or with a batch to be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
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
    /// The records are compressed with a codec that the format does not define.
    #[error("unknown compression codec {0}")]
    Codec(u8),
    /// The records cannot be decompressed.
    #[error("the {codec} data is malformed: {what}")]
    Decompress {
        /// The codec.
        codec: Compression,
        /// What the codec says.
        what: String,
    },
    /// The records would take more room than those of an uncompressed batch may.
    #[error("the {codec} data holds more than {limit} bytes, or asks for more room than that")]
    Bomb {
        /// The codec.
        codec: Compression,
        /// Bytes that would have been accepted.
        limit: usize,
    },
    /// The records do not follow the format.
    #[error("malformed record {index}: {what}")]
    Record {
        /// Position of the record in the batch, from 0.
        index: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A batch to be written has more bytes than this implementation accepts (`MESSAGE_TOO_LARGE`).
    #[error("the batch cannot be written: more than {limit} bytes")]
    TooLarge {
        /// Bytes that would have been accepted.
        limit: usize,
    },
    /// A batch to be written has no records, or more of them than the format can say.
    #[error("the batch cannot be written: {0}")]
    Unwritable(&'static str),
    /// The batch is well formed, but no producer may send one like it (`INVALID_RECORD`).
    #[error("not what a producer may send: {0}")]
    Produced(&'static str),
    /// A record for a compacted topic has no key (`INVALID_RECORD`, K10).
    #[error("record {index} has no key, and the topic is compacted")]
    Keyless {
        /// Position of the record in the batch, from 0.
        index: usize,
    },
}
