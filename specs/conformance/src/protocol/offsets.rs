//! Requests and answers about offsets.

use super::ErrorCode;

/// One offset to commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetToCommit {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read, −1 if unknown.
    pub leader_epoch: i32,
    /// Whatever the consumer wants to find again; null on the wire is empty here.
    pub metadata: String,
}

/// OffsetCommit (API key 8).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetCommit {
    /// The group.
    pub group: String,
    /// The member, empty for a client outside the group protocol.
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
    /// Its generation, negative for a client outside the group protocol.
    pub generation: i32,
    /// The offsets; one request is one atomic batch.
    pub offsets: Vec<OffsetToCommit>,
    /// How long the offsets are kept, in milliseconds: versions 2 to 4 only, −1 leaves it to the broker.
    pub retention_ms: i64,
    /// The request's version.
    pub version: i16,
}

/// The fate of one offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommittedPartition {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The error, if any.
    pub error: ErrorCode,
}

/// The answer to [`OffsetCommit`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetCommitResponse {
    /// In the order of the request.
    pub partitions: Vec<CommittedPartition>,
}

/// TxnOffsetCommit (API key 28): offsets that count once the transaction commits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TxnOffsetCommit {
    /// The group.
    pub group: String,
    /// The member, empty for a producer that does not say whose offsets it commits (before version 3).
    pub member: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<String>,
    /// Its generation, negative if not told.
    pub generation: i32,
    /// The transaction's producer.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i16,
    /// The offsets; one request is one atomic batch.
    pub offsets: Vec<OffsetToCommit>,
}

/// The answer to [`TxnOffsetCommit`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TxnOffsetCommitResponse {
    /// In the order of the request.
    pub partitions: Vec<CommittedPartition>,
}

/// OffsetDelete (API key 47).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetDelete {
    /// The group.
    pub group: String,
    /// Topics and partitions whose offsets are to be forgotten.
    pub partitions: Vec<(String, i32)>,
}

/// The answer to [`OffsetDelete`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetDeleteResponse {
    /// The error of the whole request, if any.
    pub error: ErrorCode,
    /// In the order of the request; empty if the whole request failed.
    pub partitions: Vec<CommittedPartition>,
}

/// OffsetFetch (API key 9), one group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetFetch {
    /// The group.
    pub group: String,
    /// Wait for everything appended so far rather than read at the high watermark.
    pub require_stable: bool,
    /// Topics and partitions; none asks for all that have an offset.
    pub partitions: Option<Vec<(String, i32)>>,
}

/// One fetched offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchedOffset {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The next offset to read, −1 if none is committed.
    pub offset: i64,
    /// The committed leader epoch, −1 if none.
    pub leader_epoch: i32,
    /// The committed metadata.
    pub metadata: String,
    /// The error, if any.
    pub error: ErrorCode,
}

/// The answer to [`OffsetFetch`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetFetchResponse {
    /// The error of the whole request, if any.
    pub error: ErrorCode,
    /// Empty if the whole request failed.
    pub partitions: Vec<FetchedOffset>,
}
