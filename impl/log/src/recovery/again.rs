//! After a sync that failed: what the restarted process sees may be in the kernel's memory only, marked as written.
//!
//! No later sync brings it to the disk, so opening such a log would take for durable what the next power cut takes away.
//! Only what is written again becomes durable. Therefore a log that stops leaves a mark, an empty file, in the same
//! memory; whoever opens the log while the mark is there writes everything behind the recovery point again, names
//! included. A power cut that takes the mark takes the memory too.

use plimsoll_disk::{Disk, DiskError};

use crate::reader::CHUNK_BYTES;
use crate::{LogError, ReadError, Segment};

/// The mark's file name.
pub(crate) const MARK: &str = "unsynced";
/// Ending of a segment file that is written again under another name.
pub(super) const COPY: &str = ".copy";

/// What is left to do if the mark could not be left.
pub(crate) const RESTART: &str = "restart the machine before opening it";

/// Leaves the mark.
pub(crate) fn mark(disk: &mut impl Disk, directory: &str) -> Result<(), DiskError> {
    match disk.create(&format!("{directory}/{MARK}")) {
        Err(DiskError::AlreadyExists { .. }) => Ok(()),
        created => created,
    }
}

/// The error of an opening that the disk made fail. The next one may meet what a failed sync left in memory: of files
/// it writes again what it sees, but it cannot see a name whose removal the disk may never get.
pub(super) fn not_opened(disk: &mut impl Disk, directory: &str, error: DiskError) -> LogError {
    let stopped = |why: &dyn std::fmt::Display| LogError::Stopped {
        directory: directory.to_owned(),
        why: format!("{error}; {RESTART} ({why})"),
    };
    if is_of_names(&error, directory) {
        return stopped(&"names were changed");
    }
    match mark(disk, directory) {
        Err(unmarked) if error != DiskError::PowerCut => stopped(&unmarked),
        _ => LogError::Disk(error),
    }
}

/// Whether the sync of a directory may be what failed.
pub(crate) fn is_of_names(error: &DiskError, directory: &str) -> bool {
    matches!(error, DiskError::Io { path, .. } if path.is_empty() || path == directory)
}

/// Takes the mark away: everything is written and synced, and so are the names.
pub(super) fn unmark(disk: &mut impl Disk, directory: &str) -> Result<(), DiskError> {
    disk.sync_dir(directory)?;
    disk.remove(&format!("{directory}/{MARK}"))?;
    disk.sync_dir(directory)
}

/// Writes a segment from byte `from` on again, and syncs it. One that is new as a whole is copied and takes its own
/// place, for its name may be in memory only as well. So is one with segments behind it: for a moment the other way
/// leaves a byte too many at the end, and a crash then would make a tear of it that costs all that follows.
pub(super) fn write(
    disk: &mut impl Disk,
    segment: &Segment,
    from: u64,
    is_last: bool,
) -> Result<(), LogError> {
    if from > 0 && from == segment.bytes && !is_last {
        return Ok(disk.sync(&segment.path)?);
    }
    if from > 0 && is_last {
        pieces(disk, segment, from, &segment.path)?;
        // The length too is in memory only, unless it changes once more.
        disk.write_at(&segment.path, segment.bytes, &[0])?;
        disk.truncate(&segment.path, segment.bytes)?;
        return Ok(disk.sync(&segment.path)?);
    }
    let copy = format!("{}{COPY}", segment.path);
    disk.create(&copy)?;
    pieces(disk, segment, 0, &copy)?;
    disk.sync(&copy)?;
    Ok(disk.rename(&copy, &segment.path)?)
}

fn pieces(disk: &mut impl Disk, segment: &Segment, from: u64, to: &str) -> Result<(), LogError> {
    let mut position = from;
    while position < segment.bytes {
        let asked = (segment.bytes - position).min(CHUNK_BYTES as u64);
        let piece = disk.read_at(&segment.path, position, asked as usize)?;
        let got = piece.len() as u64;
        if got != asked {
            return Err(LogError::Read(ReadError::ShortRead {
                file: segment.file().to_owned(),
                position,
                asked,
                got,
            }));
        }
        disk.write_at(to, position, &piece)?;
        position += asked;
    }
    Ok(())
}
