//! One partition of the offsets topic: a group coordinator on its log, without threads, sockets or a clock.
//!
//! ```text
//! request ─► Coordinator ─► append to the Partition ─► Coordinator ─┬─► answer now
//!          what to write     (a Log, a leader epoch)    applies it  └─► wait ─► high watermark of this epoch ─► answer
//! ```
//!
//! * A [`Shard`] is led and resigned from outside, each time with an epoch; only the latest counts. An election loads it:
//!   [`Shard::begin_load`], [`Load::run`] over the log, [`Shard::finish_load`]. A load that comes too late counts for
//!   nothing, one that could not read everything is a failure (S6).
//! * What a step writes is appended and applied in one call, and only what was written is applied (S1, S5). A write that may
//!   or may not have happened fails the shard: only a load can tell.
//! * Answers that reveal what was written wait for the high watermark, an event which carries the epoch of the leader that
//!   saw it; one of another epoch says nothing (S2, S3).
//! * Whoever asks is answered, exactly once, whatever happens (V4). Where the outcome is open, the error says so (S4).
//!
//! Every call takes the time and the log, and returns an [`Outcome`]: answers to give and timers to set. Nothing happens by
//! itself: whoever owns a shard chooses the next step. An explorer steps a clone; threads step one behind a lock
//! (`plimsoll-service`). A [`Partition`] is the log's part: its [sync](Partition::begin_sync) comes in halves, so that
//! appends need not wait for one.

mod appending;
mod decisions;
mod election;
mod expiry;
mod failure;
mod load;
mod metrics;
mod partition;
mod partition_log;
mod refusal;
mod shard;
mod steps;
mod view;
mod watermark;

pub use decisions::{
    AppendEpoch, Completion, Decisions, DuringLoad, FailedAppend, Tail, TimeOut, Unload, Watermark,
};
pub use failure::{Failure, LoadError};
pub use load::{Load, Loaded};
pub use metrics::{Counters, Metrics, NoMetrics};
pub use partition::{OnDisk, Partition, PartitionSync};
pub use partition_log::{AppendFailure, Extent, HighWatermark, PartitionLog};
pub use plimsoll_coordinator::{Answer, Outcome, Status, Step};
pub use refusal::Refusal;
pub use shard::Shard;
