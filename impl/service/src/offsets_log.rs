//! One partition's log under threads: appends from the shard, syncs from the flusher, replays for the loader.

use std::ops::Range;
use std::sync::Arc;

use plimsoll_coordinator::{Step, Timestamp};
use plimsoll_disk::Disk;
use plimsoll_log::{CleanReport, Log, LogConfig, LogError};
use plimsoll_offsets::Entry;
use plimsoll_shard::{
    AppendFailure, Extent, HighWatermark, LoadError, OnDisk, Partition, PartitionLog,
};

use crate::shared_log::SharedLog;
use crate::sync::{Mutex, MutexGuard, lock, lock_telling};

struct State<D> {
    disk: D,
    partition: Partition,
    /// Somebody panicked in the middle of the log.
    doubtful: bool,
}

/// The log of one partition of the offsets topic, for the threads around its shard.
///
/// Two locks, always taken in this order: that of the syncs, held for as long as one lasts, or anything that must not
/// meet one; and that of the log, which appends take and for which no sync is waited under it, except at a checkpoint.
pub struct OffsetsLog<D> {
    syncs: Mutex<D>,
    state: Mutex<State<D>>,
}

impl<D: Disk + Clone> OffsetsLog<D> {
    /// Opens the log in `directory`, which is led by nobody yet.
    ///
    /// # Errors
    /// Those of [`Log::open`].
    pub fn open(mut disk: D, directory: &str, config: &Arc<LogConfig>) -> Result<Self, LogError> {
        let (partition, _) = Partition::open(&mut disk, directory, config)?;
        Ok(OffsetsLog {
            syncs: Mutex::new(disk.clone()),
            state: Mutex::new(State {
                disk,
                partition,
                doubtful: false,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State<D>> {
        let (mut state, panicked) = lock_telling(&self.state);
        state.doubtful |= panicked;
        state
    }

    /// This broker leads the partition in `leader_epoch`, unless a later epoch is known.
    pub fn lead(&self, leader_epoch: i32) {
        self.state().partition.lead(leader_epoch);
    }

    /// Somebody else leads the partition since `leader_epoch`, or nobody.
    pub fn resign(&self, leader_epoch: i32) {
        self.state().partition.resign(leader_epoch);
    }

    /// The first epoch that nobody has led in: above all that were announced and all that are in the log.
    pub fn next_leader_epoch(&self) -> i32 {
        self.state().partition.next_leader_epoch()
    }

    /// Compacts what is settled. Appends wait meanwhile.
    ///
    /// # Errors
    /// Those of [`Log::clean`].
    pub fn clean(&self, now: Timestamp) -> Result<CleanReport, LogError> {
        let _no_sync = lock(&self.syncs);
        let State {
            disk, partition, ..
        } = &mut *self.state();
        partition.log_mut().clean(disk, now.0)
    }

    /// Syncs, and writes a checkpoint, so that the next opening reads nothing again.
    ///
    /// # Errors
    /// Those of [`Log::checkpoint`].
    pub fn checkpoint(&self) -> Result<(), LogError> {
        let _no_sync = lock(&self.syncs);
        let State {
            disk, partition, ..
        } = &mut *self.state();
        partition.log_mut().checkpoint(disk)
    }

    /// Looks at the log.
    pub fn look<T>(&self, look: impl FnOnce(&Log) -> T) -> T {
        look(self.state().partition.log())
    }
}

impl<D: Disk + Clone + Send + 'static> SharedLog for OffsetsLog<D> {
    fn lock(&self) -> impl PartitionLog + '_ {
        Locked(self.state())
    }

    fn sync(&self) -> Result<HighWatermark, LogError> {
        let mut disk = lock(&self.syncs);
        // What is appended from here on is for the next sync.
        let sync = self.state().partition.begin_sync()?;
        let done = sync.run(&mut *disk);
        let State {
            disk, partition, ..
        } = &mut *self.state();
        partition.finish_sync(disk, &sync, done)
    }

    fn recover(&self) -> Result<(), LogError> {
        let mut disk = lock(&self.syncs);
        let mut state = self.state();
        let doubtful = state.doubtful;
        state.partition.reopen(&mut *disk, doubtful)?;
        state.doubtful = false;
        Ok(())
    }
}

struct Locked<'a, D>(MutexGuard<'a, State<D>>);

impl<D: Disk> Locked<'_, D> {
    fn on_disk(&mut self) -> OnDisk<'_, D> {
        let State {
            disk, partition, ..
        } = &mut *self.0;
        partition.on(disk)
    }
}

impl<D: Disk> PartitionLog for Locked<'_, D> {
    fn append(
        &mut self,
        leader_epoch: i32,
        now: Timestamp,
        step: &Step,
    ) -> Result<Range<i64>, AppendFailure> {
        self.on_disk().append(leader_epoch, now, step)
    }

    fn extent(&mut self, leader_epoch: i32) -> Result<Extent, LoadError> {
        self.on_disk().extent(leader_epoch)
    }

    fn read(
        &mut self,
        from: i64,
        below: i64,
        each: &mut dyn FnMut(i64, Entry),
    ) -> Result<i64, LoadError> {
        self.on_disk().read(from, below, each)
    }

    fn leader_epoch(&mut self) -> i32 {
        self.on_disk().leader_epoch()
    }
}
