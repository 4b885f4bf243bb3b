//! The log stops, and is opened again: from what a power cut left, or from what a process left that died.
//!
//! After a failed sync a process that is started again while the machine stays up sees pages that no sync will bring to
//! the disk any more. The log has left word of it, or says that the machine must start anew.

use std::sync::Arc;

use plimsoll_disk::{Faulty, SimDisk};
use plimsoll_log::{Log, LogError, RecoveryReport};
use plimsoll_promises::{group::l1, storage};

use crate::op::Fate;
use crate::world::{DIRECTORY, World, Wrong, description};

/// How many survivors are told apart.
const SURVIVORS_MAX: u64 = 48;

/// One of the disks that a power cut now may leave.
fn survivor(disk: &SimDisk, choice: u16) -> Faulty<SimDisk> {
    let mut survivors = disk.survivors_at_most(SURVIVORS_MAX).disks;
    let index = usize::from(choice) % survivors.len();
    Faulty::new(survivors.swap_remove(index))
}

impl World {
    /// The power is off, or goes now.
    pub fn power_cut(&mut self) -> Result<(), Wrong> {
        let fate = std::mem::take(&mut self.fate);
        self.disk = survivor(self.disk.inner(), fate.survivor);
        self.open(&fate, true)
    }

    /// The process dies; everything written is still there to read.
    pub fn kill(&mut self) -> Result<(), Wrong> {
        let fate = std::mem::take(&mut self.fate);
        self.disk = Faulty::new(self.disk.inner().clone());
        self.open(&fate, false)
    }

    /// The log has stopped by itself.
    pub fn after_a_stop(&mut self) -> Result<(), Wrong> {
        if self
            .log
            .append(&mut self.disk, &any_batch()?, i32::MAX, 0)
            .is_ok()
        {
            return Err("a stopped log took a batch".to_owned());
        }
        self.situations.saw("a log that stopped, reopened");
        // It says so if nothing could be noted for the process that comes next.
        let description = self
            .log
            .stopped()
            .is_some_and(|why| why.contains("restart the machine"));
        if self.fate.reboot || description {
            return self.power_cut();
        }
        if self.sync_failed {
            self.situations
                .saw("a sync failed, stopped, reopened by another process");
        }
        self.kill()
    }

    /// Opens the log, through the faults of `fate`.
    fn open(&mut self, fate: &Fate, mut lost_pages: bool) -> Result<(), Wrong> {
        let mut crashes = 0;
        let mut opened = None;
        for (fault, n, choice) in &fate.again {
            self.disk.fail_at(u64::from(*n), *fault);
            let result = self.try_open();
            let fired = self.disk.fired() > 0 || self.disk.is_off();
            match result {
                Ok(log) => {
                    self.disk.disarm();
                    opened = Some(log);
                    break;
                }
                Err(error) if !fired => return Err(refused(&error)),
                Err(error) if self.disk.is_off() || asks_for_restart(&error) => {
                    self.disk = survivor(self.disk.inner(), *choice);
                    lost_pages = true;
                    crashes += 1;
                }
                Err(_) => {
                    self.situations.saw("an error in recovery");
                    self.disk = Faulty::new(self.disk.inner().clone());
                }
            }
        }
        let crash_situations = ["a crash in recovery", "a second crash in recovery"];
        for what in &crash_situations[..crashes.min(2)] {
            self.situations.saw(what);
        }
        let (log, report) = match opened {
            Some(opened) => opened,
            None => self.try_open().map_err(|error| refused(&error))?,
        };
        self.recovered(log, &report, lost_pages)
    }

    fn try_open(&mut self) -> Result<(Log, RecoveryReport), LogError> {
        Log::open(
            &mut self.disk,
            DIRECTORY,
            Arc::clone(&self.config),
            self.now_ms,
        )
    }

    /// What was recovered must be what a crash may leave; the vector is cut to it.
    fn recovered(&mut self, log: Log, report: &RecoveryReport, lost: bool) -> Result<(), Wrong> {
        let (start, end) = (log.log_start_offset(), log.log_end_offset());
        if !lost && end < self.log.log_end_offset() {
            let before = self.log.log_end_offset();
            return Err(format!(
                "the log ends at {end}; the process died, and {before} was written"
            ));
        }
        self.opened_once_more(&log)?;
        self.log = log;
        {
            // Before the vector is cut: L9 is a relation to all that was written.
            let bounds = (self.start_least, self.start_greatest);
            let known = self.written(bounds);
            let found = self.found(&self.log, self.disk.inner())?;
            storage::recovered_is_prefix(&known, &found).map_err(description)?;
            l1::acknowledged_are_read(&known, self.acknowledged, &found).map_err(description)?;
        }
        self.count(report, end);
        self.model = self
            .model
            .cut_to(end)
            .ok_or("the log ends where no crash may leave it")?;
        self.model.start = start;
        (self.start_least, self.start_greatest) = (start, start);
        self.opened_at = end;
        Ok(())
    }

    /// What recovery leaves, another recovery leaves as it is (L10).
    fn opened_once_more(&self, log: &Log) -> Result<(), Wrong> {
        let mut disk = self.disk.inner().clone();
        let config = Arc::clone(&self.config);
        let (again, _) = Log::open(&mut disk, DIRECTORY, config, self.now_ms)
            .map_err(|error| refused(&error))?;
        let once = self.found(log, self.disk.inner())?;
        storage::recovered_alike(&once, &self.found(&again, &disk)?).map_err(description)?;
        match again == *log {
            true => Ok(()),
            false => Err("opened once more, the log knows something else of itself".to_owned()),
        }
    }

    fn count(&mut self, report: &RecoveryReport, end: i64) {
        let unsynced = self.model.synced < self.model.end();
        let unfinished = std::mem::take(&mut self.unfinished_pass);
        let cleaned = report
            .leftovers
            .iter()
            .any(|name| name.ends_with(".cleaned"));
        let happened = [
            (report.recovery_point > 0, "an opening from a checkpoint"),
            (report.recovery_point == 0, "an opening without one"),
            (report.truncated_bytes > 0, "a torn batch truncated"),
            (
                !report.removed_segments.is_empty(),
                "later segments removed behind a tear",
            ),
            (
                !report.finished_swaps.is_empty(),
                "a swap finished at recovery",
            ),
            (
                unfinished && cleaned,
                "an unfinished pass thrown away at recovery",
            ),
            (
                !report.deleted_segments.is_empty(),
                "a deletion finished at recovery",
            ),
            (end < self.model.end(), "unsynced batches lost"),
            (unsynced && end > self.model.synced, "unsynced batches kept"),
        ];
        for (_, what) in happened.iter().filter(|(happened, _)| *happened) {
            self.situations.saw(what);
        }
    }
}

/// Whether nothing could be noted for the process that opens the log next.
fn asks_for_restart(error: &LogError) -> bool {
    error.to_string().contains("restart the machine")
}

fn refused(error: &LogError) -> Wrong {
    let error = error.to_string();
    match storage::recovery_opens(Some(&error)) {
        Err(broken) => description(broken),
        Ok(()) => error,
    }
}

fn any_batch() -> Result<plimsoll_log::Batch, Wrong> {
    let record = plimsoll_log::NewRecord {
        key: Some([0].as_slice().into()),
        ..plimsoll_log::NewRecord::default()
    };
    let new = plimsoll_log::NewBatch {
        records: vec![record],
        ..plimsoll_log::NewBatch::default()
    };
    new.build().map_err(|error| error.to_string())
}
