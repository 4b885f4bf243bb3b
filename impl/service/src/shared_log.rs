//! What threads need of a log: that it can be locked, and synced without the lock.

use std::ops::Range;

use plimsoll_coordinator::{Step, Timestamp};
use plimsoll_log::LogError;
use plimsoll_offsets::Entry;
use plimsoll_shard::{AppendFailure, Extent, HighWatermark, LoadError, PartitionLog};

/// The log of one partition, for many threads: appends come from the shard, syncs from the flusher, reads from the loader.
pub trait SharedLog: Send + Sync + 'static {
    /// The log, while nobody else has it. A sync does not: an append must not wait for one.
    fn lock(&self) -> impl PartitionLog + '_;

    /// Makes durable what is in the log by now.
    ///
    /// # Errors
    /// What the disk said. It is not tried again (fail-stop): what is on the disk is not known.
    fn sync(&self) -> Result<HighWatermark, LogError>;

    /// Opens the log anew if it is not to be believed any more: it has stopped, or somebody panicked in its middle.
    ///
    /// # Errors
    /// Why it does not open.
    fn recover(&self) -> Result<(), LogError>;
}

/// A log that is locked for each operation, and only for that.
pub(crate) struct LockedEachTime<'a, L>(pub(crate) &'a L);

impl<L: SharedLog> PartitionLog for LockedEachTime<'_, L> {
    fn append(
        &mut self,
        leader_epoch: i32,
        now: Timestamp,
        step: &Step,
    ) -> Result<Range<i64>, AppendFailure> {
        self.0.lock().append(leader_epoch, now, step)
    }

    fn extent(&mut self, leader_epoch: i32) -> Result<Extent, LoadError> {
        self.0.lock().extent(leader_epoch)
    }

    fn read(
        &mut self,
        from: i64,
        below: i64,
        each: &mut dyn FnMut(i64, Entry),
    ) -> Result<i64, LoadError> {
        self.0.lock().read(from, below, each)
    }

    fn leader_epoch(&mut self) -> i32 {
        self.0.lock().leader_epoch()
    }
}
