//! What a shard needs of its log.

use std::ops::Range;

use plimsoll_coordinator::{ErrorCode, Step, Timestamp};
use plimsoll_log::{AppendError, BatchError, ProducerError};
use plimsoll_offsets::Entry;

use crate::failure::LoadError;

/// How far the log is durable, as its leader in one epoch sees it. Without the epoch the number says nothing: the next
/// leader's records raise it too (S2; KAFKA-20634).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HighWatermark {
    /// The leader epoch in which it was seen.
    pub leader_epoch: i32,
    /// Everything below is durable.
    pub offset: i64,
}

/// Why an append failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendFailure {
    /// No record of the step is in the log, nor will it be. The error is that of Kafka's log; the coordinator knows what a
    /// group client is told then.
    NotWritten(ErrorCode),
    /// Perhaps they are, perhaps not: only a load can tell (S4, S5; KAFKA-20845).
    Unknown(AppendError),
}

impl From<AppendError> for AppendFailure {
    fn from(error: AppendError) -> AppendFailure {
        AppendFailure::NotWritten(match error {
            AppendError::Refused(BatchError::TooLarge { .. }) => ErrorCode::MessageTooLarge,
            // Only a name too long for the format gets here.
            AppendError::Refused(_) => ErrorCode::UnknownServerError,
            AppendError::LeaderEpoch { .. } => ErrorCode::NotCoordinator,
            AppendError::Undone(_) | AppendError::Stopped { .. } => ErrorCode::KafkaStorageError,
            AppendError::Producer(ProducerError::InvalidEpoch { .. }) => {
                ErrorCode::InvalidProducerEpoch
            }
            AppendError::Producer(ProducerError::CoordinatorFenced { .. }) => {
                ErrorCode::TransactionCoordinatorFenced
            }
            // The coordinator writes no sequences, and nothing outside a transaction in a producer's name.
            AppendError::Producer(_) => ErrorCode::InvalidTxnState,
            broken @ AppendError::Broken { .. } => return AppendFailure::Unknown(broken),
        })
    }
}

/// Where a load begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Extent {
    /// The first offset there is.
    pub start: i64,
    /// The first offset of the last batch; the end if there is none.
    pub last_batch: i64,
    /// The offset after the last.
    pub end: i64,
    /// Everything below is durable.
    pub high_watermark: i64,
}

/// The log of one partition, led in one epoch.
pub trait PartitionLog {
    /// Appends what the step writes, all of it or nothing (O8), if the log is led here in `leader_epoch`; gives the offsets
    /// it got. Nothing is promised about its durability.
    ///
    /// # Errors
    /// [`AppendFailure`], which says whether it can be in the log.
    fn append(
        &mut self,
        leader_epoch: i32,
        now: Timestamp,
        step: &Step,
    ) -> Result<Range<i64>, AppendFailure>;

    /// What a load in `leader_epoch` has to replay.
    ///
    /// # Errors
    /// [`LoadError::NotLed`].
    fn extent(&mut self, leader_epoch: i32) -> Result<Extent, LoadError>;

    /// Reads entries from offset `from` on, below `below`, in the order of their offsets, as many as is convenient; gives
    /// the offset to read on from, `from` itself if nothing could be read. Compaction leaves gaps.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn read(
        &mut self,
        from: i64,
        below: i64,
        each: &mut dyn FnMut(i64, Entry),
    ) -> Result<i64, LoadError>;

    /// The epoch in which the log is led now.
    fn leader_epoch(&mut self) -> i32;
}
