//! A partition of the offsets topic changes hands without a crash: it is resigned, and led again in a new epoch.

use std::sync::Arc;

use plimsoll_coordinator::Timestamp;
use plimsoll_disk::Disk;

use crate::api::Effect;
use crate::broker::Broker;

impl<D: Disk> Broker<D> {
    /// Unloads the coordinator of a partition: everybody who waits is sent away (S4), and nobody is served from memory.
    pub fn resign(&mut self, now: Timestamp, index: usize) -> Vec<Effect> {
        let shard = self.shards.get_mut(index).map(Arc::make_mut);
        let outcome = shard.map(|shard| shard.coordinator.stop(now));
        outcome.into_iter().flat_map(Effect::all).collect()
    }

    /// Leads a resigned partition again, in a new epoch. Its coordinator is loading until [`Broker::load`]. Nothing
    /// happens to a partition that was not resigned, nor in a broker that has stopped.
    pub fn lead(&mut self, index: usize) {
        let stopped = self.stopped;
        let resigned = self.shards.get_mut(index).filter(|shard| {
            !stopped && shard.coordinator.status() == plimsoll_coordinator::Status::Stopped
        });
        if let Some(shard) = resigned.map(Arc::make_mut) {
            shard.partition.leader_epoch = shard.partition.leader_epoch.saturating_add(1);
            shard.coordinator = shard.coordinator.successor(shard.partition.leader_epoch);
        }
    }
}
