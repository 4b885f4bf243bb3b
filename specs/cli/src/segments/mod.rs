//! The segment files of one partition, read batch by batch. Nothing is opened for writing.
//!
//! | question | file |
//! |---|---|
//! | what stands next? | here |
//! | where does the next whole batch begin, behind one that is wrong? | `resync` |
//! | may a crash have left what stands at the end? | `tail` |
//! | is it a file at all? | `open` |

mod open;
mod resync;
mod tail;

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use plimsoll_log::{Batch, BatchError, BatchHeader, Damage, HEADER_BYTES, LegacyMessage, Segment};
pub(crate) use plimsoll_report::log::Tail;

pub(crate) use open::{open, special};

/// The segments of a directory, by base offset.
pub(crate) fn segments(directory: &Path) -> io::Result<Vec<(i64, PathBuf)>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let base = path.file_name().and_then(|name| name.to_str());
        let base = base.and_then(Segment::parse_name);
        segments.extend(base.map(|base| (base, path)));
    }
    segments.sort();
    Ok(segments)
}

/// What stands next in a segment.
pub(crate) enum Next {
    Batch(Batch),
    /// A message of format 0 or 1: right, and not read here.
    Legacy(LegacyMessage),
    /// It is wrong, and so is everything up to the next whole batch or the end of the file.
    Wrong {
        reason: Damage,
        /// The header, if that much is right.
        header: Option<BatchHeader>,
    },
    /// Nothing whole follows, and a crash may have left what does: part of a batch, zeros, or batches whose bytes are
    /// not all there.
    Tail {
        tail: Tail,
        reason: Damage,
        header: Option<BatchHeader>,
        bytes: u64,
    },
    End,
}

/// A segment that is being read.
pub(crate) struct Reader {
    reader: BufReader<File>,
    /// The file's length when it was opened.
    length: u64,
    /// Of the next batch's first byte.
    pub(crate) position: u64,
    /// The lowest offset that the next batch can have.
    pub(crate) next_offset: i64,
    /// Whether messages of format 0 or 1 came before.
    is_legacy: bool,
}

impl Reader {
    /// Reads from the beginning; `next_offset` is the lowest offset that may stand there.
    pub(crate) fn open(path: &Path, next_offset: i64) -> io::Result<Reader> {
        let file = open(path)?;
        Ok(Reader {
            length: file.metadata()?.len(),
            reader: BufReader::with_capacity(1 << 18, file),
            position: 0,
            next_offset,
            is_legacy: false,
        })
    }

    /// The next batch. Behind what is wrong the reader goes on at the next whole batch.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        let mut bytes = Vec::new();
        self.fill(&mut bytes, HEADER_BYTES)?;
        if bytes.is_empty() {
            return Ok(Next::End);
        }
        let header = BatchHeader::read(&bytes);
        let parsed = match &header {
            Ok(header) => {
                self.fill(&mut bytes, header.total_bytes())?;
                Batch::parse(&bytes)
            }
            Err(error) => Err(error.clone()),
        };
        let reason = match parsed {
            Ok(batch) => {
                self.position += bytes.len() as u64;
                return Ok(self.placed(batch));
            }
            Err(reason) => reason,
        };
        if let Some(claimed) = LegacyMessage::claimed_bytes(&bytes) {
            self.fill(&mut bytes, claimed)?;
            if let Some(message) = LegacyMessage::read(&bytes) {
                return self.legacy(message);
            }
        }
        self.wrong(reason, header.ok())
    }

    /// The batch, if it may stand at its offset.
    fn placed(&mut self, batch: Batch) -> Next {
        let header = *batch.header();
        let (expected, found) = (self.next_offset, header.base_offset);
        self.next_offset = header.last_offset() + 1;
        match found < expected {
            true => Next::Wrong {
                reason: Damage::Offset { expected, found },
                header: Some(header),
            },
            false => Next::Batch(batch),
        }
    }

    fn legacy(&mut self, message: LegacyMessage) -> io::Result<Next> {
        self.go_to(self.position + message.bytes as u64)?;
        self.is_legacy = true;
        let (expected, found) = (self.next_offset, message.offset);
        self.next_offset = message.offset.saturating_add(1);
        Ok(match found < expected {
            true => Next::Wrong {
                reason: Damage::Offset { expected, found },
                header: None,
            },
            false => Next::Legacy(message),
        })
    }

    fn wrong(&mut self, reason: BatchError, header: Option<BatchHeader>) -> io::Result<Next> {
        let at = self.position;
        let bytes = self.length - at;
        let file = self.reader.get_mut();
        if let Some(next) = resync::next(file, at, self.length)? {
            // A header whose length leads into the middle of something is not believed.
            let header = header.filter(|header| at + header.total_bytes() as u64 <= next);
            let reason = match reason {
                BatchError::Short { need, .. } => BatchError::Short { have: bytes, need },
                reason => reason,
            };
            self.go_to(next)?;
            return Ok(Next::Wrong {
                reason: reason.into(),
                header,
            });
        }
        let tail = tail::of(file, at, self.length, self.is_legacy)?;
        let whole = |header: &BatchHeader| header.total_bytes() as u64 <= bytes;
        let header = header.filter(whole);
        self.go_to(self.length)?;
        let reason = match (reason, tail) {
            (BatchError::Short { need, .. }, _) => BatchError::Short { have: bytes, need },
            (reason, _) => reason,
        };
        Ok(match tail {
            Some(tail) => Next::Tail {
                tail,
                reason: reason.into(),
                header,
                bytes,
            },
            None => Next::Wrong {
                reason: reason.into(),
                header,
            },
        })
    }

    fn go_to(&mut self, position: u64) -> io::Result<()> {
        self.position = position;
        self.reader.seek(SeekFrom::Start(position)).map(drop)
    }

    /// Reads until `bytes` has as many as `length`, or the file ends where it did when it was opened.
    fn fill(&mut self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let left = (self.length - self.position).saturating_sub(bytes.len() as u64);
        let missing = left.min(length.saturating_sub(bytes.len()) as u64);
        let read = self.reader.by_ref().take(missing).read_to_end(bytes);
        read.map(drop)
    }
}

/// Reads at a place, as much as there is up to `length` bytes.
fn read_at(file: &mut File, position: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(position))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
