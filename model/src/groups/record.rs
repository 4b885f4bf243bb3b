//! What stands in the offsets log.

use std::collections::BTreeMap;

use super::api::{Producer, Value};
use super::{Assignment, GroupId, Instance, Kind, MemberId, Metadata, Place, Protocol};

/// A commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// What.
    pub value: Value,
    /// When, by the clock on the wall, in milliseconds.
    pub at_ms: i64,
    /// When it expires, if its client said so.
    pub expires_ms: Option<i64>,
}

/// A member as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Saved {
    pub instance: Option<Instance>,
    pub session_ms: i32,
    pub rebalance_ms: i32,
    pub subscription: Metadata,
    pub assignment: Assignment,
}

/// A generation as it is written: GroupMetadata.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Generation {
    pub kind: Kind,
    pub generation: i32,
    pub protocol: Option<Protocol>,
    pub leader: Option<MemberId>,
    /// Since when the group is in its state, by the clock on the wall.
    pub since_ms: i64,
    pub members: BTreeMap<MemberId, Saved>,
}

/// A record; without a value it is a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the two kinds of keys")]
pub enum Record {
    Offset {
        group: GroupId,
        place: Place,
        value: Option<Committed>,
    },
    Group {
        group: GroupId,
        value: Option<Generation>,
    },
}

/// What stands at one offset of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A record, perhaps of a transaction.
    Record(Option<Producer>, Record),
    /// The end of a producer's transaction, and whether it is committed.
    Marker(Producer, bool),
}
