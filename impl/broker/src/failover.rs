//! A partition of the offsets topic changes hands without a crash: it is resigned, and led again in a new epoch.

use std::sync::Arc;

use plimsoll_coordinator::{Status, Timestamp};
use plimsoll_disk::Disk;

use crate::api::Effect;
use crate::broker::Broker;

impl<D: Disk> Broker<D> {
    /// Unloads the coordinator of a partition: everybody who waits is sent away (S4), and nobody is served from memory.
    pub fn resign(&mut self, now: Timestamp, index: usize) -> Vec<Effect> {
        let Some(offsets) = self.offsets.get_mut(index).map(Arc::make_mut) else {
            return Vec::new();
        };
        let epoch = offsets.partition.leader_epoch();
        offsets.partition.resign(epoch);
        Effect::all(offsets.shard.resign(now, epoch)).collect()
    }

    /// Leads a resigned partition again, in a new epoch. Its coordinator is loading until [`Broker::load`]. Nothing
    /// happens to a partition that was not resigned, nor in a broker that has stopped.
    pub fn lead(&mut self, index: usize) {
        let stopped = self.stopped;
        let resigned = self.offsets.get_mut(index);
        let resigned =
            resigned.filter(|offsets| !stopped && offsets.shard.status() == Status::Stopped);
        if let Some(offsets) = resigned.map(Arc::make_mut) {
            offsets.lead();
        }
    }
}
