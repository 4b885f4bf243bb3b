//! The batches of one partition, from the first to the last; whatever is wrong is an error.

use std::path::Path;

use plimsoll_log::{Batch, Damage};

use crate::problem::{Problem, at};
use crate::segments::{Next, Reader, segments};

/// Where a batch stands.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a Path,
    /// Of the batch's first byte.
    pub(crate) position: u64,
}

/// Hands every batch that begins at `last` or before to `each`; what stands behind is not even read, so that it may be
/// damaged. The answer is how many bytes at the end of the last segment are the beginning of a batch that was not
/// finished; anywhere else that is damage.
pub(crate) fn walk(
    directory: &Path,
    last: i64,
    mut each: impl FnMut(Place<'_>, &Batch) -> Result<(), Problem>,
) -> Result<u64, Problem> {
    let segments = segments(directory).map_err(|error| at(directory, error))?;
    if segments.is_empty() {
        return Err(Problem::NoSegments {
            directory: directory.to_owned(),
        });
    }
    let mut next = 0;
    for (index, (base, file)) in segments.iter().enumerate() {
        if *base > last {
            break;
        }
        let io = |error| at(file, error);
        let mut reader = Reader::open(file, next.max(*base)).map_err(io)?;
        while reader.next_offset <= last {
            let (position, offset) = (reader.position, reader.next_offset);
            let damaged = |reason: String| Problem::Damaged {
                file: file.to_owned(),
                position,
                offset,
                reason,
            };
            let batch = match reader.next().map_err(io)? {
                Next::Batch(batch) => batch,
                Next::End => break,
                Next::Unfinished { followed: true, .. } => {
                    let reason =
                        "its length reaches beyond the end of the file, and whole batches follow";
                    return Err(damaged(reason.to_owned()));
                }
                Next::Unfinished { have, .. } if index + 1 == segments.len() => return Ok(have),
                Next::Unfinished { have, .. } => {
                    let reason = format!("it ends after {have} bytes, and another segment follows");
                    return Err(damaged(reason));
                }
                Next::Wrong { reason, .. } => return Err(damaged(description(&reason))),
            };
            if batch.header().base_offset <= last {
                each(Place { file, position }, &batch)?;
            }
        }
        next = reader.next_offset;
    }
    Ok(0)
}

fn description(reason: &Damage) -> String {
    match reason {
        Damage::Offset { found, .. } => format!("its offset is {found}, which has been before"),
        other => other.to_string(),
    }
}
