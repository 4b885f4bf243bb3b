//! What recovery would do.

use plimsoll_log::RecoveryReport;
use serde::Serialize;

/// What an opening would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Recovery {
    /// The log would open.
    Opens(Opens),
    /// The log would not open; nothing would be cut off.
    Refuses {
        /// Why, and what to do.
        error: String,
    },
}

/// What an opening would keep and what it would cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opens {
    /// Everything below this offset is known to be durable and would not be read.
    pub recovery_point: i64,
    /// Bytes of segment files that would be read and checked.
    pub scanned_bytes: u64,
    /// Valid batches among them.
    pub batches: u64,
    /// Where the log would end.
    pub log_end_offset: i64,
    /// The segment file that would be cut, otherwise the last one.
    pub file: String,
    /// Bytes of it that would be kept.
    pub kept_bytes: u64,
    /// Bytes that would be cut off behind them.
    pub cut_bytes: u64,
    /// Why; none if nothing would be cut off or removed behind the last valid batch.
    pub reason: Option<String>,
    /// Segments behind the damage that would be removed.
    pub removed: Vec<Removed>,
    /// Segments that would be removed because they lie wholly below the log's start.
    pub deleted: Vec<String>,
    /// Temporary files that would be removed.
    pub leftovers: Vec<String>,
    /// Swaps of a compaction that would be carried through.
    pub finished_swaps: Vec<String>,
    /// Whether what is read would be written again, because a sync had failed.
    pub written_again: bool,
}

/// A segment that would be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The file.
    pub file: String,
    /// Its length.
    pub bytes: u64,
}

/// The report of an opening that was only looked at; `place` names a file as the user does.
pub fn recovery(
    report: &RecoveryReport,
    written_again: bool,
    place: impl Fn(&str) -> String,
) -> Recovery {
    let places = |files: &[String]| files.iter().map(|file| place(file)).collect();
    let removed = report.removed_segments.iter().map(|(file, bytes)| Removed {
        file: place(file),
        bytes: *bytes,
    });
    Recovery::Opens(Opens {
        recovery_point: report.recovery_point,
        scanned_bytes: report.scanned_bytes,
        batches: report.batches,
        log_end_offset: report.log_end_offset,
        file: place(&report.file),
        kept_bytes: report.kept_bytes,
        cut_bytes: report.truncated_bytes,
        reason: report.damage.as_ref().map(ToString::to_string),
        removed: removed.collect(),
        deleted: places(&report.deleted_segments),
        leftovers: report.leftovers.clone(),
        finished_swaps: places(&report.finished_swaps),
        written_again,
    })
}
