//! The threads around a sans-IO state machine, one shard for each partition of the offsets topic.
//!
//! A [`Shard`] runs a [`Machine`] over a [`PartitionLog`]:
//!
//! ```text
//! submit ─► prepare ─► append ─► accept ─┬─► answer now
//!             │          │               └─► wait ─► high watermark of the same leader epoch ─► answer
//!          (one critical section)                 ├► time runs out, unload, failure ─► refusal, outcome open
//!                                                 └► exactly one of them
//! ```
//!
//! * What a step would do is worked out, written and made in one critical section, and only what was written is made
//!   (S1, S5). A write that may or may not have happened fails the shard: only a load can tell.
//! * Answers that reveal what was written wait for the high watermark, an event which carries the epoch of the leader
//!   that saw it; one of another epoch says nothing (S2, S3). They are given in the order of the log.
//! * Elections and resignations race with everything; only the latest epoch counts. A load that comes too late counts
//!   for nothing, one that could not read everything is a failure (S6).
//! * Whoever asks is told, exactly once, whatever happens; a [`Refusal`] says whether the outcome is open (S4).
//!
//! Threads: any number that ask, one flusher for each shard, one loader, one for timers. All of them are started, and
//! joined, by the `Runtime`. Every wait has a limit.
//!
//! The same code is explored by loom and shuttle, which stand in for the standard library behind one module; time is an
//! argument everywhere.

mod active;
#[cfg(not(any(loom, shuttle)))]
mod clock;
mod core;
mod decisions;
mod election;
mod flush;
mod load;
#[cfg(not(any(loom, shuttle)))]
mod loader;
mod machine;
mod make;
mod metrics;
mod moment;
mod partition_log;
mod refusal;
#[cfg(not(any(loom, shuttle)))]
mod runtime;
mod shard;
#[cfg(not(any(loom, shuttle)))]
mod stop;
mod sync;
mod tick;
mod ticket;
mod watermark;
mod wheel;

#[cfg(not(any(loom, shuttle)))]
pub use clock::{Clock, ManualClock, SystemClock};
pub use decisions::{
    Answers, AppendEpoch, Closing, Completion, Decisions, DuringLoad, FailedAppend, Order, Step,
    Tail, TimeOut, Timers, Unload, Watermark, Work,
};
pub use load::Loaded;
pub use machine::{Call, Effects, Machine, NotWritten, TimerChange, When};
pub use metrics::{Counters, Metrics, NoMetrics};
pub use moment::Moment;
pub use partition_log::{AppendFailure, Chunk, Extent, HighWatermark, PartitionLog};
pub use refusal::Refusal;
#[cfg(not(any(loom, shuttle)))]
pub use runtime::{Options, Runtime};
pub use shard::{MakeMachine, Shard, Status};
pub use ticket::{Reply, Ticket};
