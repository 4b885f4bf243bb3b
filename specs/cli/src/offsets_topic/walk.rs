//! The batches of one partition, from the first to the last, and what is wrong between them.

use std::path::Path;

use plimsoll_log::{Batch, BatchError, Damage};

use crate::problem::{Problem, at};
use crate::segments::{Next, Reader, Tail, segments};

/// Where a batch stands.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a Path,
    /// Of the batch's first byte.
    pub(crate) position: u64,
}

/// How the last segment ends, and how many messages of formats 0 and 1 were passed.
#[derive(Default)]
pub(crate) struct Walked {
    pub(crate) unfinished: Option<(Tail, u64)>,
    pub(crate) legacy: Option<(i8, u64)>,
}

/// Hands every batch that begins at `last` or before to `each`, and what is wrong to `wrong`; what stands behind `last`
/// is not even read, so that it may be damaged.
pub(crate) fn walk<S>(
    directory: &Path,
    last: i64,
    state: &mut S,
    mut each: impl FnMut(&mut S, Place<'_>, &Batch),
    mut wrong: impl FnMut(&mut S, Problem),
) -> Result<Walked, Problem> {
    let segments = segments(directory).map_err(|error| at(directory, error))?;
    if segments.is_empty() {
        return Err(Problem::NoSegments {
            directory: directory.to_owned(),
        });
    }
    let mut walked = Walked::default();
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
            match reader.next().map_err(io)? {
                Next::Batch(batch) if batch.header().base_offset <= last => {
                    each(state, Place { file, position }, &batch);
                }
                Next::Batch(_) | Next::End => break,
                Next::Legacy(message) => {
                    walked.legacy.get_or_insert((message.magic, 0)).1 += 1;
                }
                Next::Tail { tail, bytes, .. } if index + 1 == segments.len() => {
                    walked.unfinished = Some((tail, bytes));
                }
                Next::Tail { reason, .. } => wrong(state, damaged(in_the_middle(&reason))),
                Next::Wrong { reason, .. } => wrong(state, damaged(description(&reason))),
            }
        }
        next = reader.next_offset;
    }
    Ok(walked)
}

fn in_the_middle(reason: &Damage) -> String {
    match reason {
        Damage::Batch(BatchError::Short { have, .. }) => {
            format!("it ends after {have} bytes, and another segment follows")
        }
        other => description(other),
    }
}

fn description(reason: &Damage) -> String {
    match reason {
        Damage::Offset { found, .. } => format!("its offset is {found}, which has been before"),
        Damage::Batch(BatchError::Short { .. }) => {
            "its length reaches beyond the end of the file, and whole batches follow".to_owned()
        }
        other => other.to_string(),
    }
}
