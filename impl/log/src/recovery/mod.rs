//! Opening a log: what a crash left is tidied up, and the longest valid prefix stays (L9, L10).
//!
//! | step | a crash after it |
//! |---|---|
//! | temporary files are removed, swaps of a compaction carried through | nothing is lost with them |
//! | segments wholly below the log's start are removed | they were deleted already |
//! | the directory is synced | |
//! | everything from the recovery point on is read and checked | |
//! | behind the first batch that is not valid, later segments are removed, and the directory synced | the tear is still there |
//! | the torn segment is cut, and every segment that was read is synced | the end is the same |
//!
//! If the process before stopped at a sync that failed, what was read is written again before it is synced.
//!
//! What lies below the recovery point was durable: it is not read, and if a file is missing or too short there the log
//! does not open. Damage in it is found when it is read, and refused by name; it is never cut off. Behind it a crash
//! leaves zeros or a part of what was written: another magic than that of the format comes from another program or a
//! newer version, and is refused too.

mod again;
mod below;
mod files;
mod scan;

use std::sync::Arc;

use plimsoll_disk::Disk;

use crate::checkpoint::Checkpoint;
use crate::mutant::mutant;
use crate::producers::Producers;
use crate::segment_index::SegmentIndex;
use crate::{Log, LogConfig, LogError, RecoveryPoint, RecoveryReport, Writer};

use files::Files;
use scan::{Recovered, Scan};

pub(crate) use again::{MARK, RESTART, is_of_names, mark};
pub(crate) use files::remove_segment;

impl Log {
    /// Opens the log in `directory` (a name in the disk's root), making what is missing, and recovers it.
    /// When this returns, everything in the log is durable, names included. `now_ms` says which producers have been
    /// quiet for too long.
    ///
    /// # Errors
    /// [`LogError::Disk`] and [`LogError::Read`]; [`LogError::Config`]; [`LogError::Foreign`] and [`LogError::Magic`] for
    /// a file that is not ours; [`LogError::Unknown`], [`LogError::Missing`], [`LogError::Length`] and
    /// [`LogError::Checkpoint`] for a directory whose durable part is not what it was. None of them cuts anything off,
    /// and trying again is always right.
    pub fn open(
        disk: &mut impl Disk,
        directory: &str,
        config: Arc<LogConfig>,
        now_ms: i64,
    ) -> Result<(Log, RecoveryReport), LogError> {
        config.check()?;
        let own = Writer::Plimsoll;
        Log::recover(disk, directory, (config, own), now_ms).map_err(|error| match error {
            // Perhaps a sync failed. Whoever tries again must not believe what that left in memory.
            LogError::Disk(error) => again::not_opened(disk, directory, error),
            other => other,
        })
    }

    pub(crate) fn recover(
        disk: &mut impl Disk,
        directory: &str,
        (config, writer): (Arc<LogConfig>, Writer),
        now_ms: i64,
    ) -> Result<(Log, RecoveryReport), LogError> {
        let mut found = Files::tidy_up(disk, directory, &config)?;
        found.settle_checkpoint(disk)?;
        found.delete_below(disk)?;
        let (log_start, below) = below::durable(disk, &found)?;
        // Also for what was there before: a crash may have come between making a name and syncing it.
        disk.sync_dir(directory)?;
        disk.sync_dir("")?;
        let mut scan = Scan::read(disk, &found, below, (&config, writer))?;
        scan.cut(disk, &found)?;
        let checkpoint = found.checkpoint.take();
        let recovered = scan.finish(found, log_start);
        let report = recovered.report.clone();
        let log = Log::assemble(config, recovered, checkpoint, now_ms);
        Ok((log, report))
    }

    fn assemble(
        config: Arc<LogConfig>,
        recovered: Recovered,
        checkpoint: Option<Checkpoint>,
        now_ms: i64,
    ) -> Log {
        let Recovered {
            mut closed,
            mut active,
            mut derived,
            valid_bytes,
            report,
        } = recovered;
        let end = active.end_offset;
        derived.transactions.reached(end);
        if mutant!(config, recover_producers: RecoverProducers::Forgotten) {
            derived.producers = Producers::default();
        }
        if mutant!(config, index_files: IndexFiles::Trusted) {
            for segment in closed.iter_mut().chain([&mut active]) {
                segment.index = SegmentIndex::in_files(segment.bytes, Default::default());
            }
        }
        let first = closed.first().unwrap_or(&active).base_offset;
        let mut log = Log {
            directory: report.directory.into(),
            log_start: report.log_start_offset,
            synced_end: end,
            names_changed: false,
            recovery_point: checkpoint
                .as_ref()
                .map_or(start_of(first), |c| c.recovery_point),
            unchecked_bytes: valid_bytes,
            first_dirty: checkpoint.map_or(first, |c| c.first_dirty),
            derived,
            checkpoint_failure: None,
            stopped: None,
            closed: Arc::new(closed),
            active,
            config,
        };
        log.expire_producers(now_ms);
        log
    }
}

/// Where the scan begins without a checkpoint.
fn start_of(segment: i64) -> RecoveryPoint {
    RecoveryPoint {
        offset: segment,
        segment,
        position: 0,
    }
}
