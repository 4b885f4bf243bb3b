//! The group coordinator as a running thing: shards (`plimsoll-shard`) on a disk, with threads.
//!
//! ```text
//! Service ─ which partition? ─► SharedShard ─► Shard      what to answer and to write, behind one lock
//!                                   │
//!                                   └────────► OffsetsLog  its Partition and its disk, behind a lock of its own
//! ```
//!
//! * A group lives in one partition of the offsets topic, by Java's hash of its name (S10). A request about several groups
//!   is taken apart and its answers are put together; one about one group goes to its shard.
//! * Partitions are elected and resigned from outside, each with an epoch; an election loads the partition, in the
//!   background. A log that stopped, because the disk failed, is recovered by the load that the next election begins.
//! * Appends that wait together share a sync, and appends do not wait for one.
//! * Every request is answered exactly once, with what Kafka's coordinator answers. Where the outcome is open, the error
//!   says so (S4).
//!
//! Threads: any number that ask, one flusher for each shard, one loader, one for timers. All of them are started, and
//! joined, by [`Threads`]. Every wait has a limit. They choose when a shard makes which step, and nothing else: what a step
//! does is the same here and under the explorers, who step the same shard themselves (`plimsoll-broker`).
//!
//! What a server adds is sockets. Loom and shuttle, which stand in for the standard library's locks behind one module,
//! explore this very code (`tests/loom`); time is an argument everywhere.

#[cfg(not(any(loom, shuttle)))]
mod clock;
#[cfg(not(any(loom, shuttle)))]
mod config;
mod decisions;
mod election;
#[cfg(not(any(loom, shuttle)))]
mod error;
mod flush;
#[cfg(not(any(loom, shuttle)))]
mod gathering;
mod load;
#[cfg(not(any(loom, shuttle)))]
mod load_queue;
mod offsets_log;
#[cfg(not(any(loom, shuttle)))]
mod service;
mod shared_log;
mod shared_shard;
#[cfg(not(any(loom, shuttle)))]
mod stop;
mod sync;
#[cfg(not(any(loom, shuttle)))]
mod threads;
mod tick;
mod ticket;
mod wheel;

#[cfg(not(any(loom, shuttle)))]
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(not(any(loom, shuttle)))]
pub use config::Config;
pub use decisions::{Answers, Closing, Decisions, Step, Timers, Work};
#[cfg(not(any(loom, shuttle)))]
pub use error::{CloseError, StartError};
pub use offsets_log::OffsetsLog;
pub use plimsoll_coordinator::Status;
pub use plimsoll_shard::{Counters, Failure, Loaded, Metrics, NoMetrics};
#[cfg(not(any(loom, shuttle)))]
pub use service::Service;
pub use shared_log::SharedLog;
pub use shared_shard::SharedShard;
#[cfg(not(any(loom, shuttle)))]
pub use threads::{Options, Threads};
pub use ticket::{Reply, Ticket};
