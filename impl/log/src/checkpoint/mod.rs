//! The checkpoint: up to where the log was durable, and everything derived from what lies below.
//!
//! One small text file, put in place in one step: written under another name, synced, renamed, the directory synced. So
//! a checksum that is wrong is no trace of a crash but damage, and is refused by name.

mod format;
mod parse;
mod write;

pub(crate) use format::{Checkpoint, SegmentLine};
pub(crate) use write::put_again;

/// The checkpoint's file name.
pub(crate) const FILE: &str = "checkpoint";
/// The name under which it is written.
pub(crate) const TEMPORARY: &str = "checkpoint.tmp";
