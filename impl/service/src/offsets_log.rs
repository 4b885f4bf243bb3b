//! One partition's log under the runtime: appends from the shard, syncs from the flusher, replays for the loader.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use plimsoll_coordinator::Step;
use plimsoll_disk::Disk;
use plimsoll_log::{AppendError, CleanReport, Log, LogConfig, LogError, ProducerError};
use plimsoll_offsets::{Entry, entries};
use plimsoll_runtime::{
    AppendFailure, Chunk, Extent, HighWatermark, Moment, NotWritten, PartitionLog,
};

use crate::batch::Appending;

/// How much is read from the log at a time; a larger batch comes whole all the same.
const READ_BYTES: usize = 1 << 20;

/// Before every time: what only its age would make the log forget, it keeps until an append says what time it is.
const TIME_UNKNOWN: i64 = i64::MIN;

struct State<D> {
    disk: D,
    log: Log,
    /// Of the last election or resignation; −1 before the first.
    leader_epoch: i32,
    led_here: bool,
}

/// The log of one partition of the offsets topic, for the threads around its shard.
///
/// Two locks, always taken in this order: that of the syncs, held for as long as one lasts, or anything that must not
/// meet one; and that of the log, which appends take and for which no sync is waited under it, except at a checkpoint.
pub struct OffsetsLog<D> {
    directory: String,
    config: Arc<LogConfig>,
    syncs: Mutex<D>,
    state: Mutex<State<D>>,
}

