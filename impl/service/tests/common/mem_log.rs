//! A replicated log in memory, as seen by one of its replicas: leaders come and go, faults can be armed. A sync comes late:
//! what is appended while it lasts is not durable by it.

use std::ops::Range;

use plimsoll_coordinator::{ErrorCode, Step, Timestamp};
use plimsoll_disk::DiskError;
use plimsoll_log::{AppendError, LogError};
use plimsoll_offsets::Entry;
use plimsoll_shard::{AppendFailure, Extent, HighWatermark, LoadError, PartitionLog};

use crate::service::SharedLog;
use crate::threads::{Mutex, MutexGuard};

/// How the next append fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is written, and the report says so.
    NotWritten,
    /// The entries are written, but the report cannot tell.
    UnknownButWritten,
    /// Nothing is written, but the report cannot tell.
    UnknownNotWritten,
    /// The log panics.
    Panics,
}

#[derive(Default)]
struct State {
    leader_epoch: i32,
    led_here: bool,
    entries: Vec<Entry>,
    durable: usize,
    append_fault: Option<Fault>,
    read_fault: bool,
    sync_fault: bool,
}

/// The log.
pub struct MemLog(Mutex<State>);

impl MemLog {
    /// Led here in epoch 1; so many of the entries are durable.
    pub fn new(entries: &[Entry], durable: usize) -> MemLog {
        MemLog(Mutex::new(State {
            leader_epoch: 1,
            led_here: true,
            entries: entries.to_vec(),
            durable,
            ..State::default()
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// This replica leads from now on.
    pub fn lead(&self, leader_epoch: i32) {
        let mut log = self.state();
        (log.leader_epoch, log.led_here) = (leader_epoch, true);
    }

    /// Another replica leads: it has our entries below `keep`, and these.
    pub fn follow(&self, leader_epoch: i32, keep: usize, theirs: &[Entry]) {
        let mut log = self.state();
        (log.leader_epoch, log.led_here) = (leader_epoch, false);
        log.entries.truncate(keep);
        log.entries.extend_from_slice(theirs);
        log.durable = log.durable.min(keep);
    }

    /// Somebody else appends, whom the log does not know from its leader.
    pub fn append_behind_its_back(&self, entry: Entry) {
        self.state().entries.push(entry);
    }

    pub fn arm(&self, fault: Fault) {
        self.state().append_fault = Some(fault);
    }

    pub fn fail_reads(&self, fail: bool) {
        self.state().read_fault = fail;
    }

    pub fn fail_syncs(&self, fail: bool) {
        self.state().sync_fault = fail;
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.state().entries.clone()
    }

    pub fn durable(&self) -> usize {
        self.state().durable
    }
}

/// What the disk says.
pub fn disk_said_no() -> DiskError {
    DiskError::PowerCut
}

impl SharedLog for MemLog {
    fn lock(&self) -> impl PartitionLog + '_ {
        Locked(self.state())
    }

    fn sync(&self) -> Result<HighWatermark, LogError> {
        let log = self.state();
        let (leader_epoch, end) = (log.leader_epoch, log.entries.len());
        drop(log);
        // Others append here.
        let mut log = self.state();
        if log.sync_fault {
            return Err(LogError::Disk(disk_said_no()));
        }
        if log.leader_epoch == leader_epoch {
            log.durable = log.durable.max(end);
        }
        Ok(HighWatermark {
            leader_epoch,
            offset: end as i64,
        })
    }

    fn recover(&self) -> Result<(), LogError> {
        Ok(())
    }
}

struct Locked<'a>(MutexGuard<'a, State>);

impl PartitionLog for Locked<'_> {
    fn append(
        &mut self,
        leader_epoch: i32,
        _: Timestamp,
        step: &Step,
    ) -> Result<Range<i64>, AppendFailure> {
        let log = &mut *self.0;
        if !log.led_here || log.leader_epoch != leader_epoch {
            return Err(AppendFailure::NotWritten(ErrorCode::NotCoordinator));
        }
        let base = log.entries.len();
        let fault = log.append_fault.take();
        assert_ne!(fault, Some(Fault::Panics), "an append that panics");
        if matches!(fault, None | Some(Fault::UnknownButWritten)) {
            log.entries.extend(step.entries());
        }
        match fault {
            None => Ok(base as i64..log.entries.len() as i64),
            Some(Fault::NotWritten) => Err(AppendFailure::NotWritten(ErrorCode::KafkaStorageError)),
            Some(_) => Err(AppendFailure::Unknown(AppendError::Broken {
                write: disk_said_no(),
                undo: disk_said_no(),
            })),
        }
    }

    fn extent(&mut self, leader_epoch: i32) -> Result<Extent, LoadError> {
        let log = &*self.0;
        if !log.led_here || log.leader_epoch != leader_epoch {
            return Err(LoadError::NotLed { leader_epoch });
        }
        let end = log.entries.len() as i64;
        Ok(Extent {
            start: 0,
            last_batch: (end - 1).max(0),
            end,
            high_watermark: log.durable as i64,
        })
    }

    fn read(
        &mut self,
        from: i64,
        below: i64,
        each: &mut dyn FnMut(i64, Entry),
    ) -> Result<i64, LoadError> {
        let log = &*self.0;
        // A prefix, and then nothing: an end of file that is none.
        let below = match log.read_fault {
            true => below.min(1),
            false => below,
        };
        let mut next = from;
        for (offset, entry) in (0..below).zip(&log.entries) {
            if offset >= from {
                each(offset, entry.clone());
                next = offset + 1;
            }
        }
        Ok(next)
    }

    fn leader_epoch(&mut self) -> i32 {
        self.0.leader_epoch
    }
}
