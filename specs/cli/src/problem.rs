//! Why a partition on disk cannot be shown, and what to do about it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use plimsoll_log::LogError;
use plimsoll_offsets::Malformed;
use plimsoll_report::counted;

use crate::Exit;

/// What is wrong, with whatever is needed to find it.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A file or directory cannot be read.
    Io { path: PathBuf, error: io::Error },
    /// There is neither a partition of an offsets topic nor a segment.
    NoTopic { directory: PathBuf },
    /// Every partition of an offsets topic in it is marked as deleted, moved or stray.
    OnlyMarked { directory: PathBuf, marked: PathBuf },
    /// There is no partition, and no segment either.
    NoPartition { directory: PathBuf },
    /// Recovery met a disk that failed.
    Recovery { directory: PathBuf, error: LogError },
    /// A partition's directory without a segment.
    NoSegments { directory: PathBuf },
    /// Records, but none that an offsets topic holds.
    NotOffsets { directory: PathBuf, records: u64 },
    /// The bytes of a batch are wrong.
    Damaged {
        file: PathBuf,
        position: u64,
        offset: i64,
        reason: String,
    },
    /// Messages of a format that is not read.
    Legacy {
        directory: PathBuf,
        magic: i8,
        messages: u64,
    },
    /// The batch is right and a record in it is not.
    Malformed {
        file: PathBuf,
        position: u64,
        malformed: Malformed,
    },
}

/// The file or directory cannot be read.
pub(crate) fn at(path: &Path, error: io::Error) -> Problem {
    let path = path.to_owned();
    Problem::Io { path, error }
}

impl Problem {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Problem::Io { .. }
            | Problem::NoTopic { .. }
            | Problem::OnlyMarked { .. }
            | Problem::Legacy { .. }
            | Problem::NoPartition { .. }
            | Problem::Recovery { .. }
            | Problem::NoSegments { .. } => Exit::NoInput,
            Problem::NotOffsets { .. } | Problem::Damaged { .. } | Problem::Malformed { .. } => {
                Exit::BadData
            }
        }
    }
}

/// How to see what stands before `offset`.
fn before(offset: i64) -> String {
    match offset.checked_sub(1).filter(|last| *last >= 0) {
        Some(last) => {
            format!(", or see what was there before with --at {last} and this partition alone")
        }
        None => String::new(),
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Problem::Io { path, error } => {
                let remedy = match error.kind() {
                    ErrorKind::PermissionDenied => {
                        "; run this as a user who may read the broker's files"
                    }
                    ErrorKind::NotFound => "; name a broker's data directory or one partition's",
                    ErrorKind::NotADirectory => "; name the directory that it is in",
                    _ => "",
                };
                write!(f, "{}: cannot be read: {error}{remedy}", path.display())
            }
            Problem::NoTopic { directory } => write!(
                f,
                "{}: holds no offsets topic; name a directory with __consumer_offsets-N in it, or one that holds segments",
                directory.display()
            ),
            Problem::OnlyMarked { directory, marked } => write!(
                f,
                "{}: holds no offsets topic that a broker would serve; to see what is in a marked directory, name it: {}",
                directory.display(),
                marked.display()
            ),
            Problem::Legacy {
                directory,
                magic,
                messages,
            } => write!(
                f,
                "{}: {} of message format {magic}, which came before Kafka 0.11, cannot be read here",
                directory.display(),
                counted(*messages, "message")
            ),
            Problem::NoPartition { directory } => write!(
                f,
                "{}: holds no partition; name a data directory with TOPIC-N in it, or a directory that holds segments",
                directory.display()
            ),
            Problem::Recovery { directory, error } => write!(
                f,
                "{}: what recovery would do is not known: {error}",
                directory.display()
            ),
            Problem::NoSegments { directory } => write!(
                f,
                "{}: holds no segment, not even an empty one; it is not a partition, or its files are elsewhere",
                directory.display()
            ),
            Problem::NotOffsets { directory, records } => write!(
                f,
                "{}: is not a partition of an offsets topic: none of its {records} records has such a key",
                directory.display()
            ),
            Problem::Damaged {
                file,
                position,
                offset,
                reason,
            } => write!(
                f,
                "{}: byte {position}: the batch at offset {offset} is damaged: {reason}; take the file from a replica or a backup{}",
                file.display(),
                before(*offset)
            ),
            Problem::Malformed {
                file,
                position,
                malformed,
            } => write!(
                f,
                "{}: byte {position}: {malformed}; what this record says is not shown{}",
                file.display(),
                before(malformed.offset)
            ),
        }
    }
}
