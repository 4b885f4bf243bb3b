//! Where damage is: what should stand there, and what does.

use plimsoll_log::{BatchError, LogError, MAX_BATCH_BYTES, ReadError};
use serde::Serialize;

/// How many places of one partition are listed; the others are counted.
pub const DAMAGE_LISTED_MAX: usize = 1000;

/// A place that is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The file.
    pub file: String,
    /// Where it begins in the file; for a batch, the batch's first byte.
    pub byte: u64,
    /// The offset that should stand there; the lowest that can, where compaction has been.
    pub offset: Option<i64>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Something wrong in a segment file.
pub fn damage(file: &str, byte: u64, offset: i64, reason: &plimsoll_log::Damage) -> Damage {
    let (expected, found) = match reason {
        plimsoll_log::Damage::Batch(error) => of_batch(error),
        plimsoll_log::Damage::Offset { expected, found } => (
            format!("a batch of offset {expected}"),
            format!("one of offset {found}"),
        ),
        plimsoll_log::Damage::NextSegment { end, next } => (
            format!("batches up to offset {next}, where the next segment begins"),
            format!("the end of the file at offset {end}"),
        ),
    };
    Damage {
        file: file.to_owned(),
        byte,
        offset: Some(offset),
        expected,
        found,
    }
}

fn of_batch(error: &BatchError) -> (String, String) {
    match error {
        BatchError::Short { have, need } => {
            (format!("a batch of {need} bytes"), format!("{have} bytes"))
        }
        BatchError::Length(length) => (
            format!("a batch length from 49 to {}", MAX_BATCH_BYTES - 12),
            length.to_string(),
        ),
        BatchError::Magic(magic) => ("magic 2".to_owned(), format!("magic {magic}")),
        BatchError::Checksum { stored, computed } => (
            format!("bytes of checksum {stored:#010x}"),
            format!("bytes of checksum {computed:#010x}"),
        ),
        BatchError::Codec(_)
        | BatchError::Decompress { .. }
        | BatchError::Bomb { .. }
        | BatchError::Record { .. } => (
            "records as the header has them, since the checksum is right".to_owned(),
            error.to_string(),
        ),
        other => ("a batch of format v2".to_owned(), other.to_string()),
    }
}

/// A batch too far from the segment's first offset: entries of an index hold the distance in 31 bits
/// (`OffsetIndex.relativeOffset`).
pub fn too_wide(file: &str, byte: u64, base: i64, last: i64) -> Damage {
    let most = base.saturating_add(i32::MAX.into());
    Damage {
        file: file.to_owned(),
        byte,
        offset: Some(last),
        expected: format!("offsets up to {most}"),
        found: format!("offset {last}: the segment is wider than 2^31-1 offsets (KAFKA-20036)"),
    }
}

/// A segment without a byte, whose indexes name batches.
pub fn emptied(file: &str, base: i64, offsets: u64, times: u64) -> Damage {
    let entries = |count, name| format!("{} in its .{name}", counted_entries(count));
    let named: Vec<String> = [(offsets, "index"), (times, "timeindex")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| entries(count, name))
        .collect();
    Damage {
        file: file.to_owned(),
        byte: 0,
        offset: Some(base),
        expected: format!("the batches of {}", named.join(" and ")),
        found: "an emptied file".to_owned(),
    }
}

fn counted_entries(count: u64) -> String {
    match count {
        1 => "1 entry".to_owned(),
        _ => format!("{count} entries"),
    }
}

/// The end of a log that looks like a crash's, though what stood there was durable.
pub fn durable_tail(file: &str, byte: u64, offset: i64, point: i64, tail: &str) -> Damage {
    Damage {
        file: file.to_owned(),
        byte,
        offset: Some(offset),
        expected: format!("batches up to the recovery point {point}, which were durable"),
        found: tail.to_owned(),
    }
}

/// What makes recovery refuse the log; none if it is the disk that failed.
pub fn refusal(error: &LogError) -> Option<Damage> {
    let at = |file: &str, byte, expected: String, found: String| {
        let file = file.to_owned();
        let offset = None;
        Some(Damage {
            file,
            byte,
            offset,
            expected,
            found,
        })
    };
    match error {
        LogError::Read(ReadError::Damaged {
            file,
            offset,
            position,
            reason,
        }) => Some(damage(file, *position, *offset, reason)),
        LogError::Foreign { file } => at(
            file,
            0,
            "a name like 00000000000000000000.log".to_owned(),
            "another one".to_owned(),
        ),
        LogError::Magic {
            file,
            position,
            magic,
        } => at(
            file,
            *position,
            "magic 2".to_owned(),
            format!("magic {magic}"),
        ),
        LogError::Missing {
            file,
            recovery_point,
        } => at(
            file,
            0,
            format!("a segment, durable up to offset {recovery_point}"),
            "no such file".to_owned(),
        ),
        LogError::Length {
            file,
            expected,
            found,
        } => at(
            file,
            *found.min(expected),
            format!("{expected} bytes that were durable"),
            format!("{found} bytes"),
        ),
        LogError::Unknown { file } => at(
            file,
            0,
            "no file that the checkpoint does not know".to_owned(),
            "a segment below the recovery point".to_owned(),
        ),
        LogError::Checkpoint { file, reason } => at(
            file,
            0,
            "a checkpoint as it was written".to_owned(),
            reason.to_string(),
        ),
        _ => None,
    }
}
