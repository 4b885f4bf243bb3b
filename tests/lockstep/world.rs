//! The real log beside the vector, and what each step must leave them with.

use std::fmt::Display;
use std::sync::Arc;

use plimsoll_disk::{DiskError, Faulty, SimDisk};
use plimsoll_log::{Log, LogConfig};
use plimsoll_model::storage::StorageLog;
use plimsoll_promises::Broken;
use plimsoll_promises::storage::{self, Cleaned};

use crate::op::{Fate, Op};
use crate::setup::{DELETE_RETENTION_MS, Setup};
use crate::situations;
use plimsoll_explore::disk::{RealLog, WrittenLog};
use plimsoll_tests::situations::Situations;

/// The log's directory.
pub const DIRECTORY: &str = "t-0";

/// What went wrong, in words.
pub use plimsoll_tests::story::Wrong;

/// The real log and the vector.
pub struct World {
    pub setup: Setup,
    pub config: Arc<LogConfig>,
    pub disk: Faulty<SimDisk>,
    pub log: Log,
    pub model: StorageLog,
    /// Passes of the cleaner, those too that a crash or an error cut short.
    pub cleaned: Vec<Cleaned>,
    /// What was promised to producers.
    pub acknowledged: i64,
    /// The lowest log start that a recovery may find: a deletion may not have reached the disk.
    pub start_least: i64,
    /// The highest: a deletion that failed may have.
    pub start_greatest: i64,
    pub now_ms: i64,
    pub leader_epoch: i32,
    /// No value is sent twice.
    pub values: u32,
    /// What happens when the log stops next.
    pub fate: Fate,
    /// The log's end when it was opened last.
    pub opened_at: i64,
    pub unfinished_pass: bool,
    /// What the log held before a pass that failed in this step, and what the pass would have made of it.
    pub cut_pass: Option<[Vec<storage::Batch>; 2]>,
    /// The last step met a sync that failed.
    pub sync_failed: bool,
    /// Some fault happened.
    pub met_a_fault: bool,
    pub situations: Situations,
    pub steps: u64,
}

impl World {
    pub fn begin(setup: Setup) -> Result<World, Wrong> {
        let config = setup.config();
        let mut disk = Faulty::new(SimDisk::with_sectors(setup.sector_bytes));
        let now_ms = 10_000;
        let (log, _) = Log::open(&mut disk, DIRECTORY, config.clone(), now_ms)
            .map_err(|error| format!("a new log does not open: {error}"))?;
        Ok(World {
            setup,
            config,
            disk,
            log,
            model: StorageLog::new(setup.compact),
            cleaned: Vec::new(),
            acknowledged: 0,
            start_least: 0,
            start_greatest: 0,
            now_ms,
            leader_epoch: 0,
            values: 0,
            fate: Fate::default(),
            opened_at: 0,
            unfinished_pass: false,
            cut_pass: None,
            sync_failed: false,
            met_a_fault: false,
            situations: Situations::of(situations::ALL),
            steps: 0,
        })
    }

    /// One event, and what must be true after it.
    pub fn take(&mut self, op: &Op) -> Result<(), Wrong> {
        self.steps += 1;
        self.sync_failed = false;
        let fired = self.disk.fired();
        self.run(op)?;
        self.met_a_fault |= self.disk.is_off() || self.disk.fired() > fired;
        if self.disk.is_off() {
            self.situation_of_crash(op);
            self.power_cut()?;
        } else if self.log.stopped().is_some() {
            if self.disk.fired() == fired {
                return Err(format!(
                    "the log stopped without a fault: {:?}",
                    self.log.stopped()
                ));
            }
            self.after_a_stop()?;
        }
        self.judge()
    }

    /// An operation failed. Without a fault it must not; whatever it says, the log is judged by what it holds.
    pub fn failed(&self, fired: u64, error: &dyn Display) -> Result<(), Wrong> {
        let happened = self.disk.is_off() || self.disk.fired() > fired;
        match happened {
            true => Ok(()),
            false => Err(format!("failed without a fault: {error}")),
        }
    }

    /// Everything that is found against everything that was written.
    pub fn judge(&mut self) -> Result<(), Wrong> {
        self.model.synced = self.log.synced_end_offset();
        self.acknowledged = self.acknowledged.max(self.log.acknowledged_end_offset());
        let start = self.log.log_start_offset();
        if start != self.model.start {
            return Err(format!(
                "the log starts at {start}, and {} was asked for",
                self.model.start
            ));
        }
        let found = self.found(&self.log, self.disk.inner())?;
        let known = self.written((start, start));
        storage::ends_where_written(&known, &found).map_err(description)?;
        if let Some(broken) = storage::broken_in(&known, &found).next() {
            return Err(description(broken));
        }
        match self.cut_pass.take() {
            None => Ok(()),
            Some(pass) => {
                let [old, new] = pass;
                storage::old_or_new(&old, &new, &found).map_err(description)
            }
        }
    }

    /// A log, read.
    pub fn found<'a>(&self, log: &'a Log, disk: &'a SimDisk) -> Result<RealLog<'a>, Wrong> {
        RealLog::of(log, disk, &self.model).map_err(|why| {
            let broken = storage::is_readable(Some(&why));
            broken.err().map_or(why, description)
        })
    }

    /// Everything that was written, in the promises' words; the log starts within these bounds.
    pub fn written(&self, start: (i64, i64)) -> WrittenLog {
        WrittenLog::new(
            &self.model,
            start,
            self.cleaned.clone(),
            DELETE_RETENTION_MS,
        )
    }

    fn situation_of_crash(&mut self, op: &Op) {
        let what = match op {
            Op::Send { .. } | Op::Retry { .. } | Op::NextEpoch { .. } | Op::End { .. } => {
                "a crash in an append"
            }
            Op::Sync => "a crash in a sync",
            Op::Checkpoint => "a crash in a checkpoint",
            Op::Clean => "a crash in a pass",
            Op::Delete { .. } | Op::Retention => "a crash in a deletion",
            Op::Roll => "a crash in a roll",
            _ => return,
        };
        self.situations.saw(what);
    }
}

/// A promise's own words.
pub fn description(broken: Broken) -> Wrong {
    broken.to_string()
}

/// Whether an error is that of a full disk.
pub fn is_full(error: &DiskError) -> bool {
    matches!(error, DiskError::NoSpace { .. })
}
