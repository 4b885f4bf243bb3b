//! What a record of the offsets topic means, apart from its bytes.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::consumer::{ConsumerGroupEpoch, CurrentAssignment};

/// A shared string: ids and names are cloned far more often than they are made.
pub type Text = Arc<str>;
/// Shared bytes: subscriptions and assignments, which the coordinator never looks into.
pub type Bytes = Arc<[u8]>;

/// A committed offset: where the group resumes, so the offset of the *next* record to read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommittedOffset {
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read, −1 if the consumer did not tell (KIP-320).
    pub leader_epoch: i32,
    /// Whatever the consumer wants to find again.
    pub metadata: Text,
    /// When the commit was accepted, in milliseconds since the epoch.
    pub commit_timestamp_ms: i64,
    /// When it expires, in milliseconds since the epoch; −1 (all but old clients) leaves it to the retention.
    pub expire_timestamp_ms: i64,
    /// The topic's id if the commit named it by id.
    pub topic_id: Option<[u8; 16]>,
}

impl CommittedOffset {
    /// Feeds everything but the times into `state`.
    pub(crate) fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        (
            self.offset,
            self.leader_epoch,
            &self.metadata,
            self.topic_id,
        )
            .hash(state);
    }
}

/// A member of a group as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberMetadata {
    /// Issued by the coordinator (G7).
    pub member_id: Text,
    /// Set for a static member.
    pub instance_id: Option<Text>,
    /// The client's own name.
    pub client_id: Text,
    /// Where it came from.
    pub client_host: Text,
    /// How long a rebalance may wait for it, in milliseconds; −1 in old records means the session time-out.
    pub rebalance_timeout_ms: i32,
    /// How long it may be silent, in milliseconds.
    pub session_timeout_ms: i32,
    /// Its metadata for the group's protocol.
    pub subscription: Bytes,
    /// What the leader assigned to it.
    pub assignment: Bytes,
}

/// A group's last stabilised generation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupMetadata {
    /// `consumer` for consumer groups; empty before the first member joined.
    pub protocol_type: Text,
    /// The generation.
    pub generation: i32,
    /// The chosen assignor, none without members.
    pub protocol: Option<Text>,
    /// The leader's member id, none without members.
    pub leader: Option<Text>,
    /// When the group entered its state, in milliseconds since the epoch; −1 if unknown.
    pub state_timestamp_ms: i64,
    /// The members.
    pub members: Vec<MemberMetadata>,
}

impl GroupMetadata {
    /// Feeds everything but the times into `state`.
    pub(crate) fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        (
            &self.protocol_type,
            self.generation,
            &self.protocol,
            &self.leader,
            &self.members,
        )
            .hash(state);
    }
}

/// A record of the offsets topic. `value: None` is a tombstone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OffsetsRecord {
    /// Key types 0 and 1.
    Offset {
        /// The group.
        group: Text,
        /// The topic.
        topic: Text,
        /// The partition of the topic.
        partition: i32,
        /// The offset, or none to forget it.
        value: Option<CommittedOffset>,
    },
    /// Key type 2.
    Group {
        /// The group.
        group: Text,
        /// The generation, or none to forget the group.
        value: Option<Arc<GroupMetadata>>,
    },
    /// Key type 3: a group of the KIP-848 protocol.
    ConsumerGroup {
        /// The group.
        group: Text,
        /// Its epoch, or none to forget the group.
        value: Option<ConsumerGroupEpoch>,
    },
    /// Key type 8: what a member of a KIP-848 group owns.
    ConsumerMember {
        /// The group.
        group: Text,
        /// The member's id.
        member: Text,
        /// What it owns, or none to forget the member.
        value: Option<Arc<CurrentAssignment>>,
    },
    /// A key type that is not decoded: the other types of KIP-848, and what other versions left over. Counted and
    /// passed over.
    Unknown {
        /// The key's type.
        key_type: i16,
    },
}
