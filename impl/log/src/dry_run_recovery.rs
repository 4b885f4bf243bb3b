//! Looking at a log: what opening it would find and do, without doing it.

use std::sync::Arc;

use plimsoll_disk::{Disk, DiskError, Overlay};

use crate::checkpoint;
use crate::clean::swap::SWAP;
use crate::recovery::MARK;
use crate::{Log, LogConfig, LogError, RecoveryReport, Segment};

/// Who wrote a log, and so what is right in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// This engine: a segment ends where the next one begins, and offsets are left out of closed segments only.
    Plimsoll,
    /// Apache Kafka. Its cleaner may take the end of a segment away (`Cleaner.cleanSegments`), and a follower appends
    /// what the leader's cleaner has left (`UnifiedLog.appendAsFollower`): offsets may be left out anywhere.
    Kafka,
}

/// What opening a log would make of it.
#[derive(Debug)]
pub struct DryRun {
    /// The log as it would be. It is not the one on the disk: only what it knows without reading is of use.
    pub log: Log,
    /// What would be found and done.
    pub report: RecoveryReport,
    /// Whether there is a checkpoint, so that only what comes after it would be read.
    pub has_checkpoint: bool,
    /// The log has stopped at a sync that failed: what is behind the recovery point would be written again, since the
    /// kernel may hold it in memory only.
    pub is_unsynced: bool,
}

impl Log {
    /// What [`Log::open`] would make of the directory; the disk is only read. No producer is too old to be told of.
    ///
    /// # Errors
    /// Those of [`Log::open`]; [`DiskError::NotFound`] if there is no such directory.
    pub fn dry_run_recovery(
        disk: &impl Disk,
        directory: &str,
        writer: Writer,
    ) -> Result<DryRun, LogError> {
        let names = disk.list(directory)?;
        let has = |file: &str| names.iter().any(|name| name == file);
        let mut overlay = Overlay::new(disk);
        if has(MARK) {
            // To write again what is read changes nothing that can be seen here, and would take its size in memory.
            overlay.remove(&format!("{directory}/{MARK}"))?;
        }
        if writer == Writer::Kafka {
            hide_swapped_indexes(&mut overlay, directory, &names)?;
        }
        let config = Arc::new(LogConfig::default());
        let (log, report) = Log::recover(&mut overlay, directory, (config, writer), i64::MIN)?;
        Ok(DryRun {
            log,
            report,
            has_checkpoint: has(checkpoint::FILE),
            is_unsynced: has(MARK),
        })
    }
}

/// Kafka swaps a segment's indexes along with it; only the segment says what is in it.
fn hide_swapped_indexes(
    disk: &mut impl Disk,
    directory: &str,
    names: &[String],
) -> Result<(), DiskError> {
    for name in names {
        let target = name.strip_suffix(SWAP);
        if target.is_some_and(|target| Segment::parse_name(target).is_none()) {
            disk.remove(&format!("{directory}/{name}"))?;
        }
    }
    Ok(())
}
