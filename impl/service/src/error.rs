//! Why a service does not start or does not end well.

use plimsoll_log::LogError;

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// `offsets_partitions` is not positive.
    #[error("the offsets topic cannot have {0} partitions; give at least 1")]
    Partitions(i32),
    /// A partition's log does not open. Nothing was lost by trying.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The system gave no thread.
    #[error("a thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// A log that did not close in an orderly way: the next start reads it again from its last checkpoint.
#[derive(Debug, thiserror::Error)]
#[error("partition {partition} of the offsets topic did not close well: {reason}")]
pub struct CloseError {
    /// The partition.
    pub partition: i32,
    /// What the log said.
    pub reason: LogError,
}
