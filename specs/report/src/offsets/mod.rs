//! What an offsets topic says: where every group would resume, and how much of its state the log knows.
//!
//! | question | file |
//! |---|---|
//! | what is told of a group? | here |
//! | how is it taken from a replayed cache? | `gather` |
//! | which groups are of other protocols? | `others` |
//! | how does a person read it? | `summary`, then `group` for each |
//! | what time is that? | `utc` |

mod gather;
mod group;
mod others;
mod summary;
mod utc;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::log::{Mark, Tail};

pub use gather::groups;
pub use group::group;
pub use others::OtherGroups;
pub use summary::summary;
pub use utc::utc;

/// The version of the lines of `plimsoll offsets --json`.
pub const OFFSETS_VERSION: u32 = 1;

/// One partition of the offsets topic as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionRead {
    /// Its directory.
    pub directory: String,
    /// Its number, if the directory's name tells.
    pub partition: Option<i32>,
    /// What the ending of its directory's name says.
    pub mark: Option<Mark>,
    /// Offset of the first batch, none if there is none.
    pub start: Option<i64>,
    /// The offset after the last batch that was read.
    pub end: i64,
    /// Records, without markers.
    pub records: u64,
    /// Ends of transactions.
    pub markers: u64,
    /// Messages of formats 0 and 1, which are not read.
    pub legacy_messages: u64,
    /// Bytes at the end that a crash may have left: a write that was not finished.
    pub unfinished_bytes: u64,
    /// What they are; none if there are none.
    pub unfinished: Option<Tail>,
    /// How many places could not be read: what they said is missing here.
    pub damages: u64,
    /// How many records of each type hold neither an offset nor a group's state, and were passed over.
    pub passed_over: BTreeMap<i16, u64>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its name.
    pub group: String,
    /// The partition of the offsets topic that it was found in, if that is known.
    pub partition: Option<i32>,
    /// The partition that a broker would look for it in, if that is another one (S10): it would find nothing.
    pub looked_for_in: Option<i32>,
    /// What the log knows of its state.
    pub state: GroupState,
    /// Where it resumes, by topic and partition.
    pub offsets: Vec<Resume>,
    /// Commits that wait for the end of a transaction.
    pub pending: Vec<Pending>,
    /// Records of this group that are newer than what is shown, and cannot be read.
    pub unreadable: Vec<Unreadable>,
}

/// A record of which only the key can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// The group.
    #[serde(skip)]
    pub group: String,
    /// Topic and partition whose offset it says; none if it is of the group itself or of a member.
    pub of: Option<(String, i32)>,
    /// Its offset in the offsets topic.
    pub record: i64,
    /// Why it cannot be read.
    pub reason: String,
}

/// What the log knows of a group's state; rebalances leave no trace in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GroupState {
    /// There is no record of the group itself: a consumer that only stores offsets, or what a group left behind.
    OffsetsOnly,
    /// The classic protocol.
    Classic {
        /// `consumer` for consumer groups.
        protocol_type: String,
        /// The last generation that was written.
        generation: i32,
        /// The assignor.
        protocol: Option<String>,
        /// The leader's member id.
        leader: Option<String>,
        /// Since when, in milliseconds since the epoch; −1 if unknown.
        since_ms: i64,
        /// Its members; none if it is empty.
        members: Vec<ClassicMember>,
    },
    /// KIP-848.
    Consumer {
        /// The group's epoch; none if its record is missing.
        epoch: Option<i32>,
        /// Its members; none if it is empty.
        members: Vec<ConsumerMember>,
    },
    /// KIP-932, by its records of types 9 to 15.
    Share {
        /// The group's epoch; none if its record is missing.
        epoch: Option<i32>,
    },
    /// KIP-1071, by its records of types 17 to 24.
    Streams {
        /// The group's epoch; none if its record is missing.
        epoch: Option<i32>,
    },
}

/// A member of a classic group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassicMember {
    /// Its id.
    pub member_id: String,
    /// Set for a static member.
    pub instance_id: Option<String>,
    /// The client's own name.
    pub client_id: String,
    /// Where it came from.
    pub client_host: String,
}

/// A member of a KIP-848 group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsumerMember {
    /// Its id.
    pub member_id: String,
    /// The epoch that it has reached.
    pub epoch: i32,
    /// The one before.
    pub previous_epoch: i32,
    /// Where it stands between the two.
    pub state: String,
    /// What it owns.
    pub assigned: Vec<TopicPartitions>,
    /// What it owns and has to give up.
    pub pending_revocation: Vec<TopicPartitions>,
}

/// Partitions of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicPartitions {
    /// The topic's id, as Kafka's tools write it.
    pub topic_id: String,
    /// The partitions.
    pub partitions: Vec<i32>,
}

/// Where a group resumes on one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resume {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read, −1 if the consumer did not tell.
    pub leader_epoch: i32,
    /// Whatever the consumer wanted to find again.
    pub metadata: String,
    /// When it was committed, in milliseconds since the epoch; −1 if unknown.
    pub committed_ms: i64,
    /// When it expires by itself; −1 leaves it to the retention.
    pub expires_ms: i64,
    /// Offset of the record in the offsets topic that says so.
    pub record: i64,
}

/// A commit that waits for the end of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Where the group resumes if the transaction is committed and nothing newer is.
    #[serde(flatten)]
    pub resume: Resume,
    /// The producer whose transaction it is.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i16,
}
