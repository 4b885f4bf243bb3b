//! Why a log operation failed, and what that leaves behind.

use plimsoll_disk::DiskError;

use crate::BatchError;

/// What is wrong with a batch in a file, or with a file among its neighbours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The batch itself is wrong or incomplete.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// It is a good batch, but not the one that was written here. The checksum does not cover the offset.
    #[error("a batch of offset {expected} was expected here, one of {found} is found")]
    Offset {
        /// The base offset that should stand here; the lowest that can, where compaction has been.
        expected: i64,
        /// The one found.
        found: i64,
    },
    /// The file ends, with a whole batch, before or behind the offset that its neighbour begins at.
    #[error("the next segment begins at offset {next}, this one ends at {end}")]
    NextSegment {
        /// The offset after the last of this file.
        end: i64,
        /// The offset that the next file's name says.
        next: i64,
    },
}

/// What is wrong with a checkpoint file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The file's checksum does not fit. It is put in place in one step, so this is no trace of a crash.
    #[error("its checksum is wrong")]
    Checksum,
    /// The checksum is right, but a line is not one of this version.
    #[error("line {line} is not understood: {text:?}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// The checksum is right, but a line that must be there is not, or lines contradict each other.
    #[error("{0}")]
    Content(&'static str),
}

/// An operation on a log failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The disk failed. The log is as it was before, unless it has stopped.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The log could not be read.
    #[error(transparent)]
    Read(ReadError),
    /// The log has stopped: after a failed sync nothing that it holds can be believed. Open it again.
    #[error("{directory}: the log has stopped, open it again: {why}")]
    Stopped {
        /// The log's directory.
        directory: String,
        /// What stopped it.
        why: String,
    },
    /// A setting is impossible.
    #[error("{0}")]
    Config(&'static str),
    /// A file ends in `.log` but is not named like a segment. Move it away.
    #[error("{file}: not the name of a segment; move the file away")]
    Foreign {
        /// The file.
        file: String,
    },
    /// Recovery met a format that this implementation does not write. No crash leaves that, only zeros or a part of what
    /// was written, so nothing is cut off: the file is another program's, or a newer version's.
    #[error(
        "{file}: magic {magic} at byte {position}, not 2; open the directory with what wrote the file, or move the file away"
    )]
    Magic {
        /// The file.
        file: String,
        /// Where the batch begins in it.
        position: u64,
        /// The format's number.
        magic: i8,
    },
    /// A segment that the checkpoint names is not there. Restore the file, or the whole directory, from a copy.
    #[error(
        "{file}: the segment is missing, though everything below offset {recovery_point} was durable; restore it from a copy"
    )]
    Missing {
        /// The file that should be there.
        file: String,
        /// Everything below was durable.
        recovery_point: i64,
    },
    /// A segment file lies below the recovery point, and the checkpoint knows of none there. Move it away.
    #[error("{file}: not a segment that the checkpoint knows; move the file away")]
    Unknown {
        /// The file.
        file: String,
    },
    /// A file is not as long as it was when it was durable; the one being written to may be longer. Restore it from a
    /// copy.
    #[error("{file}: {found} bytes, though {expected} were durable; restore it from a copy")]
    Length {
        /// The file.
        file: String,
        /// Bytes that were durable.
        expected: u64,
        /// Bytes there.
        found: u64,
    },
    /// The checkpoint is damaged.
    #[error(
        "{file}: {reason}; restore it from a copy, or remove it: then every segment is read again, and records that were deleted below the log's start come back"
    )]
    Checkpoint {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: CheckpointError,
    },
    /// Records can be deleted up to the high watermark only.
    #[error("records can be deleted up to offset {high_watermark}, not up to {asked}")]
    DeleteOutOfRange {
        /// The offset asked for.
        asked: i64,
        /// The highest possible.
        high_watermark: i64,
    },
}

impl From<ReadError> for LogError {
    fn from(error: ReadError) -> LogError {
        match error {
            ReadError::Disk(error) => LogError::Disk(error),
            error => LogError::Read(error),
        }
    }
}

