//! Requests and answers, with the fields that decide something.

use std::collections::BTreeMap;

use super::{Assignment, GroupId, Instance, Kind, MemberId, Metadata, Place, Protocol};

/// Errors, with their numbers in the Kafka protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
#[allow(missing_docs, reason = "Kafka's names")]
pub enum Error {
    UnknownServerError = -1,
    None = 0,
    UnknownTopicOrPartition = 3,
    OffsetMetadataTooLarge = 12,
    CoordinatorLoadInProgress = 14,
    NotCoordinator = 16,
    IllegalGeneration = 22,
    InconsistentGroupProtocol = 23,
    InvalidGroupId = 24,
    UnknownMemberId = 25,
    InvalidSessionTimeout = 26,
    RebalanceInProgress = 27,
    InvalidProducerEpoch = 47,
    NonEmptyGroup = 68,
    GroupIdNotFound = 69,
    MemberIdRequired = 79,
    GroupMaxSizeReached = 81,
    FencedInstanceId = 82,
    GroupSubscribedToTopic = 86,
    UnstableOffsetCommit = 88,
}

/// JoinGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The group.
    pub group: GroupId,
    /// Who joins; 0 without an id.
    pub member: MemberId,
    /// Its instance id.
    pub instance: Option<Instance>,
    /// The id that it gets if it needs one.
    pub fresh: MemberId,
    /// How long it may be silent.
    pub session_ms: i32,
    /// How long a rebalance may wait for it.
    pub rebalance_ms: i32,
    /// The protocol type.
    pub kind: Kind,
    /// Its protocols, favourite first.
    pub protocols: Vec<(Protocol, Metadata)>,
    /// Of the API.
    pub version: i16,
}

/// SyncGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// The group.
    pub group: GroupId,
    /// Who asks.
    pub by: Committer,
    /// The protocol type, if it is told.
    pub kind: Option<Kind>,
    /// The protocol, if it is told.
    pub protocol: Option<Protocol>,
    /// The leader's assignments.
    pub assignments: BTreeMap<MemberId, Assignment>,
    /// Of the API.
    pub version: i16,
}

/// Who asks, as the request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committer {
    /// Its id; 0 is none.
    pub member: MemberId,
    /// Its instance id.
    pub instance: Option<Instance>,
    /// Its generation.
    pub generation: i32,
}

/// LeaveGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// The group.
    pub group: GroupId,
    /// Who leaves; 0 with an instance id is whoever has that.
    pub members: Vec<(MemberId, Option<Instance>)>,
    /// Of the API.
    pub version: i16,
}

/// A transactional producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer {
    /// Its id.
    pub id: i64,
    /// Its epoch.
    pub epoch: i16,
}

/// What is committed for a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The next offset to read.
    pub offset: i64,
    /// The leader epoch of the record before; −1 if it is not known.
    pub leader_epoch: i32,
    /// How long the metadata is: texts of one letter suffice here.
    pub metadata: usize,
}

/// The answer where nothing is committed (O3).
pub const NOTHING: Value = Value {
    offset: -1,
    leader_epoch: -1,
    metadata: 0,
};

/// OffsetCommit; with a producer TxnOffsetCommit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The group.
    pub group: GroupId,
    /// Who commits.
    pub by: Committer,
    /// The transaction.
    pub producer: Option<Producer>,
    /// What.
    pub offsets: Vec<(Place, Value)>,
    /// Old clients say how long it is to be kept, in milliseconds.
    pub retention_ms: Option<i64>,
    /// Of the API.
    pub version: i16,
}

/// OffsetFetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The group.
    pub group: GroupId,
    /// Whether open transactions matter, and what is not durable yet.
    pub stable: bool,
    /// Of which partitions; none means all that have an offset.
    pub places: Option<Vec<Place>>,
}

/// A request to the coordinator of one partition. DescribeGroups and ListGroups, which wait for nothing, are functions of
/// [`super::Partition`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub enum Request {
    Join(Join),
    Sync(Sync),
    Heartbeat(GroupId, Committer),
    Leave(Leave),
    Commit(Commit),
    Fetch(Fetch),
    OffsetDelete(GroupId, Vec<Place>),
    DeleteGroups(Vec<GroupId>),
    /// The transaction's producer, and whether it is committed.
    EndTxn(Producer, bool),
}

/// The answer to a [`Join`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Joined {
    pub error: Error,
    pub generation: i32,
    pub kind: Option<Kind>,
    pub protocol: Option<Protocol>,
    pub leader: MemberId,
    pub skip_assignment: bool,
    pub member: MemberId,
    pub members: BTreeMap<MemberId, (Option<Instance>, Metadata)>,
}

impl Joined {
    /// A refusal.
    pub fn refused(member: MemberId, error: Error) -> Answer {
        Answer::Joined(Joined {
            error,
            generation: -1,
            kind: None,
            protocol: None,
            leader: 0,
            skip_assignment: false,
            member,
            members: BTreeMap::new(),
        })
    }
}

/// The answer to a [`Sync`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Synced {
    pub error: Error,
    pub kind: Option<Kind>,
    pub protocol: Option<Protocol>,
    pub assignment: Assignment,
}

impl Synced {
    /// A refusal.
    pub fn refused(error: Error) -> Answer {
        Answer::Synced(Synced {
            error,
            kind: None,
            protocol: None,
            assignment: 0,
        })
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the requests")]
pub enum Answer {
    Joined(Joined),
    Synced(Synced),
    Heartbeat(Error),
    Left(Error, Vec<(MemberId, Option<Instance>, Error)>),
    Committed(Vec<(Place, Error)>),
    Fetched(Error, Vec<(Place, Error, Value)>),
    OffsetsDeleted(Error, Vec<(Place, Error)>),
    GroupsDeleted(Vec<(GroupId, Error)>),
    Ended(Error),
}
