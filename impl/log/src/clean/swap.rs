//! Putting the output of a pass in the place of what it was made from, so that a crash leaves all of the one or all of
//! the other (K9).
//!
//! | step | what a power cut after it leaves |
//! |---|---|
//! | write `.cleaned`, sync the file | the old segments; recovery removes the rest |
//! | rename to `.swap`, sync the directory | **the new segment**: recovery carries on from here |
//! | remove the other segments, checkpoint | the same |
//! | rename over the first `.log`, sync the directory | the new segment, nothing to do |
//!
//! A directory that was not synced may keep any of its changes and lose any other, hence the syncs between the steps:
//! the last renaming must not be there while a removal is not. The checkpoint stands before it, here and where recovery
//! carries a swap through, so that there is always a `.swap` or a checkpoint that knows the new segment: a segment that
//! the checkpoint names and that is missing without a `.swap` was lost. The file's length would not tell old from new:
//! an output may be exactly as long as the segment whose name it takes.

use plimsoll_disk::{Disk, DiskError};

use crate::checkpoint::{self, Checkpoint};
use crate::reader::damaged;
use crate::segment_index::sibling;
use crate::{BatchError, HEADER_BYTES, LogConfig, LogError, Segment};

/// Ending of a pass's output while it is written.
pub(crate) const CLEANED: &str = ".cleaned";
/// Ending of an output that is complete and takes the place of what it was made from.
pub(crate) const SWAP: &str = ".swap";
/// The same, under the name that recovery gives it before it goes by it.
const FINISHING: &str = ".finishing";

/// Makes the output count. An error leaves open whether it does: the log must stop.
pub(super) fn commit(disk: &mut impl Disk, directory: &str, file: &str) -> Result<(), DiskError> {
    disk.rename(&format!("{file}{CLEANED}"), &format!("{file}{SWAP}"))?;
    disk.sync_dir(directory)
}

/// Removes a segment that went into another, with its indexes.
pub(super) fn remove(disk: &mut impl Disk, file: &str) -> Result<(), DiskError> {
    disk.remove(file)?;
    for ending in ["index", "timeindex"] {
        remove_if_there(disk, &sibling(file, ending))?;
    }
    Ok(())
}

/// Gives the output its final name.
pub(super) fn settle(disk: &mut impl Disk, directory: &str, file: &str) -> Result<(), DiskError> {
    disk.rename(&format!("{file}{SWAP}"), file)?;
    disk.sync_dir(directory)
}

/// Removes a file that may not be there.
pub(super) fn remove_if_there(disk: &mut impl Disk, path: &str) -> Result<(), DiskError> {
    match disk.remove(path) {
        Err(DiskError::NotFound { .. }) => Ok(()),
        done => done,
    }
}

/// Carries every swap among the names of the directory through, and tells the checkpoint of it; gives the segment files
/// that came out. Doing it again changes nothing, and a crash in between is harmless: the output keeps a name of its own
/// until nothing is left to do.
///
/// It gets another name first, because the process that gave it this one may have stopped at a sync of the directory
/// that failed. Then this process sees a name that the disk may never get, and that no sync brings there.
///
/// # Errors
/// [`LogError::Disk`]; [`LogError::Read`] for an output that is damaged, which is no trace of a crash, since it was
/// synced before it got its name: nothing is removed then.
pub(crate) fn finish(
    disk: &mut impl Disk,
    directory: &str,
    names: &[String],
    checkpoint: &mut Option<Checkpoint>,
    config: &LogConfig,
) -> Result<Vec<String>, LogError> {
    let mut finished = Vec::new();
    for name in names {
        let complete = [(SWAP, FINISHING), (FINISHING, SWAP)]
            .into_iter()
            .find_map(|(ending, other)| Some((name.strip_suffix(ending)?, other)));
        let Some((target, other_ending)) = complete else {
            continue;
        };
        let found = format!("{directory}/{name}");
        let Some(base_offset) = Segment::parse_name(target) else {
            return Err(LogError::Foreign { file: found });
        };
        let mut output = Segment::empty(directory, base_offset);
        output.scan(disk, &found, config)?;
        if output.bytes == 0 {
            let (have, need) = (0, HEADER_BYTES as u64);
            let empty = BatchError::Short { have, need }.into();
            return Err(damaged(&found, base_offset, 0, empty).into());
        }
        let finishing = format!("{}{other_ending}", output.path);
        disk.rename(&found, &finishing)?;
        disk.sync_dir(directory)?;
        for other in names {
            let inside = |base: i64| base > base_offset && base < output.end_offset;
            if Segment::parse_name(other).is_some_and(inside) {
                remove(disk, &format!("{directory}/{other}"))?;
            }
        }
        disk.sync_dir(directory)?;
        if let Some(checkpoint) = checkpoint {
            output.write_index(disk, config)?;
            checkpoint.swapped_in(&output);
            checkpoint::put_again(disk, directory, checkpoint)?;
        }
        disk.rename(&finishing, &output.path)?;
        disk.sync_dir(directory)?;
        finished.push(output.file().to_owned());
    }
    Ok(finished)
}
