//! Behind bytes that are no batch: where the next whole one begins.

use std::fs::File;
use std::io;

use plimsoll_log::{Batch, BatchHeader, HEADER_BYTES, LegacyMessage};

use super::read_at;

/// How much is looked through at a time.
const CHUNK_BYTES: u64 = 1 << 20;
/// How many bytes of what looks like batches are read in vain before the search is given up, so that a file that is made
/// of headers alone costs no more than this.
const IN_VAIN_BYTES_MAX: u64 = 1 << 28;
/// Where a batch says its format, and what it says.
const MAGIC: (usize, u8) = (16, 2);

/// Where to go on behind what is wrong at `at`, if a whole batch follows anywhere: at that batch, or before it where the
/// length that stands at `at` leads to the head of the batch that would follow.
pub(super) fn next(file: &mut File, at: u64, end: u64) -> io::Result<Option<u64>> {
    let Some(whole) = next_whole(file, at, end)? else {
        return Ok(None);
    };
    let head = |file: &mut File, at| -> io::Result<Option<BatchHeader>> {
        let front = read_at(file, at, (end - at).min(HEADER_BYTES as u64))?;
        Ok(BatchHeader::read(&front).ok())
    };
    if let Some(header) = head(file, at)? {
        let claimed = at + header.total_bytes() as u64;
        if claimed < whole
            && let Some(following) = head(file, claimed)?
            && following.base_offset == header.last_offset() + 1
        {
            return Ok(Some(claimed));
        }
    }
    Ok(Some(whole))
}

/// The first whole batch behind `at`: where the length that stands at `at` leads to, or else anywhere.
fn next_whole(file: &mut File, at: u64, end: u64) -> io::Result<Option<u64>> {
    let front = read_at(file, at, (end - at).min(HEADER_BYTES as u64))?;
    let claimed = match BatchHeader::read(&front) {
        Ok(header) => Some(header.total_bytes()),
        Err(_) => LegacyMessage::claimed_bytes(&front),
    };
    if let Some(next) = claimed
        .map(|bytes| at + bytes as u64)
        .filter(|it| *it < end)
        && (is_whole(file, next, end)?.0 || is_message(file, next, end)?)
    {
        return Ok(Some(next));
    }
    let (mut from, mut in_vain) = (at + 1, 0);
    while from < end && in_vain < IN_VAIN_BYTES_MAX {
        let chunk = read_at(
            file,
            from,
            (end - from).min(CHUNK_BYTES + HEADER_BYTES as u64),
        )?;
        for (index, window) in chunk.windows(HEADER_BYTES).enumerate() {
            if index as u64 >= CHUNK_BYTES {
                break;
            }
            if window[MAGIC.0] != MAGIC.1 || BatchHeader::read(window).is_err() {
                continue;
            }
            let place = from + index as u64;
            let (whole, read) = is_whole(file, place, end)?;
            if whole {
                return Ok(Some(place));
            }
            in_vain += read;
            if in_vain >= IN_VAIN_BYTES_MAX {
                break;
            }
        }
        from += CHUNK_BYTES;
    }
    Ok(None)
}

/// Whether a whole batch begins here, and how many bytes were read to know.
fn is_whole(file: &mut File, at: u64, end: u64) -> io::Result<(bool, u64)> {
    let front = read_at(file, at, (end - at).min(HEADER_BYTES as u64))?;
    let Ok(header) = BatchHeader::read(&front) else {
        return Ok((false, front.len() as u64));
    };
    let total = header.total_bytes() as u64;
    if total > end - at {
        return Ok((false, front.len() as u64));
    }
    let whole = Batch::parse(&read_at(file, at, total)?).is_ok();
    Ok((whole, total))
}

/// Whether a whole message of format 0 or 1 begins here.
fn is_message(file: &mut File, at: u64, end: u64) -> io::Result<bool> {
    let front = read_at(file, at, (end - at).min(HEADER_BYTES as u64))?;
    let claimed = LegacyMessage::claimed_bytes(&front).map(|bytes| bytes as u64);
    let Some(total) = claimed.filter(|bytes| *bytes <= end - at) else {
        return Ok(false);
    };
    Ok(LegacyMessage::read(&read_at(file, at, total)?).is_some())
}
