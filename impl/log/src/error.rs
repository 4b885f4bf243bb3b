//! Why a log operation failed, and what that leaves behind.

use plimsoll_disk::DiskError;

use crate::BatchError;

/// Opening or syncing a log failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The directory holds segment files that this version does not put together.
    #[error("{directory}: expected one segment file starting at offset 0, found {found:?}")]
    Segments {
        /// The log's directory.
        directory: String,
        /// The `.log` files in it.
        found: Vec<String>,
    },
}

/// An append failed. Which of the three it was decides what the caller may still believe (S5).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The batch cannot be written by anyone; the log was not touched.
    #[error(transparent)]
    Refused(#[from] BatchError),
    /// The disk failed and the log was cut back to its end: nothing of the batch is left, the log goes on.
    #[error("append failed and was undone: {0}")]
    Undone(DiskError),
    /// The disk failed and so did cutting back: what lies behind the log's end is unknown. Only recovery helps.
    #[error("append failed ({write}) and could not be undone ({undo})")]
    Broken {
        /// Why the write failed.
        write: DiskError,
        /// Why the truncation failed.
        undo: DiskError,
    },
}

/// A read failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The offset is below the log's start or above its end (L13).
    #[error("offset {asked} is outside {start}..={end}")]
    OutOfRange {
        /// Offset asked for.
        asked: i64,
        /// First offset of the log.
        start: i64,
        /// Offset after the last.
        end: i64,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A batch that was valid when it was written or recovered no longer is: the file was damaged below the log's end.
    #[error("{file}: batch at offset {offset}, byte {position}: {reason}")]
    Damaged {
        /// The segment file.
        file: String,
        /// Base offset of the batch.
        offset: i64,
        /// Where the batch begins in the file.
        position: u64,
        /// What is wrong with it.
        reason: BatchError,
    },
}
