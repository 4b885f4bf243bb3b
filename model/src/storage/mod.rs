//! The abstract log: a plain vector of batches, and the laws of what may happen to it.
//!
//! It never forgets: a record that was deleted or compacted away stays in the vector, and the laws say whether a reader
//! must, may or must not still find it. No files, no segments, no bytes.
//!
//! | question | file |
//! |---|---|
//! | what is in the log, what is synced, where does it start? | [`log`] |
//! | what may a crash leave? | [`log`] ([`StorageLog::cut_to`]) |
//! | which appends are duplicates, which are refused? | [`producers`] |
//! | where does the last stable offset stand, what was aborted? | [`transactions`] |
//! | what may compaction remove, and what must it? | [`compaction`] |

pub mod compaction;
pub mod log;
pub mod producers;
pub mod transactions;

pub use compaction::{Fate, Pass};
pub use log::StorageLog;
pub use producers::{Entry, Placed, Refused};
pub use transactions::Transaction;

/// A record's key. Real keys are bytes; a few letters of them suffice here.
pub type Key = u8;

/// A record's value. Real values are bytes; what counts is which one it is.
pub type Value = u32;

/// An offset of the log.
pub type Position = i64;

/// A record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    /// Where it stands.
    pub offset: Position,
    /// Its key, if it has one.
    pub key: Option<Key>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Value>,
    /// When it was made, in milliseconds.
    pub timestamp_ms: i64,
}

/// Who wrote a batch, and as its how-manieth record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Producer {
    /// The producer id.
    pub id: i64,
    /// Its epoch: a higher one fences lower ones.
    pub epoch: i16,
    /// The sequence of the batch's first record; −1 in a marker.
    pub sequence: i32,
}

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Its records count.
    Commit,
    /// Its records count for nothing.
    Abort,
}

/// What a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Records that count as they stand.
    Plain,
    /// Records that count once their transaction is committed.
    Transactional,
    /// The end of its producer's transaction.
    Marker(Ending),
}

/// A batch: the unit of append, checksum and fetch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Batch {
    /// The offset of its first record.
    pub base: Position,
    /// The offset of its last record.
    pub last: Position,
    /// The leader epoch in which it was appended.
    pub leader_epoch: i32,
    /// Who wrote it, if that is known.
    pub producer: Option<Producer>,
    /// What it is.
    pub kind: Kind,
    /// Its records; a marker has none that readers see.
    pub records: Vec<Record>,
}

/// A batch that is to be appended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sent {
    /// Who writes it, if it says.
    pub producer: Option<Producer>,
    /// Whether it belongs to a transaction.
    pub transactional: bool,
    /// Key, value and timestamp in milliseconds of each record.
    pub records: Vec<(Option<Key>, Option<Value>, i64)>,
}

#[cfg(test)]
mod tests;
