//! A partition's log: Kafka's record batch format v2 in segments, recovery, idempotence, transactions, retention.
//!
//! A [`Log`] is one directory with [`Segment`] files named after their first offset. What is written is visible at
//! once up to [`Log::log_end_offset`]; what survives a power cut ends at [`Log::synced_end_offset`]. Opening a log
//! *recovers* it: the longest prefix of fully valid batches stays, the rest is cut off and reported (L9), and doing it
//! again changes nothing (L10).
//!
//! | file | what it holds | when it is believed |
//! |---|---|---|
//! | `%020d.log` | batches | below the recovery point as it stands, from there on after a check |
//! | `%020d.index`, `.timeindex` | offset and time to position, in Kafka's formats | if the checkpoint has its checksum, otherwise it is rebuilt (L11) |
//! | `checkpoint` | recovery point, log start, producers, transactions, leader epochs, segments | always; if its checksum is wrong the log does not open |
//!
//! A failed sync stops the log for good: every later call is refused until it is opened again, because nobody can tell
//! what the disk holds. Time is an argument, never asked for. Nothing read from the disk is trusted: every length and
//! count is bounded by the bytes that are there before anything is allocated.

mod append;
mod batch;
mod checkpoint;
mod clean;
mod config;
#[cfg(feature = "mutants")]
pub mod decisions;
mod derived;
mod dry_run_recovery;
mod epochs;
mod error;
mod index;
mod log;
mod mutant;
mod producers;
mod read;
mod reader;
mod recovery;
mod report;
mod retention;
mod segment;
mod segment_index;
mod sync;
mod time;
mod transactions;
mod walk;

pub use batch::{
    Attributes, Batch, BatchError, BatchHeader, Compression, EndMarker, HEADER_BYTES,
    LegacyMessage, MAX_BATCH_BYTES, Marker, NewBatch, NewRecord, Outcome, Producer, Record,
    RecordHeader, sequence_after,
};
pub use clean::{CleanReport, Dropped};
pub use config::LogConfig;
#[cfg(feature = "mutants")]
pub use decisions::Decisions;
pub use dry_run_recovery::{DryRun, Writer};
pub use epochs::LeaderEpoch;
pub use error::{AppendError, CheckpointError, Damage, LogError, ProducerError, ReadError};
pub use log::{Appended, Log, RecoveryPoint};
pub use producers::{ProducerBatch, ProducerState};
pub use report::RecoveryReport;
pub use segment::Segment;
pub use sync::Unsynced;
pub use transactions::AbortedTransaction;
