//! Recovery: the longest prefix of fully valid batches (L9).
//!
//! Valid means: the length fits the file, the magic is known, the checksum is right, and offsets grow from batch to
//! batch. From the first batch that is not, everything is cut off: what follows a hole was never acknowledged, or the
//! file was damaged in a way that this version does not tell from a torn tail.

use plimsoll_disk::{Disk, DiskError};

use crate::segment::BatchPlace;
use crate::{Batch, BatchError, BatchHeader, HEADER_BYTES};

/// Why the first batch that was cut off was not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The batch itself is wrong or incomplete.
    Batch(BatchError),
    /// It is a good batch, but not one that can stand here.
    OffsetsNotIncreasing {
        /// The lowest base offset that could.
        expected_at_least: i64,
        /// The one found.
        found: i64,
    },
}

/// What recovery found in a log, and what it cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryReport {
    /// The segment file.
    pub file: String,
    /// Valid batches kept.
    pub batches: u64,
    /// The log's end after recovery.
    pub log_end_offset: i64,
    /// Bytes kept.
    pub kept_bytes: u64,
    /// Bytes cut off behind them.
    pub truncated_bytes: u64,
    /// Why; none if nothing was cut off.
    pub damage: Option<Damage>,
}

/// The valid prefix of a segment file.
pub(crate) struct Scan {
    pub(crate) places: Vec<BatchPlace>,
    pub(crate) bytes: u64,
    pub(crate) last_leader_epoch: Option<i32>,
    pub(crate) damage: Option<Damage>,
}

/// Reads the file from the start to its end or to the first invalid batch. A disk error is an error, never an end:
/// an unreadable log is not a short one (S6).
pub(crate) fn scan(disk: &impl Disk, path: &str, base_offset: i64) -> Result<Scan, DiskError> {
    let length = disk.len(path)?;
    let mut scan = Scan {
        places: Vec::new(),
        bytes: 0,
        last_leader_epoch: None,
        damage: None,
    };
    let mut least = base_offset;
    while scan.bytes < length {
        match batch_at(disk, path, scan.bytes, length)? {
            Ok(header) if header.base_offset >= least => {
                scan.places.push(BatchPlace::new(&header, scan.bytes));
                scan.bytes += header.total_bytes() as u64;
                scan.last_leader_epoch = Some(header.leader_epoch);
                least = header.last_offset() + 1;
            }
            Ok(header) => {
                scan.damage = Some(Damage::OffsetsNotIncreasing {
                    expected_at_least: least,
                    found: header.base_offset,
                });
                break;
            }
            Err(reason) => {
                scan.damage = Some(Damage::Batch(reason));
                break;
            }
        }
    }
    Ok(scan)
}

/// The batch at `position`, checked; the outer error is the disk's.
fn batch_at(
    disk: &impl Disk,
    path: &str,
    position: u64,
    length: u64,
) -> Result<Result<BatchHeader, BatchError>, DiskError> {
    let header = match BatchHeader::read(&disk.read_at(path, position, HEADER_BYTES)?) {
        Ok(header) => header,
        Err(reason) => return Ok(Err(reason)),
    };
    let (have, need) = (length - position, header.total_bytes() as u64);
    if have < need {
        return Ok(Err(BatchError::Short { have, need }));
    }
    let bytes = disk.read_at(path, position, header.total_bytes())?;
    Ok(Batch::parse(&bytes).map(|batch| *batch.header()))
}
