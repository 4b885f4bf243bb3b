//! Why a broker does not open, or stops.

use plimsoll_log::{AppendError, BatchError, LogError, ReadError};
use plimsoll_offsets::{EntriesError, Malformed, Text};

/// Why a broker does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A topic's name is illegal, reserved, or given twice.
    #[error("topic name {0:?} is illegal, reserved or given twice")]
    Topic(Text),
    /// A topic without partitions.
    #[error("topic {0:?} cannot have {1} partitions")]
    Partitions(Text, i32),
    /// A log could not be recovered.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// A broker that did not open, and the disk it was to open: what recovery had done by then is on it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct OpenFailure<D> {
    /// The disk.
    pub disk: D,
    /// Why.
    pub error: OpenError,
}

/// Why the offsets topic could not be replayed. An unreadable log is a failed load, never an empty one (S6).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
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
}

impl From<EntriesError> for LoadError {
    fn from(error: EntriesError) -> LoadError {
        match error {
            EntriesError::Batch { offset, reason } => LoadError::Batch { offset, reason },
            EntriesError::Record(malformed) => LoadError::Record(malformed),
        }
    }
}

/// Why the broker stopped for good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StopReason {
    /// A log could not be synced: what is on the disk is not known.
    #[error("{log}: sync failed: {error}")]
    Sync {
        /// The log's directory.
        log: String,
        /// What the log said.
        error: LogError,
    },
    /// An append failed and could not be undone.
    #[error("{log}: {error}")]
    Append {
        /// The log's directory.
        log: String,
        /// What happened.
        error: AppendError,
    },
    /// A pass of the cleaner stopped a log.
    #[error("{log}: compaction failed: {error}")]
    Clean {
        /// The log's directory.
        log: String,
        /// What the log said.
        error: LogError,
    },
    /// The offsets topic could not be replayed.
    #[error("{log}: load failed: {error}")]
    Load {
        /// The log's directory.
        log: String,
        /// What happened.
        error: LoadError,
    },
}
