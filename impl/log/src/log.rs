//! A partition's log: its directory, its segments, and how much of it is synced.

use std::hash::{Hash, Hasher};
use std::iter;
use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError};

use crate::derived::Derived;
use crate::mutant::mutant;
use crate::producers::ProducerState;
use crate::recovery::{RESTART, mark};
use crate::{
    AbortedTransaction, AppendError, LeaderEpoch, LogConfig, LogError, ReadError, Segment,
};

/// Where an appended batch went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Appended {
    /// Offset of its first record.
    pub base_offset: i64,
    /// Offset after its last record.
    pub end_offset: i64,
    /// It had been appended before (L8): these are the offsets it got then, and the log was not touched.
    pub duplicate: bool,
    /// The latest time of its records, in milliseconds since the epoch.
    pub timestamp_ms: i64,
}

/// Up to where everything is known to be durable and was once checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecoveryPoint {
    /// The offset.
    pub offset: i64,
    /// First offset of the segment that it lies in.
    pub segment: i64,
    /// The byte of that segment's file.
    pub position: u64,
}

/// A partition's log. It holds no handle: every call names the disk it works on, so a log is as cloneable as its disk,
/// and clones share what neither has changed.
///
/// Equality, hash and [`Log::canonical_bytes`] are about everything that influences what the log will do, except what
/// was cached of the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub(crate) directory: Arc<str>,
    pub(crate) config: Arc<LogConfig>,
    /// Oldest first, all but the active one.
    pub(crate) closed: Arc<Vec<Segment>>,
    pub(crate) active: Segment,
    pub(crate) log_start: i64,
    pub(crate) synced_end: i64,
    /// Names came or went since the directory was synced.
    pub(crate) names_changed: bool,
    pub(crate) recovery_point: RecoveryPoint,
    /// Bytes appended since the recovery point.
    pub(crate) unchecked_bytes: u64,
    /// Offset from which on nothing was compacted.
    pub(crate) first_dirty: i64,
    pub(crate) derived: Derived,
    pub(crate) checkpoint_failure: Option<Arc<str>>,
    pub(crate) stopped: Option<Arc<str>>,
}

impl Log {
    /// The log's directory.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// The settings.
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// The first offset that can be read.
    pub fn log_start_offset(&self) -> i64 {
        self.log_start
    }

    /// The offset that the next record will get.
    pub fn log_end_offset(&self) -> i64 {
        self.active.end_offset
    }

    /// Everything below survives a power cut. With one replica this is the high watermark.
    pub fn synced_end_offset(&self) -> i64 {
        self.synced_end
    }

    /// Everything below may be acknowledged to producers (L1).
    pub fn acknowledged_end_offset(&self) -> i64 {
        match mutant!(self.config, acknowledge: Acknowledge::AtAppend) {
            true => self.log_end_offset(),
            false => self.synced_end,
        }
    }

    /// Everything below belongs to no transaction or to one whose outcome is durable (L5). Not below the log start: of a
    /// transaction that began before it, what was deleted is settled.
    pub fn last_stable_offset(&self) -> i64 {
        let undecided = self
            .derived
            .transactions
            .last_stable_offset(self.synced_end);
        undecided.max(self.log_start_offset())
    }

    /// The aborted transactions of which a record or the marker may lie in `from..to`, in order of their markers.
    pub fn aborted_transactions(&self, from: i64, to: i64) -> Vec<AbortedTransaction> {
        self.derived.transactions.aborted_between(from, to)
    }

    /// The first offset of each open transaction, with its producer, by producer.
    pub fn open_transactions(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let open = self.derived.transactions.open();
        open.iter().map(|(producer, first)| (*producer, *first))
    }

    /// What is known of the producers, by id.
    pub fn producers(&self) -> impl Iterator<Item = (i64, &ProducerState)> {
        let known = self.derived.producers.entries();
        known.iter().map(|(id, producer)| (*id, producer))
    }

