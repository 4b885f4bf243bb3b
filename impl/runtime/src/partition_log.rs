//! What a shard needs of its log.

use std::ops::Range;

use crate::machine::NotWritten;
use crate::moment::Moment;

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
    /// No record of the batch is in the log, nor will it be.
    NotWritten(NotWritten),
    /// Perhaps they are, perhaps not: only a load can tell (S4, S5; KAFKA-20845).
    Unknown(String),
}

/// Where a load begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Extent {
    /// The first offset there is.
    pub start: i64,
    /// The offset after the last.
    pub end: i64,
    /// Everything below is durable.
    pub high_watermark: i64,
}

/// A piece of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk<R> {
    /// Records in offset order. Compaction leaves gaps.
    pub records: Vec<(i64, R)>,
    /// Where to read on; larger than where this read began, unless nothing could be read.
    pub next: i64,
}

/// The log of one partition. Its methods lock what they have to: appends come from the shard, syncs from the flusher,
/// reads from the loader. An append should not wait for a sync; whoever asks the shard waits as long.
pub trait PartitionLog: Send + Sync + 'static {
    /// What is appended.
    type Batch: ?Sized;
    /// What is read.
    type Record;

    /// Appends the batch, all of it or nothing (O8), if the log is led in `leader_epoch`; gives the offsets it got.
    /// Nothing is promised about its durability.
    ///
    /// # Errors
    /// [`AppendFailure`], which says whether the batch can be in the log.
    fn append(
        &self,
        leader_epoch: i32,
        now: Moment,
        batch: &Self::Batch,
    ) -> Result<Range<i64>, AppendFailure>;

    /// Makes durable what has been appended so far.
    ///
    /// # Errors
    /// What the disk said. It is not tried again (fail-stop): what is on the disk is not known.
    fn sync(&self, now: Moment) -> Result<HighWatermark, String>;

    /// What a load in `leader_epoch` has to replay.
    ///
    /// # Errors
    /// Why it cannot be said, for example because the log is not led in that epoch.
    fn extent(&self, leader_epoch: i32) -> Result<Extent, String>;

    /// Reads records from offset `from` on, below `below`, as many as is convenient.
    ///
    /// # Errors
    /// Why they cannot be read. Nothing read is an error too, unless `from` is not below `below` (S6).
    fn read(&self, from: i64, below: i64) -> Result<Chunk<Self::Record>, String>;

    /// The epoch in which the log is led now.
    fn leader_epoch(&self) -> i32;
}
