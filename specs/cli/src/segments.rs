//! The segment files of one partition, read batch by batch. Nothing is opened for writing.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use plimsoll_log::{Batch, BatchError, BatchHeader, Damage, HEADER_BYTES, Segment};

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
    /// It is wrong; the header, if that much is right.
    Wrong {
        reason: Damage,
        header: Option<BatchHeader>,
    },
    /// The file ends before the batch does.
    Unfinished {
        have: u64,
        need: u64,
        /// A write that was not finished leaves nothing behind it, but whole batches follow.
        followed: bool,
    },
    End,
}

/// A segment that is being read.
pub(crate) struct Reader {
    reader: BufReader<File>,
    /// Of the next batch's first byte.
    pub(crate) position: u64,
    /// The lowest offset that the next batch can have.
    pub(crate) next_offset: i64,
    /// Where the next batch begins is not known.
    lost: bool,
}

impl Reader {
    /// Reads from the beginning; `next_offset` is the lowest offset that may stand there.
    pub(crate) fn open(file: &Path, next_offset: i64) -> io::Result<Reader> {
        Ok(Reader {
            reader: BufReader::with_capacity(1 << 18, File::open(file)?),
            position: 0,
            next_offset,
            lost: false,
        })
    }

    /// The next batch. After one that is wrong the reader goes on behind it if its length can be believed.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        let mut bytes = Vec::new();
        if self.lost {
            return Ok(Next::End);
        }
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
        if let Err(BatchError::Short { have, need }) = parsed {
            self.lost = true;
            let (followed, have) = (is_followed(&bytes), have.max(bytes.len() as u64));
            return Ok(Next::Unfinished {
                have,
                need,
                followed,
            });
        }
        let header = header.ok();
        self.lost = header.is_none();
        self.position += bytes.len() as u64;
        match parsed {
            Ok(batch) => Ok(self.placed(batch)),
            Err(reason) => Ok(Next::Wrong {
                reason: reason.into(),
                header,
            }),
        }
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

    /// Reads until `bytes` has as many as `length`, or the file ends.
    fn fill(&mut self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let missing = length.saturating_sub(bytes.len()) as u64;
        let read = self.reader.by_ref().take(missing).read_to_end(bytes);
        read.map(drop)
    }
}

/// Whether a whole batch lies in what should be the beginning of one.
fn is_followed(bytes: &[u8]) -> bool {
    let is_batch = |rest: &[u8]| {
        let header = BatchHeader::read(rest).ok();
        let batch = header.and_then(|header| rest.get(..header.total_bytes()));
        batch.is_some_and(|batch| Batch::parse(batch).is_ok())
    };
    (1..bytes.len()).any(|at| is_batch(&bytes[at..]))
}
