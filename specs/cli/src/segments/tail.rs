//! The end of a file in which no whole batch follows: what a crash may leave, which recovery cuts off, is told from what
//! somebody else wrote. Of what was not synced any part may be missing, or be zeros.

use std::fs::File;
use std::io;

use plimsoll_log::{BatchError, BatchHeader, HEADER_BYTES, LegacyMessage};

use super::{Tail, read_at};

const CHUNK_BYTES: u64 = 1 << 20;
/// Bytes of a batch up to its format; if a page that was not written begins here, they are zeros.
const UP_TO_MAGIC: usize = 17;

/// What stands from `at` to the end; none if no crash leaves that.
pub(super) fn of(file: &mut File, at: u64, end: u64, is_legacy: bool) -> io::Result<Option<Tail>> {
    let mut first = None;
    let mut position = at;
    while position < end {
        let rest = end - position;
        let front = read_at(file, position, rest.min(HEADER_BYTES as u64))?;
        // Of fewer zeros nobody can say whether they are the beginning of a batch.
        let is_page = front.get(..UP_TO_MAGIC).is_some_and(is_zero);
        if is_page && are_zeros(file, position, end)? {
            return Ok(Some(first.unwrap_or(Tail::Zeros)));
        }
        match BatchHeader::read(&front) {
            Ok(header) if header.total_bytes() as u64 <= rest => {
                first.get_or_insert(Tail::Checksum);
                position += header.total_bytes() as u64;
            }
            Ok(_) | Err(BatchError::Short { .. }) => {
                return Ok(Some(first.unwrap_or(Tail::Torn)));
            }
            Err(_) if is_page => {
                return Ok(Some(first.unwrap_or(Tail::Zeros)));
            }
            Err(_) if is_legacy => match LegacyMessage::claimed_bytes(&front) {
                Some(total) if total as u64 <= rest => {
                    first.get_or_insert(Tail::Checksum);
                    position += total as u64;
                }
                Some(_) => return Ok(Some(first.unwrap_or(Tail::Torn))),
                None => return Ok(None),
            },
            Err(_) => return Ok(None),
        }
    }
    Ok(first)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn are_zeros(file: &mut File, from: u64, end: u64) -> io::Result<bool> {
    let mut position = from;
    while position < end {
        let chunk = read_at(file, position, (end - position).min(CHUNK_BYTES))?;
        if chunk.is_empty() || !is_zero(&chunk) {
            return Ok(chunk.is_empty());
        }
        position += chunk.len() as u64;
    }
    Ok(true)
}
