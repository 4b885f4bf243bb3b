//! Why a broker does not open, or stops.

use plimsoll_log::{AppendError, LogError};
use plimsoll_offsets::Text;
use plimsoll_shard::Failure;

/// Why a broker does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
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

/// Why the broker stopped for good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StopReason {
    /// A partition of the offsets topic failed: it could not be replayed, appended to or synced.
    #[error("{log}: {failure}")]
    Shard {
        /// The log's directory.
        log: String,
        /// What happened.
        failure: Failure,
    },
    /// A data partition could not be synced: what is on the disk is not known.
    #[error("{log}: sync failed: {error}")]
    Sync {
        /// The log's directory.
        log: String,
        /// What the log said.
        error: LogError,
    },
    /// An append to a data partition failed and could not be undone.
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
}
