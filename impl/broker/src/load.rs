//! Loading: the offsets topic replayed into the coordinators (S1, S6).

use plimsoll_coordinator::Timestamp;
use plimsoll_disk::Disk;

use crate::api::Effect;
use crate::broker::Broker;

impl<D: Disk> Broker<D> {
    /// Replays the offsets topic; the coordinators serve when this returns, and members' sessions begin anew. A load
    /// that fails stops the broker: a coordinator with a part of the log would answer from the past.
    pub fn load(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for index in 0..self.offsets.len() {
            let epoch = self.offsets[index].shard.leader_epoch();
            if self.stopped || !self.offsets[index].shard.is_loading(epoch) {
                continue;
            }
            effects.extend(self.step(now, index, |shard, log| {
                let mut load = shard.begin_load(epoch);
                let replayed = load.run(log);
                shard.finish_load(now, load, replayed).1
            }));
        }
        effects
    }
}
