//! Batches of a file one after another, read in large pieces.

use plimsoll_disk::Disk;

use crate::{BatchError, BatchHeader, Damage, HEADER_BYTES, ReadError};

/// How much is read at a time when a file is read from one end to the other.
pub(crate) const CHUNK_BYTES: usize = 512 << 10;

/// Where the checksum's cover begins.
const CRC_FROM: usize = 21;

/// Walks a file from batch to batch. A read that comes short is an error, never an end: an unreadable log is not a
/// short one (S6).
pub(crate) struct BatchReader<'a, D> {
    disk: &'a D,
    path: &'a str,
    position: u64,
    end: u64,
    chunk: usize,
    buffer: Vec<u8>,
    at: usize,
}

/// A batch whose header is right and which is there in full. Its checksum was not computed yet.
pub(crate) struct Found<'b> {
    pub(crate) header: BatchHeader,
    pub(crate) position: u64,
    pub(crate) bytes: &'b [u8],
}

impl Found<'_> {
    pub(crate) fn check(&self) -> Result<(), BatchError> {
        let computed = crc32c::crc32c(&self.bytes[CRC_FROM..]);
        let stored = self.header.checksum;
        match computed == stored {
            true => Ok(()),
            false => Err(BatchError::Checksum { stored, computed }),
        }
    }
}

impl<'a, D: Disk> BatchReader<'a, D> {
    /// Reads what lies between two byte positions, `chunk` bytes at a time; `end` is at most the file's length.
    pub(crate) fn new(disk: &'a D, path: &'a str, from: u64, end: u64, chunk: usize) -> Self {
        BatchReader {
            disk,
            path,
            position: from,
            end,
            chunk,
            buffer: Vec::new(),
            at: 0,
        }
    }

    /// Where the next batch begins; after one that is not valid, where that begins.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The next batch; none at the end. After an inner error there is no way on.
    pub(crate) fn next(&mut self) -> Result<Option<Result<Found<'_>, BatchError>>, ReadError> {
        let remaining = self.end - self.position;
        if remaining == 0 {
            return Ok(None);
        }
        self.fill(HEADER_BYTES)?;
        let header = match BatchHeader::read(&self.buffer[self.at..]) {
            Ok(header) => header,
            Err(reason) => return Ok(Some(Err(reason))),
        };
        let total = header.total_bytes();
        if remaining < total as u64 {
            let (have, need) = (remaining, total as u64);
            return Ok(Some(Err(BatchError::Short { have, need })));
        }
        self.fill(total)?;
        let bytes = &self.buffer[self.at..self.at + total];
        let position = self.position;
        self.at += total;
        self.position += total as u64;
        Ok(Some(Ok(Found {
            header,
            position,
            bytes,
        })))
    }

    /// Has `need` bytes at hand, or as many as the file still has.
    fn fill(&mut self, need: usize) -> Result<(), ReadError> {
        let remaining = self.end - self.position;
        let need = remaining.min(need as u64);
        if (self.buffer.len() - self.at) as u64 >= need {
            return Ok(());
        }
        let asked = remaining.min(need.max(self.chunk as u64));
        self.buffer = self
            .disk
            .read_at(self.path, self.position, asked as usize)?;
        self.at = 0;
        let got = self.buffer.len() as u64;
        if got != asked {
            return Err(ReadError::ShortRead {
                file: self.path.to_owned(),
                position: self.position,
                asked,
                got,
            });
        }
        Ok(())
    }
}

/// The error for something wrong in a file, by name.
pub(crate) fn damaged(path: &str, offset: i64, position: u64, reason: Damage) -> ReadError {
    ReadError::Damaged {
        file: path.to_owned(),
        offset,
        position,
        reason,
    }
}
