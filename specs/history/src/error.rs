//! What can be wrong with a history, and what to do about it.

use std::{fmt, io};

use thiserror::Error;

/// A history that cannot be read. It names the file, the line and the column (both from 1), and says what to do.
#[derive(Debug, Error)]
#[error("{file}:{line}:{column}: {problem}; {}", .problem.help())]
pub struct HistoryError {
    /// The file, as it was given.
    pub file: String,
    /// The line; 1 where the whole file is meant.
    pub line: u64,
    /// The column in bytes; 1 where the whole line is meant.
    pub column: u64,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug)]
#[non_exhaustive]
#[allow(missing_docs)] // Each variant's sentence stands in `Display`.
pub enum Problem {
    NoSuchFile,
    IsADirectory,
    Io(io::Error),
    Empty,
    LineTooLong,
    ByteOrderMark,
    EmptyLine,
    NotUtf8,
    NotJson(String),
    WrongField(String),
    NoHeader,
    NegativeOffset,
    FutureVersion(u64),
    Missing {
        field: &'static str,
        of: String,
    },
    UnknownWord {
        field: &'static str,
        word: String,
        known: &'static str,
    },
    NotAnOperation {
        f: &'static str,
    },
    NotAnEvent {
        f: &'static str,
    },
    OpTwice {
        op: i64,
        first: Option<u64>,
    },
    CompletedTwice {
        op: i64,
    },
    NoInvoke {
        op: i64,
    },
    OtherF {
        op: i64,
        invoked: String,
        line: u64,
    },
    OtherProc {
        op: i64,
        line: u64,
    },
    TimeBack {
        before: u64,
    },
    NameBack {
        name: String,
        gone: u64,
    },
}

/// The longest line that is read, in bytes.
pub const LINE_BYTES_MAX: usize = 16 << 20;

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::NoSuchFile => f.write_str("there is no such file"),
            Problem::IsADirectory => f.write_str("this is a directory"),
            Problem::Io(error) => write!(f, "reading failed: {error}"),
            Problem::Empty => f.write_str("the file is empty"),
            Problem::LineTooLong => {
                write!(f, "the line is longer than {} MiB", LINE_BYTES_MAX >> 20)
            }
            Problem::ByteOrderMark => f.write_str("the file begins with a byte order mark"),
            Problem::EmptyLine => f.write_str("the line is empty"),
            Problem::NotUtf8 => f.write_str("the line is not UTF-8"),
            Problem::NotJson(why) => write!(f, "the line is not JSON: {why}"),
            Problem::WrongField(why) => f.write_str(why),
            Problem::NegativeOffset => f.write_str("a record's offset is not negative"),
            Problem::NoHeader => f.write_str("the first line is no header"),
            Problem::FutureVersion(version) => {
                write!(f, "the history is in version {version} of the format")
            }
            Problem::Missing { field, of } => write!(f, "the field `{field}` is missing in {of}"),
            Problem::UnknownWord { field, word, .. } => {
                write!(f, "`{field}` is \"{word}\", which is not known")
            }
            Problem::NotAnOperation { f: name } => {
                write!(f, "`{name}` has no duration, but its type is not \"event\"")
            }
            Problem::NotAnEvent { f: name } => {
                write!(f, "`{name}` is an operation, but its type is \"event\"")
            }
            Problem::OpTwice {
                op,
                first: Some(line),
            } => {
                write!(
                    f,
                    "operation {op} is invoked a second time, after line {line}"
                )
            }
            Problem::OpTwice { op, first: None } => {
                write!(f, "operation {op} is invoked a second time")
            }
            Problem::CompletedTwice { op } => {
                write!(f, "operation {op} is completed a second time")
            }
            Problem::NoInvoke { op } => {
                write!(f, "operation {op} is completed but was never invoked")
            }
            Problem::OtherF { op, invoked, line } => write!(
                f,
                "operation {op} was invoked as `{invoked}` in line {line} and is completed as something else"
            ),
            Problem::OtherProc { op, line } => write!(
                f,
                "operation {op} was invoked by another process, in line {line}"
            ),
            Problem::TimeBack { before } => {
                write!(f, "time goes back: the line before is at {before} ns")
            }
            Problem::NameBack { name, gone } => {
                write!(
                    f,
                    "\"{name}\" comes back, but it crashed or stopped in line {gone}"
                )
            }
        }
    }
}

impl Problem {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Problem::NoSuchFile => "check the path",
            Problem::IsADirectory => "name the history files in it",
            Problem::Io(_) => "check the file and its permissions",
            Problem::Empty | Problem::NoHeader => {
                "a history starts with a header such as {\"plimsoll\":1}"
            }
            Problem::LineTooLong => "split large polls into several",
            Problem::ByteOrderMark => "write plain UTF-8 without a mark",
            Problem::EmptyLine => "write one JSON object on every line",
            Problem::NotUtf8 => "write the history as UTF-8",
            Problem::NotJson(_) => {
                "write one JSON object on every line; a recorder that was cut off leaves half a last line: remove it"
            }
            Problem::WrongField(_) | Problem::Missing { .. } | Problem::NegativeOffset => {
                "see the table of fields in the history format"
            }
            Problem::FutureVersion(_) => "this program reads version 1: take a newer one",
            Problem::UnknownWord { known, .. } => known,
            Problem::NotAnOperation { .. } => "write \"type\":\"event\"",
            Problem::NotAnEvent { .. } => "write an invoke and a completion",
            Problem::OpTwice { .. } => "give every operation its own number",
            Problem::CompletedTwice { .. } => "write exactly one ok, fail or info per operation",
            Problem::NoInvoke { .. } => "write the invoke before the request leaves",
            Problem::OtherF { .. } => "repeat the invoke's `f` in its completion",
            Problem::OtherProc { .. } => "repeat the invoke's `proc` in its completion",
            Problem::TimeBack { .. } => "sort the lines by `t`, taken from one clock",
            Problem::NameBack { .. } => "give every new incarnation a new name",
        }
    }
}
