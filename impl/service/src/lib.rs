//! The group coordinator as a running thing: the coordinator's state machine, on the log, on a disk, with threads.
//!
//! ```text
//! Service ─ which partition? ─► Shard (runtime) ─► GroupMachine ─► Coordinator   what to answer and to write
//!                                  │
//!                                  └─► OffsetsLog ─► Log ─► Disk                  appends, syncs, recovery
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
//! What a server adds is sockets. The single-threaded `plimsoll-broker` puts the same coordinator on the same log for
//! explorers, who want to choose every step.

mod answers;
mod batch;
mod config;
mod error;
mod machine;
mod offsets_log;
mod service;
mod sweep;

pub use config::Config;
pub use error::{CloseError, StartError};
pub use machine::{GroupMachine, Prepared, Timer};
pub use offsets_log::OffsetsLog;
pub use plimsoll_runtime::{
    Clock, Counters, ManualClock, Metrics, Moment, NoMetrics, Refusal, Status, SystemClock, Ticket,
};
pub use service::Service;
