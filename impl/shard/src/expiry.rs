//! Passes over all groups in search of expired offsets (O6, O7), cut into slices so that nobody waits long for one.

use std::ops::Bound;

use plimsoll_coordinator::{Outcome, Timestamp};

use crate::partition_log::PartitionLog;
use crate::shard::Shard;

/// How many groups a slice looks at, at most.
const GROUPS_PER_SLICE: usize = 1_000;

impl Shard {
    /// Looks at the next groups. Whether the pass goes on: else the next one begins after
    /// `offsets.retention.check.interval.ms`, also if an append failed; then it does the rest.
    pub fn expire_slice(&mut self, log: &mut impl PartitionLog, now: Timestamp) -> (Outcome, bool) {
        if !self.is_active() {
            return (Outcome::default(), false);
        }
        let from = self.expiry_from.take();
        let from = from.as_ref().map_or(Bound::Unbounded, Bound::Included);
        let (step, next) = self.coordinator.expire_some(now, from, GROUPS_PER_SLICE);
        let (writes, end) = (step.writes(), self.coordinator.log_end_offset());
        let outcome = self.append_and_apply(log, now, step);
        let written = self.coordinator.log_end_offset() > end;
        self.expiry_from = next.filter(|_| self.is_active() && (written || !writes));
        (outcome, self.expiry_from.is_some())
    }
}
