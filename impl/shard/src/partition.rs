//! A partition's log, and the leader epoch that it is in.

use std::ops::Range;
use std::sync::Arc;

use plimsoll_coordinator::{ErrorCode, Step, Timestamp};
use plimsoll_disk::{Disk, DiskError};
use plimsoll_log::{AppendError, Log, LogConfig, LogError, RecoveryReport, Unsynced};
use plimsoll_offsets::{Entry, entries};

use crate::appending::Appending;
use crate::failure::LoadError;
use crate::partition_log::{AppendFailure, Extent, HighWatermark, PartitionLog};

/// How much is read from the log at a time; a larger batch comes whole all the same.
const READ_BYTES: usize = 1 << 20;

/// Before every time: what only its age would make the log forget, it keeps until an append says what time it is.
const TIME_UNKNOWN: i64 = i64::MIN;

/// A log of the offsets topic or of any other, with its leader epoch.
#[derive(Clone, Debug)]
pub struct Partition {
    log: Log,
    /// Of the last election or resignation; −1 before the first.
    leader_epoch: i32,
    led_here: bool,
    /// With one replica it follows the syncs, but it is its own number: replication will raise it by other means.
    high_watermark: i64,
}

/// A sync under way.
#[derive(Clone, Debug)]
#[must_use = "nothing is durable until it is synced, and the log does not know before the sync is finished"]
pub struct PartitionSync {
    unsynced: Unsynced,
    leader_epoch: i32,
}

impl PartitionSync {
    /// Syncs; needs nothing but the disk.
    ///
    /// # Errors
    /// What the disk said. It must not be tried again: the partition has to be told.
    pub fn run(&self, disk: &mut impl Disk) -> Result<(), DiskError> {
        self.unsynced.sync(disk)
    }
}

impl Partition {
    /// Recovers the log in `directory`, which is led by nobody yet.
    ///
    /// # Errors
    /// Those of [`Log::open`].
    pub fn open(
        disk: &mut impl Disk,
        directory: &str,
        config: &Arc<LogConfig>,
    ) -> Result<(Partition, RecoveryReport), LogError> {
        let (log, report) = Log::open(disk, directory, Arc::clone(config), TIME_UNKNOWN)?;
        let partition = Partition {
            high_watermark: log.synced_end_offset(),
            log,
            leader_epoch: -1,
            led_here: false,
        };
        Ok((partition, report))
    }

    /// Opens the log anew if it has stopped, or if `in_any_case`: before that it is not believed.
    ///
    /// # Errors
    /// Those of [`Log::open`].
    pub fn reopen(&mut self, disk: &mut impl Disk, in_any_case: bool) -> Result<(), LogError> {
        if in_any_case || self.log.stopped().is_some() {
            let (directory, config) = (self.log.directory(), Arc::new(self.log.config().clone()));
            (self.log, _) = Log::open(disk, directory, config, TIME_UNKNOWN)?;
            self.high_watermark = self.log.synced_end_offset();
        }
        Ok(())
    }

    /// This broker leads the partition in `leader_epoch`, unless a later epoch is known.
    pub fn lead(&mut self, leader_epoch: i32) {
        if leader_epoch > self.leader_epoch {
            (self.leader_epoch, self.led_here) = (leader_epoch, true);
        }
    }

    /// Somebody else leads the partition since `leader_epoch`, or nobody.
    pub fn resign(&mut self, leader_epoch: i32) {
        if leader_epoch >= self.leader_epoch {
            (self.leader_epoch, self.led_here) = (leader_epoch, false);
        }
    }

    /// The first epoch that nobody has led in: above all that were announced and all that are in the log.
    pub fn next_leader_epoch(&self) -> i32 {
        let written = self.log.last_leader_epoch().unwrap_or(-1);
        written.max(self.leader_epoch).saturating_add(1)
    }

