//! What an opening found, and what it did about it.

use crate::Damage;

/// What opening a log found, and what it cut off or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryReport {
    /// The log's directory.
    pub directory: String,
    /// Segments after recovery.
    pub segments: usize,
    /// The first offset after recovery.
    pub log_start_offset: i64,
    /// The log's end after recovery.
    pub log_end_offset: i64,
    /// Everything below this was known to be durable and was not read.
    pub recovery_point: i64,
    /// Bytes of segment files that were read and checked.
    pub scanned_bytes: u64,
    /// Valid batches among them.
    pub batches: u64,
    /// The segment file that was cut, otherwise the last one.
    pub file: String,
    /// Bytes kept of that file.
    pub kept_bytes: u64,
    /// Bytes cut off behind them.
    pub truncated_bytes: u64,
    /// Why; none if nothing was cut off or removed behind the last valid batch.
    pub damage: Option<Damage>,
    /// Segment files behind the damage that were removed, with their lengths in bytes.
    pub removed_segments: Vec<(String, u64)>,
    /// Segment files wholly below the log's start that were removed: a deletion that a crash had cut short.
    pub deleted_segments: Vec<String>,
    /// Temporary files of a crash that were removed.
    pub leftovers: Vec<String>,
    /// Swaps of a compaction that were carried through, by the file that came out.
    pub finished_swaps: Vec<String>,
}