/// A producer's batch or a marker breaks the rules of L8.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProducerError {
    /// `INVALID_PRODUCER_EPOCH` (47): a newer instance of the producer has written.
    #[error("producer {producer_id}: epoch {given} is older than {current}")]
    InvalidEpoch {
        /// The producer.
        producer_id: i64,
        /// The epoch of the batch.
        given: i16,
        /// The epoch known.
        current: i16,
    },
    /// `OUT_OF_ORDER_SEQUENCE_NUMBER` (45): a batch is missing, or it is too old to be told from a repetition.
    #[error("producer {producer_id}: sequence {expected} was expected, {given} came")]
    OutOfOrderSequence {
        /// The producer.
        producer_id: i64,
        /// The sequence that would be right.
        expected: i32,
        /// The one that came.
        given: i32,
    },
    /// `TRANSACTION_COORDINATOR_FENCED` (52): a marker of an older coordinator.
    #[error("producer {producer_id}: coordinator epoch {given} is older than {current}")]
    CoordinatorFenced {
        /// The producer.
        producer_id: i64,
        /// The coordinator epoch of the marker.
        given: i32,
        /// The coordinator epoch known.
        current: i32,
    },
    /// `INVALID_TXN_STATE` (48): a batch outside any transaction while one of the producer is open.
    #[error(
        "producer {producer_id}: a batch without a transaction, while the one from offset {open_since} is open"
    )]
    InTransaction {
        /// The producer.
        producer_id: i64,
        /// First offset of the open transaction.
        open_since: i64,
    },
}

/// An append failed. Which of these it was decides what the caller may still believe (S5).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The batch cannot be written by anyone; the log was not touched.
    #[error(transparent)]
    Refused(#[from] BatchError),
    /// The producer's batch is out of order or fenced (L8); the log was not touched.
    #[error(transparent)]
    Producer(#[from] ProducerError),
    /// The leader's epoch is older than the last batch's; the log was not touched.
    #[error("leader epoch {given} is older than {last}, which is in the log")]
    LeaderEpoch {
        /// The epoch given.
        given: i32,
        /// The last in the log.
        last: i32,
    },
    /// The disk failed and the log was cut back to its end: nothing of the batch is left, the log goes on.
    #[error("append failed and was undone: {0}")]
    Undone(DiskError),
    /// The disk failed and so did cutting back: what lies behind the log's end is unknown. The log has stopped.
    #[error("append failed ({write}) and could not be undone ({undo})")]
    Broken {
        /// Why the write failed.
        write: DiskError,
        /// Why it could not be undone.
        undo: DiskError,
    },
    /// The log had stopped before. Open it again.
    #[error("{directory}: the log has stopped, open it again: {why}")]
    Stopped {
        /// The log's directory.
        directory: String,
        /// What stopped it.
        why: String,
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
    /// The disk gave fewer bytes than the file has. Reading again may help.
    #[error("{file}: {asked} bytes asked for at byte {position}, {got} read")]
    ShortRead {
        /// The file.
        file: String,
        /// Where the read began.
        position: u64,
        /// Bytes asked for, all of them inside the file.
        asked: u64,
        /// Bytes read.
        got: u64,
    },
    /// What was valid when it was written or recovered no longer is. It is never cut off: restore the file from a copy.
    #[error(
        "{file}: damaged at byte {position}, offset {offset}: {reason}; restore the file from a copy"
    )]
    Damaged {
        /// The segment file.
        file: String,
        /// The offset that should stand there; the lowest that can, where compaction has been.
        offset: i64,
        /// Where the batch begins in the file.
        position: u64,
        /// What is wrong.
        reason: Damage,
    },
    /// The log has stopped. Open it again.
    #[error("{directory}: the log has stopped, open it again: {why}")]
    Stopped {
        /// The log's directory.
        directory: String,
        /// What stopped it.
        why: String,
    },
}