    /// Which leader epoch began where.
    pub fn leader_epochs(&self) -> &[LeaderEpoch] {
        self.derived.epochs.entries()
    }

    /// The leader epoch of the last batch, none if the log is empty.
    pub fn last_leader_epoch(&self) -> Option<i32> {
        self.derived.epochs.last()
    }

    /// The base offset of the last batch, none if the log is empty.
    pub fn last_batch_offset(&self) -> Option<i64> {
        self.derived.last_batch
    }

    /// The segments, oldest first; the last one is being written to.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.closed.iter().chain(iter::once(&self.active))
    }

    /// Bytes in all segment files.
    pub fn bytes(&self) -> u64 {
        self.segments().map(Segment::bytes).sum()
    }

    /// What an opening after a crash need not read again.
    pub fn recovery_point(&self) -> RecoveryPoint {
        self.recovery_point
    }

    /// The offset from which on nothing was compacted.
    pub fn first_dirty_offset(&self) -> i64 {
        self.first_dirty
    }

    /// Why the last checkpoint that a sync was to write is not there. The sync itself succeeded; the next one tries
    /// again.
    pub fn checkpoint_failure(&self) -> Option<&str> {
        self.checkpoint_failure.as_deref()
    }

    /// What stopped the log, if anything did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Appends a form of the log to `out` that, among logs of one directory and with one configuration, is equal for
    /// equal ones only.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>) {
        self.hash(&mut Sink(out));
    }

    /// Closes the log's eyes and ears: after this every call answers that it has stopped.
    pub(crate) fn stop(&mut self, why: impl ToString) {
        if self.stopped.is_none() {
            self.stopped = Some(why.to_string().into());
        }
    }

    /// What follows from a sync that failed: nobody may try again, for the kernel has marked what was lost as clean.
    pub(crate) fn sync_failed(&mut self, disk: &mut impl Disk, error: DiskError) -> LogError {
        if !mutant!(self.config, failed_sync: FailedSync::Retry) {
            self.stop_unsynced(disk, &error);
        }
        LogError::Disk(error)
    }

    /// Stops the log, and leaves word for whoever opens it next that what it reads may not be on the disk.
    pub(crate) fn stop_unsynced(&mut self, disk: &mut impl Disk, why: impl ToString) {
        match mark(disk, &self.directory) {
            Ok(()) => self.stop(why),
            Err(error) => self.stop(format!("{}; {RESTART} ({error})", why.to_string())),
        }
    }

    fn why(&self) -> Option<(String, String)> {
        let why = self.stopped.as_ref()?;
        Some((self.directory.as_ref().to_owned(), why.as_ref().to_owned()))
    }

    pub(crate) fn running(&self) -> Result<(), LogError> {
        match self.why() {
            Some((directory, why)) => Err(LogError::Stopped { directory, why }),
            None => Ok(()),
        }
    }

    pub(crate) fn running_to_append(&self) -> Result<(), AppendError> {
        match self.why() {
            Some((directory, why)) => Err(AppendError::Stopped { directory, why }),
            None => Ok(()),
        }
    }

    pub(crate) fn running_to_read(&self) -> Result<(), ReadError> {
        match self.why() {
            Some((directory, why)) => Err(ReadError::Stopped { directory, why }),
            None => Ok(()),
        }
    }
}

impl Hash for Log {
    /// Directory and settings are left out: they never change.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.closed.hash(state);
        self.active.hash(state);
        (self.log_start, self.synced_end, self.first_dirty).hash(state);
        (self.names_changed, self.unchecked_bytes).hash(state);
        self.recovery_point.hash(state);
        self.derived.hash(state);
        self.checkpoint_failure.hash(state);
        self.stopped.hash(state);
    }
}

/// Keeps what a hasher is fed. What the standard types feed can be told apart: lengths come before their elements, and
/// strings end in a byte that no string holds.
struct Sink<'a>(&'a mut Vec<u8>);

impl Hasher for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
