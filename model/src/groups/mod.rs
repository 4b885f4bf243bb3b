//! The abstract group coordinator: whole groups of the classic protocol over one partition of the offsets topic.
//!
//! Where the explorable machine of this crate has two members and a handful of bits, this has every API, any number of
//! members and a log of records; it is stepped beside an implementation, not explored. It has no I/O, no clock and no
//! threads. What Kafka leaves open is told to it and must be among what is allowed: the ids of new members, who leads and
//! which protocol wins a tie ([`Seen`]), whether an append failed ([`Append`]), and how much of the log survives a crash.
//!
//! | question | file |
//! |---|---|
//! | what is asked, what is answered, with which error? | [`api`] |
//! | what stands in the log, and what does a prefix of it add up to? | [`record`], [`table`], [`log`] |
//! | what is a group, what does its log record say, who is fenced? | [`group`] |
//! | JoinGroup, static members, SyncGroup, Heartbeat and LeaveGroup | `join.rs`, `statics.rs`, `sync.rs`, `members.rs` |
//! | how does a rebalance begin and end? what do time-outs do? | `rebalance.rs`, `timeouts.rs` |
//! | OffsetCommit and TxnOffsetCommit, OffsetFetch | `commit.rs`, `fetch.rs` |
//! | OffsetDelete, DeleteGroups, DescribeGroups, ListGroups | `admin.rs` |
//! | which offsets expire, and when does a group go? | `expiry.rs` |
//! | who may ask, what waits for the high watermark, what does a failed append leave? | [`partition`] |
//! | what does a failover, what does a crash leave? | `load.rs` |
//!
//! *Modelled knowingly otherwise than Kafka*: a step whose append fails leaves no trace at all (S5; Kafka keeps soft state
//! of the classic group), and a timer whose step could not be written fires again after the same time; a call that a
//! newer one of the same member replaces is answered with `REBALANCE_IN_PROGRESS` (Kafka never answers it); a leader that
//! syncs twice in a generation gets what it wrote first; a parked member's session does not run; a static member's
//! replacement that a rebalance overtakes is answered by the rebalance; assignments are forgotten when a generation
//! begins; an empty group without a record of its own is forgotten with its last offset at the next load; and one that
//! only an open transaction knew of, and that was deleted, is not shown any more after a load.

pub mod api;
pub mod group;
pub mod log;
pub mod partition;
pub mod record;
pub mod table;

mod admin;
mod commit;
mod expiry;
mod fetch;
mod group_step;
mod join;
mod load;
mod members;
mod rebalance;
mod statics;
mod sync;
mod timeouts;

pub use api::{Answer, Error, Request};
pub use group::{Group, Phase, Timer};
pub use partition::{Append, Partition, Seen, Status};

/// A group's name. 0 is the empty name.
pub type GroupId = u8;
/// A member id that was issued. 0 is the empty id.
pub type MemberId = u32;
/// `group.instance.id` of a static member.
pub type Instance = u8;
/// A topic.
pub type Topic = u8;
/// Topic and partition.
pub type Place = (Topic, i32);
/// A protocol type; 0 is the empty name, [`CONSUMER`] that of consumers.
pub type Kind = u8;
/// An assignor.
pub type Protocol = u8;
/// What a member says with a protocol: 0 is nothing. With [`SUBSCRIPTION`] it is a subscription to the topics whose bits
/// are set; anything else cannot be read.
pub type Metadata = u16;
/// What a leader gives a member; 0 is nothing.
pub type Assignment = u32;
/// A call that waits for its answer.
pub type Call = u64;
/// An offset of the offsets log.
pub type Position = i64;
/// Answers, each with its call.
pub type Answers = Vec<(Call, Answer)>;

/// The protocol type of consumers.
pub const CONSUMER: Kind = 1;
/// The bit that makes metadata a subscription.
pub const SUBSCRIPTION: Metadata = 0x8000;

/// What time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds that have passed; never goes back. Timers go by it.
    pub elapsed_ms: i64,
    /// What the clock on the wall says, in milliseconds; may be set back. Records carry it.
    pub wall_ms: i64,
}

/// Settings, as Kafka names them in the coordinator's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `group.min.session.timeout.ms` and `group.max.session.timeout.ms`.
    pub session_ms: (i32, i32),
    /// `group.initial.rebalance.delay.ms`; with 0 there is no such phase.
    pub initial_delay_ms: i64,
    /// How long the join of a member that was never in a generation may be parked.
    pub new_member_ms: i64,
    /// `group.max.size`.
    pub members_max: usize,
    /// `offsets.retention.minutes`, in milliseconds.
    pub retention_ms: i64,
    /// `offset.metadata.max.bytes`.
    pub metadata_max: usize,
    /// How many partitions each topic has.
    pub topics: Vec<i32>,
}

impl Settings {
    /// Whether there is such a partition.
    pub fn exists(&self, (topic, partition): Place) -> bool {
        let partitions = self.topics.get(usize::from(topic));
        partitions.is_some_and(|count| (0..*count).contains(&partition))
    }
}
