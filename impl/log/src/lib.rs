//! A partition's log: Kafka's record batch format v2, append, read, recovery after a torn tail.
//!
//! A [`Log`] is one directory with one [`Segment`] file named after its first offset. What is written is visible at
//! once up to [`Log::log_end_offset`]; what survives a power cut ends at [`Log::synced_end_offset`]. Opening a log
//! *recovers* it: the longest prefix of fully valid batches stays, the rest is cut off and reported (L9), and doing it
//! again changes nothing (L10).
//!
//! Nothing read from the disk is trusted: every length and count is bounded by the bytes that are there before
//! anything is allocated.

mod batch;
mod error;
mod log;
mod recovery;
mod segment;

pub use batch::{
    Attributes, Batch, BatchError, BatchHeader, Compression, EndMarker, HEADER_BYTES,
    MAX_BATCH_BYTES, Marker, NewBatch, NewRecord, Outcome, Producer, Record, RecordHeader,
    sequence_after,
};
pub use error::{AppendError, LogError, ReadError};
pub use log::{Appended, Log};
pub use recovery::{Damage, RecoveryReport};
pub use segment::Segment;
