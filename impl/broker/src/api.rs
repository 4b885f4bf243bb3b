//! Requests, answers and effects of the broker.

use plimsoll_coordinator::{
    CallId, EndTransaction, ErrorCode, GroupRequest, GroupResponse, Heartbeat, JoinGroup,
    LeaveGroup, OffsetCommit, OffsetFetch, SyncGroup, TimerId,
};
use plimsoll_log::{Batch, NewRecord};
use plimsoll_offsets::Text;

use crate::StopReason;

/// Produce with `acks=all`: one atomic batch for one partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Produce {
    /// The topic.
    pub topic: Text,
    /// The partition.
    pub partition: i32,
    /// Create time of the records, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// At least one.
    pub records: Vec<NewRecord>,
}

/// The answer to [`Produce`]; it comes when the batch is durable (L1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProduceResponse {
    /// The error, if any.
    pub error: ErrorCode,
    /// Offset of the first record (L3), −1 with an error.
    pub base_offset: i64,
}

/// Fetch from one partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fetch {
    /// The topic.
    pub topic: Text,
    /// The partition.
    pub partition: i32,
    /// The first offset wanted.
    pub offset: i64,
    /// About how many bytes; at least one batch comes if there is one (KIP-74).
    pub max_bytes: usize,
}

/// The answer to [`Fetch`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchResponse {
    /// The error, if any.
    pub error: ErrorCode,
    /// Everything below can be read; −1 if there is no such partition.
    pub high_watermark: i64,
    /// The first offset there is; −1 if there is no such partition.
    pub log_start_offset: i64,
    /// Whole batches, the first of which may begin below the offset that was asked for (L7).
    pub batches: Vec<Batch>,
}

/// WriteTxnMarkers for one partition of the offsets topic: a transaction in which offsets were committed ends. Which
/// partitions it concerns is for the coordinator of the transaction to know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WriteMarker {
    /// The partition of the offsets topic.
    pub partition: i32,
    /// Whose transaction ends, and how.
    pub transaction: EndTransaction,
}

/// A request to the broker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// See [`Produce`].
    Produce(Produce),
    /// See [`Fetch`].
    Fetch(Fetch),
    /// A request to a group's coordinator.
    Group(GroupRequest),
    /// See [`WriteMarker`]; its answer is that of [`GroupRequest::EndTxn`].
    WriteMarker(WriteMarker),
}

/// An answer of the broker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Response {
    /// To [`Request::Produce`].
    Produce(ProduceResponse),
    /// To [`Request::Fetch`].
    Fetch(FetchResponse),
    /// To [`Request::Group`].
    Group(GroupResponse),
}

macro_rules! requests {
    ($($from:ty => $wrap:expr),* $(,)?) => {
        $(impl From<$from> for Request {
            fn from(request: $from) -> Request {
                $wrap(request)
            }
        })*
    };
}

requests! {
    Produce => Request::Produce,
    Fetch => Request::Fetch,
    WriteMarker => Request::WriteMarker,
    GroupRequest => Request::Group,
    JoinGroup => |r| Request::Group(GroupRequest::Join(r)),
    SyncGroup => |r| Request::Group(GroupRequest::Sync(r)),
    Heartbeat => |r| Request::Group(GroupRequest::Heartbeat(r)),
    LeaveGroup => |r| Request::Group(GroupRequest::Leave(r)),
    OffsetCommit => |r| Request::Group(GroupRequest::Commit(r)),
    OffsetFetch => |r| Request::Group(GroupRequest::Fetch(r)),
}

/// What to make durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flush {
    /// The partitions of the offsets topic.
    Offsets,
    /// The data partitions.
    Data,
    /// Both: data first, so that no durable commit is ahead of durable data (D6).
    All,
}

/// What the caller has to do, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Give this answer.
    Answer {
        /// The call it belongs to.
        call: CallId,
        /// The answer.
        response: Response,
    },
    /// Fire this timer after so many milliseconds, instead of an earlier arming of the same group and name.
    SetTimer {
        /// The timer.
        timer: TimerId,
        /// Milliseconds from now.
        after_ms: u64,
    },
    /// Do not fire this timer any more.
    CancelTimer {
        /// The timer.
        timer: TimerId,
    },
    /// Stop: this broker does nothing any more. Open the disk again, best in a new process.
    FailStop {
        /// Why.
        reason: StopReason,
    },
}