    /// The epoch of the last election or resignation; −1 before the first.
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// Everything below is durable, and has been said to be.
    pub fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    /// Whether the high watermark has reached the log's end.
    pub fn is_flushed(&self) -> bool {
        self.high_watermark == self.log.log_end_offset()
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The log, to append records of clients, or to compact it.
    pub fn log_mut(&mut self) -> &mut Log {
        &mut self.log
    }

    /// The partition and its disk, as a shard needs them.
    pub fn on<'a, D>(&'a mut self, disk: &'a mut D) -> OnDisk<'a, D> {
        OnDisk {
            partition: self,
            disk,
        }
    }

    /// What has to be synced now. The sync may [run](PartitionSync::run) while others append, and then has to be
    /// [finished](Partition::finish_sync). One at a time, and nothing that removes or renames files in between.
    ///
    /// # Errors
    /// [`LogError::Stopped`].
    pub fn begin_sync(&mut self) -> Result<PartitionSync, LogError> {
        Ok(PartitionSync {
            unsynced: self.log.begin_sync()?,
            leader_epoch: self.leader_epoch,
        })
    }

    /// Ends a sync that ran like this: what was there when it began is durable, or the log stops. Writes a checkpoint if it
    /// is time for one. The high watermark, since there is one replica, becomes the
    /// synced end.
    ///
    /// # Errors
    /// Those of [`Log::end_sync`] and [`Log::sync`].
    pub fn finish_sync(
        &mut self,
        disk: &mut impl Disk,
        sync: &PartitionSync,
        done: Result<(), DiskError>,
    ) -> Result<HighWatermark, LogError> {
        self.log.end_sync(disk, &sync.unsynced, done)?;
        if self.log.wants_checkpoint() {
            self.log.sync(disk)?;
        }
        self.high_watermark = self.high_watermark.max(self.log.synced_end_offset());
        Ok(HighWatermark {
            leader_epoch: sync.leader_epoch,
            offset: self.high_watermark,
        })
    }

    /// A whole sync, while nobody appends.
    ///
    /// # Errors
    /// Those of its halves.
    pub fn sync(&mut self, disk: &mut impl Disk) -> Result<HighWatermark, LogError> {
        let sync = self.begin_sync()?;
        let done = sync.run(disk);
        self.finish_sync(disk, &sync, done)
    }
}

/// A partition and its disk. See [`Partition::on`].
pub struct OnDisk<'a, D> {
    partition: &'a mut Partition,
    disk: &'a mut D,
}

impl<D: Disk> PartitionLog for OnDisk<'_, D> {
    fn append(
        &mut self,
        leader_epoch: i32,
        now: Timestamp,
        step: &Step,
    ) -> Result<Range<i64>, AppendFailure> {
        if !self.partition.led_here || self.partition.leader_epoch != leader_epoch {
            return Err(AppendFailure::NotWritten(ErrorCode::NotCoordinator));
        }
        let (log, disk) = (&mut self.partition.log, &mut *self.disk);
        let appended: Result<_, AppendError> = match Appending::of(step, now)? {
            Appending::Data(batch) => log.append(disk, &batch, leader_epoch, now.0),
            Appending::Transactional(batch) => {
                log.append_for_producer(disk, &batch, leader_epoch, now.0)
            }
            Appending::Marker(marker) => log.append_marker(disk, marker, leader_epoch),
        };
        let appended = appended?;
        Ok(appended.base_offset..appended.end_offset)
    }

    fn extent(&mut self, leader_epoch: i32) -> Result<Extent, LoadError> {
        if !self.partition.led_here || self.partition.leader_epoch != leader_epoch {
            return Err(LoadError::NotLed { leader_epoch });
        }
        let log = &self.partition.log;
        let end = log.log_end_offset();
        Ok(Extent {
            start: log.log_start_offset(),
            last_batch: log.last_batch_offset().unwrap_or(end),
            end,
            high_watermark: self.partition.high_watermark,
        })
    }

    fn read(
        &mut self,
        from: i64,
        below: i64,
        each: &mut dyn FnMut(i64, Entry),
    ) -> Result<i64, LoadError> {
        let log = &self.partition.log;
        let batches = log.read(&*self.disk, from, below, READ_BYTES)?;
        for batch in &batches {
            for (offset, entry) in entries(batch)? {
                each(offset, entry);
            }
        }
        Ok(batches
            .last()
            .map_or(from, |b| b.header().last_offset() + 1))
    }

    fn leader_epoch(&mut self) -> i32 {
        self.partition.leader_epoch
    }
}
