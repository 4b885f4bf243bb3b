//! A state: the real coordinator, its log, and what everybody believes.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use plimsoll_coordinator::{Coordinator, Status};

use super::{bounds::GroupsBounds, expect::Expect, log::TopicLog};

/// What is left of the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Left {
    pub(super) steps: u8,
    pub(super) ticks: u8,
    pub(super) clocks_back: u8,
    pub(super) full_disks: u8,
    pub(super) compactions: u8,
    pub(super) failovers: u8,
    pub(super) failed_reads: u8,
}

impl Left {
    pub(super) fn of(bounds: &GroupsBounds) -> Left {
        Left {
            steps: bounds.steps,
            ticks: bounds.ticks,
            clocks_back: bounds.clocks_back,
            full_disks: bounds.full_disks,
            compactions: bounds.compactions,
            failovers: bounds.failovers,
            failed_reads: bounds.failed_reads,
        }
    }
}

/// A state of the system.
#[derive(Clone)]
pub struct GroupsState {
    pub(super) coordinator: Coordinator,
    pub(super) log: TopicLog,
    pub(super) expect: Expect,
    pub(super) now_ms: i64,
    /// The next append fails.
    pub(super) disk_is_full: bool,
    pub(super) left: Left,
    /// Promises broken on the way, as bits.
    pub(super) broken: u64,
}

impl GroupsState {
    pub(super) fn serves(&self) -> bool {
        self.coordinator.status() == Status::Active
    }

    fn rest(&self) -> impl Hash + Eq + fmt::Debug + '_ {
        (
            &self.log,
            &self.expect,
            self.now_ms,
            self.disk_is_full,
            self.left,
            self.broken,
        )
    }
}

/// All that the coordinator's future depends on, written down.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

impl PartialEq for GroupsState {
    fn eq(&self, other: &Self) -> bool {
        let bytes = |state: &Self| {
            let mut bytes = Bytes::default();
            state.coordinator.hash_canonical(&mut bytes);
            bytes.0
        };
        self.rest() == other.rest() && bytes(self) == bytes(other)
    }
}

impl Eq for GroupsState {}

impl Hash for GroupsState {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.coordinator.hash_canonical(state);
        self.rest().hash(state);
    }
}

impl fmt::Debug for GroupsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupsState")
            .field("rest", &self.rest())
            .finish_non_exhaustive()
    }
}
