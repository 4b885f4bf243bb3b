//! The segments of one partition, read from the first batch to the last. Nothing is opened for writing.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use plimsoll_log::{Batch, BatchError, BatchHeader, HEADER_BYTES};

use super::Problem;

/// Where a batch stands.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a Path,
    /// Of the batch's first byte.
    pub(crate) position: u64,
}

/// The segments of a directory, by base offset.
pub(crate) fn segments(directory: &Path) -> Result<Vec<(i64, PathBuf)>, Problem> {
    let io = |error| Problem::Io {
        path: directory.to_owned(),
        error,
    };
    let mut segments = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        segments.extend(base_offset(&path).map(|base| (base, path)));
    }
    segments.sort();
    Ok(segments)
}

/// Twenty digits and `.log`.
fn base_offset(path: &Path) -> Option<i64> {
    let digits = path.file_name()?.to_str()?.strip_suffix(".log")?;
    let is_base = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_base.then(|| digits.parse().ok()).flatten()
}

/// Hands every batch that begins at `last` or before to `each`; what stands behind is not even read, so that it may be
/// damaged. The answer is how many bytes at the end of the last segment are the beginning of a batch that was not
/// finished; anywhere else that is damage.
pub(crate) fn walk(
    directory: &Path,
    last: i64,
    mut each: impl FnMut(Place<'_>, &Batch) -> Result<(), Problem>,
) -> Result<u64, Problem> {
    let segments = segments(directory)?;
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
        let mut segment = Segment::open(file, next.max(*base))?;
        while segment.next_offset <= last {
            let position = segment.position;
            let batch = match segment.next()? {
                Next::Batch(batch) => batch,
                Next::End => break,
                Next::Unfinished(bytes) if index + 1 == segments.len() => return Ok(bytes),
                Next::Unfinished(bytes) => {
                    return Err(segment.damaged(
                        position,
                        format!("it ends after {bytes} bytes, and another segment follows"),
                    ));
                }
            };
            if batch.header().base_offset <= last {
                each(Place { file, position }, &batch)?;
            }
        }
        next = segment.next_offset;
    }
    Ok(0)
}

enum Next {
    Batch(Batch),
    /// So many bytes, too few for a batch.
    Unfinished(u64),
    End,
}

struct Segment<'a> {
    file: &'a Path,
    reader: BufReader<File>,
    position: u64,
    next_offset: i64,
}

impl<'a> Segment<'a> {
    fn open(file: &'a Path, next_offset: i64) -> Result<Self, Problem> {
        let opened = File::open(file).map_err(|error| Problem::Io {
            path: file.to_owned(),
            error,
        })?;
        Ok(Segment {
            file,
            reader: BufReader::with_capacity(1 << 18, opened),
            position: 0,
            next_offset,
        })
    }

    fn damaged(&self, position: u64, reason: String) -> Problem {
        Problem::Damaged {
            file: self.file.to_owned(),
            position,
            offset: self.next_offset,
            reason,
        }
    }

    /// A length that reaches beyond the end of the file: a write that was not finished leaves nothing behind it.
    fn unfinished(&self, bytes: &[u8]) -> Result<Next, Problem> {
        let is_batch = |rest: &[u8]| {
            let header = BatchHeader::read(rest).ok();
            let batch = header.and_then(|header| rest.get(..header.total_bytes()));
            batch.is_some_and(|batch| Batch::parse(batch).is_ok())
        };
        if (1..bytes.len()).any(|at| is_batch(&bytes[at..])) {
            let reason = "its length reaches beyond the end of the file, and whole batches follow";
            return Err(self.damaged(self.position, reason.to_owned()));
        }
        Ok(Next::Unfinished(bytes.len() as u64))
    }

    /// Reads until `bytes` has as many as `length`, or the file ends.
    fn fill(&mut self, bytes: &mut Vec<u8>, length: usize) -> Result<(), Problem> {
        let missing = length.saturating_sub(bytes.len()) as u64;
        let read = self.reader.by_ref().take(missing).read_to_end(bytes);
        read.map(|_| ()).map_err(|error| Problem::Io {
            path: self.file.to_owned(),
            error,
        })
    }

    fn next(&mut self) -> Result<Next, Problem> {
        let mut bytes = Vec::new();
        self.fill(&mut bytes, HEADER_BYTES)?;
        if bytes.is_empty() {
            return Ok(Next::End);
        }
        let position = self.position;
        let parsed = match BatchHeader::read(&bytes) {
            Ok(header) => {
                self.fill(&mut bytes, header.total_bytes())?;
                Batch::parse(&bytes)
            }
            Err(error) => Err(error),
        };
        let batch = match parsed {
            Ok(batch) => batch,
            Err(BatchError::Short { .. }) => return self.unfinished(&bytes),
            Err(error) => return Err(self.damaged(position, error.to_string())),
        };
        let (base, last) = (batch.header().base_offset, batch.header().last_offset());
        if base < self.next_offset {
            return Err(self.damaged(
                position,
                format!("its offset is {base}, which has been before"),
            ));
        }
        self.position += bytes.len() as u64;
        self.next_offset = last + 1;
        Ok(Next::Batch(batch))
    }
}
