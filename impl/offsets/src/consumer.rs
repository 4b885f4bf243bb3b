//! Groups of the KIP-848 protocol as the log knows them: only what tells who owned what.

use std::fmt;

/// The value of key type 3 (`ConsumerGroupMetadataValue`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerGroupEpoch {
    /// The group's epoch.
    pub epoch: i32,
    /// Hash of the topics that the group is subscribed to (KIP-1101); 0 if it is subscribed to none.
    pub metadata_hash: i64,
}

/// The value of key type 8 (`ConsumerGroupCurrentMemberAssignmentValue`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CurrentAssignment {
    /// The epoch that the member has reached.
    pub epoch: i32,
    /// The one before: the member may not know yet that it has reached the next.
    pub previous_epoch: i32,
    /// Where it stands between the two.
    pub state: MemberState,
    /// What it owns.
    pub assigned: Vec<TopicPartitions>,
    /// What it owns and has to give up.
    pub pending_revocation: Vec<TopicPartitions>,
}

/// Partitions of one topic, which is named by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicPartitions {
    /// The topic's id.
    pub topic_id: [u8; 16],
    /// The partitions.
    pub partitions: Vec<i32>,
}

/// Where a member of a KIP-848 group stands, as Kafka's `MemberState` numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemberState(pub i8);

impl MemberState {
    /// It owns what its epoch's target gives it.
    pub const STABLE: MemberState = MemberState(0);
    /// It has to give up partitions.
    pub const UNREVOKED_PARTITIONS: MemberState = MemberState(1);
    /// It waits for partitions that others have not given up.
    pub const UNRELEASED_PARTITIONS: MemberState = MemberState(2);
}

impl fmt::Display for MemberState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            MemberState::STABLE => f.write_str("stable"),
            MemberState::UNREVOKED_PARTITIONS => f.write_str("unrevoked partitions"),
            MemberState::UNRELEASED_PARTITIONS => f.write_str("unreleased partitions"),
            MemberState(other) => write!(f, "state {other}"),
        }
    }
}
