//! Why a shard serves nothing, until the next election.

use plimsoll_log::{AppendError, BatchError, LogError, ReadError};
use plimsoll_offsets::{EntriesError, Malformed};

/// Why a partition of the offsets topic could not be replayed. An unreadable log is a failed load, never an empty one (S6).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log had stopped, and could not be opened anew.
    #[error(transparent)]
    Open(#[from] LogError),
    /// A batch could not be decoded.
    #[error("batch at offset {offset}: {reason}")]
    Batch {
        /// Base offset of the batch.
        offset: i64,
        /// What is wrong with it.
        reason: BatchError,
    },
    /// A record is not one of the offsets topic.
    #[error(transparent)]
    Record(#[from] Malformed),
    /// The log ends before its end.
    #[error("nothing can be read at offset {offset}")]
    Nothing {
        /// Where something should be.
        offset: i64,
    },
    /// The log is led in another epoch by now, or elsewhere.
    #[error("not led here in epoch {leader_epoch}")]
    NotLed {
        /// The epoch that was asked for.
        leader_epoch: i32,
    },
}

impl From<EntriesError> for LoadError {
    fn from(error: EntriesError) -> LoadError {
        match error {
            EntriesError::Batch { offset, reason } => LoadError::Batch { offset, reason },
            EntriesError::Record(malformed) => LoadError::Record(malformed),
        }
    }
}

/// Why a shard has failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The log could not be replayed.
    #[error("load failed: {0}")]
    Load(#[source] LoadError),
    /// An append failed, and perhaps it is there, perhaps not (S4, S5; KAFKA-20845).
    #[error(transparent)]
    Append(AppendError),
    /// A sync failed: what is on the disk is not known.
    #[error("sync failed: {0}")]
    Sync(#[source] LogError),
    /// Somebody else has appended to the log.
    #[error("appended at offset {found}, expected {expected}")]
    SomebodyElseAppended {
        /// Where the log should have ended.
        expected: i64,
        /// Where it ended.
        found: i64,
    },
    /// A bug: this panicked.
    #[error("the {0} panicked")]
    Panicked(&'static str),
}
