//! What may be seen of a shard, read only.

use std::hash::{Hash, Hasher};

use plimsoll_coordinator::{CallId, Coordinator, Status};

use crate::failure::Failure;
use crate::shard::Shard;

impl Shard {
    /// What it can do at the moment.
    pub fn status(&self) -> Status {
        self.coordinator.status()
    }

    /// Whether it serves its groups.
    pub fn is_active(&self) -> bool {
        self.status() == Status::Active
    }

    /// Why it has failed, if it has; the next election tries again.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// The epoch of the last election or resignation; −1 before the first.
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// The coordinator.
    pub fn coordinator(&self) -> &Coordinator {
        &self.coordinator
    }

    /// Requests without an answer.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = CallId> + '_ {
        self.calls.keys().copied()
    }

    /// Records above the high watermark; none unless it serves.
    pub fn lag(&self) -> i64 {
        match self.is_active() {
            true => self.coordinator.log_end_offset() - self.coordinator.visible_end_offset(),
            false => 0,
        }
    }

    /// Feeds one canonical form of everything that can influence what the shard will do into `state`: without absolute
    /// time, and with timers as armed or not.
    pub fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.coordinator.hash_canonical(state);
        self.leader_epoch.hash(state);
        self.heard_while_loading.hash(state);
        self.expiry_from.hash(state);
        self.failure.is_some().hash(state);
        self.calls.len().hash(state);
        for call in self.calls.keys() {
            call.hash(state);
        }
    }
}
