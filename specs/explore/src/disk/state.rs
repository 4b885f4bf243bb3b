//! What the explorer stores of the log on its disk.

use std::sync::Arc;

use plimsoll_disk::SimDisk;
use plimsoll_log::Log;
use plimsoll_promises::storage::Summary;

use super::expect::{Expect, Open};

/// A state: the power is on, or off, or all is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DiskState {
    /// The log is open.
    Running(Box<Running>),
    /// The power has failed, and this is what is left.
    Off(Box<Off>),
    /// The log was recovered and looked at.
    Done {
        /// Promises broken on the way, as bits.
        broken: u64,
    },
}

/// The log is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Running {
    /// The engine.
    pub(super) log: Log,
    /// Its disk.
    pub(super) disk: SimDisk,
    /// What is expected of it.
    pub(super) expect: Expect,
    /// Steps that are left.
    pub(super) steps: u8,
    /// Failures that are left.
    pub(super) failures: u8,
    /// Promises broken on the way, as bits.
    pub(super) broken: u64,
}

/// The power has failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Off {
    /// What is left.
    pub(super) disk: SimDisk,
    /// What was open when it failed.
    pub(super) open: Arc<Open>,
    /// How often it may fail again in recovery.
    pub(super) cuts: u8,
    /// What recovery made of it, or would have made had it not been cut short: it must come to the same again.
    pub(super) summary: Option<Summary>,
    /// Promises broken on the way, as bits.
    pub(super) broken: u64,
}

impl DiskState {
    /// Promises broken on the way, as bits.
    pub(super) fn broken(&self) -> u64 {
        match self {
            DiskState::Running(running) => running.broken,
            DiskState::Off(off) => off.broken,
            DiskState::Done { broken } => *broken,
        }
    }
}
