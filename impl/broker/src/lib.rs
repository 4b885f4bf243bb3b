//! The reference broker core: log, offsets topic and group coordinator put together, without threads, sockets or a clock.
//!
//! A [`Broker`] owns a disk with one log per data partition and per partition of the offsets topic, and a shard
//! (`plimsoll-shard`) for each of the latter: the very thing that `plimsoll-service` runs on threads. Every call takes the time and returns [`Effect`]s: answers, timers, and at worst the order to
//! stop. Nothing happens by itself:
//!
//! * [`Broker::open`] recovers the logs; [`Broker::load`] replays the offsets topic. Between the two the coordinators
//!   answer that they are loading (S6).
//! * [`Broker::request`] takes a request; its answer may come with a later call.
//! * [`Broker::flush`] syncs logs, raises their high watermarks and releases the answers that waited for it. With one
//!   replica the high watermark is the synced end of the log; consumers read below it only (L5).
//! * [`Broker::fire`] takes a timer that has run out.
//! * [`Broker::expire_offsets`] and [`Broker::clean_offsets`] are for the owner to call from time to time.
//! * [`Broker::resign`] and [`Broker::lead`] are what an election elsewhere and one here do to a coordinator.
//!
//! An error of the disk while writing leaves no trace (S5); one that leaves the log's state in doubt, above all a failed
//! sync, stops the broker for good: only opening the disk again helps.

mod api;
mod broker;
mod canonical;
mod config;
mod error;
mod failover;
mod flush;
mod group;
mod inspect;
mod load;
mod open;
mod partition;
mod records;
mod upkeep;

pub use api::{
    Effect, Fetch, FetchResponse, Flush, Produce, ProduceResponse, Request, Response, WriteMarker,
};
pub use broker::Broker;
pub use config::{Config, TopicConfig};
pub use error::{OpenError, OpenFailure, StopReason};
pub use inspect::PartitionView;
pub use open::Started;
pub use plimsoll_coordinator::{
    Acknowledge, CallId, CommittedPartition, CoordinatorConfig, Decisions, DeleteGroups,
    DeleteGroupsResponse, DescribeGroups, DescribeGroupsResponse, DescribedGroup, DescribedMember,
    EndTransaction, EndTransactionResponse, ErrorCode, Fence, FetchedOffset, GroupRequest,
    GroupResponse, GroupState, GroupView, Heartbeat, HeartbeatResponse, JoinGroup,
    JoinGroupResponse, JoinedMember, LeaveGroup, LeaveGroupResponse, LeavingMember, LeftMember,
    ListGroups, ListGroupsResponse, ListedGroup, LoadExtent, MemberView, OffsetCommit,
    OffsetCommitResponse, OffsetDelete, OffsetDeleteResponse, OffsetFetch, OffsetFetchResponse,
    OffsetToCommit, Protocol, Status, SyncGroup, SyncGroupResponse, TimerId, TimerName, Timestamp,
    TxnOffsetCommit, TxnOffsetCommitResponse, UpdateCache,
};
pub use plimsoll_log::{NewRecord, Record, RecoveryReport};
pub use plimsoll_offsets::{
    Bytes, CommittedOffset, GroupMetadata, MemberMetadata, OFFSETS_TOPIC, OffsetsRecord, Text,
};
pub use plimsoll_shard::{Failure, LoadError};