impl<D: Disk + Clone> OffsetsLog<D> {
    /// Opens the log in `directory`, which is led by nobody yet.
    ///
    /// # Errors
    /// Those of [`Log::open`].
    pub fn open(mut disk: D, directory: String, config: Arc<LogConfig>) -> Result<Self, LogError> {
        let (log, _) = Log::open(&mut disk, &directory, Arc::clone(&config), TIME_UNKNOWN)?;
        Ok(OffsetsLog {
            directory,
            config,
            syncs: Mutex::new(disk.clone()),
            state: Mutex::new(State {
                disk,
                log,
                leader_epoch: -1,
                led_here: false,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State<D>> {
        // Whether somebody panicked under it a load asks, before it believes the log.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn syncs(&self) -> MutexGuard<'_, D> {
        // It is only a handle.
        self.syncs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This broker leads the partition in `leader_epoch`, unless a later epoch is known.
    pub fn lead(&self, leader_epoch: i32) {
        let mut state = self.state();
        if leader_epoch > state.leader_epoch {
            (state.leader_epoch, state.led_here) = (leader_epoch, true);
        }
    }

    /// Somebody else leads the partition since `leader_epoch`, or nobody.
    pub fn resign(&self, leader_epoch: i32) {
        let mut state = self.state();
        if leader_epoch >= state.leader_epoch {
            (state.leader_epoch, state.led_here) = (leader_epoch, false);
        }
    }

    /// The first epoch that nobody has led in: above all that were announced and all that are in the log.
    pub fn next_leader_epoch(&self) -> i32 {
        let state = self.state();
        let written = state.log.last_leader_epoch().unwrap_or(-1);
        written.max(state.leader_epoch).saturating_add(1)
    }

    /// Compacts what is settled. Appends wait meanwhile.
    ///
    /// # Errors
    /// Those of [`Log::clean`].
    pub fn clean(&self, now: Moment) -> Result<CleanReport, LogError> {
        let _no_sync = self.syncs();
        let State { disk, log, .. } = &mut *self.state();
        log.clean(disk, now.ms())
    }

    /// Syncs, and writes a checkpoint, so that the next opening reads nothing again.
    ///
    /// # Errors
    /// Those of [`Log::checkpoint`].
    pub fn checkpoint(&self) -> Result<(), LogError> {
        let _no_sync = self.syncs();
        let State { disk, log, .. } = &mut *self.state();
        log.checkpoint(disk)
    }

    /// Looks at the log.
    pub fn look<T>(&self, look: impl FnOnce(&Log) -> T) -> T {
        look(&self.state().log)
    }
}

impl<D: Disk + Clone + Send + 'static> PartitionLog for OffsetsLog<D> {
    type Batch = Step;
    type Record = Entry;

    fn append(
        &self,
        leader_epoch: i32,
        now: Moment,
        step: &Step,
    ) -> Result<Range<i64>, AppendFailure> {
        let not_written = AppendFailure::NotWritten;
        let Ok(appending) = Appending::of(step, now) else {
            return Err(not_written(NotWritten::Refused));
        };
        let mut state = self.state();
        if !state.led_here || state.leader_epoch != leader_epoch {
            return Err(not_written(NotWritten::Fenced));
        }
        let State { disk, log, .. } = &mut *state;
        let appended = match appending {
            Appending::Data(batch) => log.append(disk, &batch, leader_epoch, now.ms()),
            Appending::Transactional(batch) => {
                log.append_for_producer(disk, &batch, leader_epoch, now.ms())
            }
            Appending::Marker(marker) => log.append_marker(disk, marker, leader_epoch),
        };
        match appended {
            Ok(appended) => Ok(appended.base_offset..appended.end_offset),
            Err(error) => Err(failure(error)),
        }
    }

    fn sync(&self, _: Moment) -> Result<HighWatermark, String> {
        let mut disk = self.syncs();
        let (unsynced, leader_epoch) = {
            let mut state = self.state();
            (state.log.begin_sync().map_err(said)?, state.leader_epoch)
        };
        let done = unsynced.sync(&mut *disk);
        let State { disk, log, .. } = &mut *self.state();
        log.end_sync(disk, &unsynced, done).map_err(said)?;
        if log.wants_checkpoint() {
            log.sync(disk).map_err(said)?;
        }
        Ok(HighWatermark {
            leader_epoch,
            offset: log.synced_end_offset(),
        })
    }

    /// A log that has stopped, or in whose middle somebody panicked, is opened anew before it is believed.
    fn extent(&self, leader_epoch: i32) -> Result<Extent, String> {
        let mut handle = self.syncs();
        let panicked = self.state.is_poisoned();
        let mut state = self.state();
        if !state.led_here || state.leader_epoch != leader_epoch {
            return Err(format!(
                "{}: not led here in epoch {leader_epoch}",
                self.directory
            ));
        }
        if panicked || state.log.stopped().is_some() {
            let config = Arc::clone(&self.config);
            let opened = Log::open(&mut *handle, &self.directory, config, TIME_UNKNOWN);
            (state.log, _) = opened.map_err(said)?;
            self.state.clear_poison();
        }
        Ok(Extent {
            start: state.log.log_start_offset(),
            end: state.log.log_end_offset(),
            high_watermark: state.log.synced_end_offset(),
        })
    }

    fn read(&self, from: i64, below: i64) -> Result<Chunk<Entry>, String> {
        let state = self.state();
        let read = state.log.read(&state.disk, from, below, READ_BYTES);
        drop(state);
        let batches = read.map_err(said)?;
        let next = batches
            .last()
            .map_or(from, |b| b.header().last_offset() + 1);
        let mut records = Vec::new();
        for batch in &batches {
            records.extend(entries(batch).map_err(said)?);
        }
        Ok(Chunk { records, next })
    }

    fn leader_epoch(&self) -> i32 {
        self.state().leader_epoch
    }
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Whether the batch can be in the log.
fn failure(error: AppendError) -> AppendFailure {
    let why = match error {
        AppendError::Refused(_) => NotWritten::Refused,
        AppendError::LeaderEpoch { .. } => NotWritten::Fenced,
        AppendError::Undone(_) | AppendError::Stopped { .. } => NotWritten::Storage,
        AppendError::Producer(ProducerError::InvalidEpoch { .. }) => NotWritten::ProducerFenced,
        AppendError::Producer(ProducerError::CoordinatorFenced { .. }) => {
            NotWritten::TransactionFenced
        }
        AppendError::Producer(_) => NotWritten::OutOfTurn,
        broken @ AppendError::Broken { .. } => return AppendFailure::Unknown(broken.to_string()),
    };
    AppendFailure::NotWritten(why)
}
