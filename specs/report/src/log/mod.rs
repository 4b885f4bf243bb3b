//! What a partition's log on disk holds, what recovery would make of it, and where it is damaged.
//!
//! | question | file |
//! |---|---|
//! | what is told of a partition? | here |
//! | what is told of a batch and a record? | `batch` |
//! | what is expected where damage is, and what is found? | `damage` |
//! | what would recovery do? | `recovery` |
//! | what may a crash leave, and what marks a directory? | `tail` |
//! | how does a person read it? | `summary` for a partition, `listing` for its batches |

mod batch;
mod damage;
mod listing;
mod recovery;
mod summary;
mod tail;

use std::collections::BTreeMap;

use serde::Serialize;

pub use batch::{Batch, Record, batch, records};
pub use damage::{DAMAGE_LISTED_MAX, Damage, damage, durable_tail, emptied, refusal, too_wide};
pub use listing::{batch_header, batch_line, record_line};
pub use recovery::{Opens, Recovery, Removed, recovery};
pub use summary::summary;
pub use tail::{Mark, Tail};

/// The version of the lines of `plimsoll log --json`.
pub const LOG_VERSION: u32 = 1;

/// A partition as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Partition {
    /// Its directory.
    pub directory: String,
    /// Whose files these are.
    pub writer: Writer,
    /// What the ending of its directory's name says.
    pub mark: Option<Mark>,
    /// The process that has locked the data directory, if one has.
    pub in_use_by: Option<u32>,
    /// Kafka's mark of a broker that was stopped in good order.
    pub clean_shutdown: bool,
    /// Bytes in all segment files.
    pub bytes: u64,
    /// Batches whose checksum is right.
    pub batches: u64,
    /// Records in them, without markers.
    pub records: u64,
    /// Ends of transactions.
    pub markers: u64,
    /// Messages of formats 0 and 1, which are not read here, by format. A compressed one holds several records.
    pub legacy_messages: BTreeMap<i8, u64>,
    /// Batches by codec.
    pub codecs: BTreeMap<String, u64>,
    /// Offsets that no batch covers.
    pub gaps: u64,
    /// Those of them that lie between the end of a segment and the beginning of the next.
    pub gaps_between: u64,
    /// Bytes at the end of the last segment that a crash may have left: a write that was not finished.
    pub unfinished_bytes: u64,
    /// What they are; none if there are none.
    pub unfinished: Option<Tail>,
    /// First offset that can be read, as recovery would have it.
    pub start: Option<i64>,
    /// The last stable offset, as recovery would have it.
    pub last_stable: Option<i64>,
    /// The offset after the last batch.
    pub end: i64,
    /// What the checkpoint files say.
    pub checkpoints: Vec<Checkpoint>,
    /// Which leader epoch began where, by the batches.
    pub leader_epochs: Vec<LeaderEpoch>,
    /// The same by Kafka's `leader-epoch-checkpoint`, if there is one.
    pub leader_epoch_checkpoint: Option<Vec<LeaderEpoch>>,
    /// What recovery would do.
    pub recovery: Option<Recovery>,
    /// Transactions that were aborted, as recovery would have it.
    pub aborted: u64,
    /// How many places are damaged.
    pub damages: u64,
}

/// Who wrote a partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// Apache Kafka, or whoever writes as it does.
    Kafka,
    /// The engine of this project.
    #[default]
    Plimsoll,
}

/// What a checkpoint file says about the partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// `high watermark`, `recovery point`, `log start`, `first dirty`.
    pub what: &'static str,
    /// The offset.
    pub offset: i64,
    /// The file.
    pub file: String,
}

/// The beginning of a leader epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LeaderEpoch {
    /// The epoch.
    pub epoch: i32,
    /// Its first offset.
    pub start_offset: i64,
}

/// A segment file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// The file.
    pub file: String,
    /// The offset in its name.
    pub base_offset: i64,
    /// The offset after its last batch.
    pub end_offset: i64,
    /// Its length.
    pub bytes: u64,
    /// Batches whose checksum is right.
    pub batches: u64,
    /// Records in them, without markers.
    pub records: u64,
    /// The earliest base timestamp of a batch, in milliseconds since the epoch.
    pub min_timestamp_ms: Option<i64>,
    /// The latest timestamp of a batch.
    pub max_timestamp_ms: Option<i64>,
    /// The file `.index`, if there is one.
    pub index: Option<Index>,
    /// The file `.timeindex`, if there is one.
    pub time_index: Option<Index>,
}

/// An index file, held against its segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Index {
    /// Entries, without the zeros that Kafka keeps in reserve.
    pub entries: u64,
    /// Entries of a time index that lie behind the end of the last segment: a truncation leaves them, and they mislead
    /// nobody.
    pub stale: u64,
    /// Entries that contradict the segment.
    pub wrong: u64,
    /// The first of them.
    pub first_wrong: Option<String>,
}

/// A producer, as recovery would know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Producer {
    /// Its id.
    pub producer_id: i64,
    /// Its latest epoch.
    pub epoch: i16,
    /// Sequence number of its last record, −1 if it has none.
    pub last_sequence: i32,
    /// Offset of its last record that is remembered.
    pub last_offset: Option<i64>,
    /// How many of its last batches are remembered, to tell repetitions by.
    pub remembered_batches: usize,
    /// Coordinator epoch of its last marker, −1 if there was none.
    pub coordinator_epoch: i32,
    /// When it wrote last, in milliseconds since the epoch.
    pub last_timestamp_ms: i64,
    /// First offset of its open transaction.
    pub open_since: Option<i64>,
}
