//! One canonical form of everything that can influence what the coordinator will do: without absolute time, and with
//! timers as armed or not.

use std::hash::{Hash, Hasher};

use crate::coordinator::Coordinator;
use crate::group::Group;

impl Coordinator {
    /// Feeds the canonical form into `state`.
    pub fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.status.hash(state);
        self.leader_epoch.hash(state);
        self.high_watermark.hash(state);
        self.log_end.hash(state);
        self.waiting.hash(state);
        self.cache.hash_canonical(state);
        self.groups.len().hash(state);
        for group in self.groups.values() {
            (group.made_at < self.high_watermark).hash(state);
            group.hash_canonical(state);
        }
        self.departed.len().hash(state);
        for (until, group) in &self.departed {
            until.hash(state);
            group.hash_canonical(state);
        }
    }
}

impl Group {
    fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
        self.state.hash(state);
        self.generation.hash(state);
        self.protocol_type.hash(state);
        self.protocol.hash(state);
        self.leader.hash(state);
        self.members.hash(state);
        self.pending.hash(state);
        self.initial_wait.hash(state);
        self.subscribed.hash(state);
        self.assignment_appended.hash(state);
        for (name, _) in self.timers.iter() {
            name.hash(state);
        }
        // Ends the list of timers: no discriminant of a name is this large.
        u64::MAX.hash(state);
    }
}
