//! Loading beside the lock: the log is read by the loader's thread, and the shard answers meanwhile that it is loading.

use std::time::Instant;

use plimsoll_coordinator::Timestamp;
use plimsoll_shard::{HighWatermark, LoadError, Loaded};

use crate::shared_log::{LockedEachTime, SharedLog};
use crate::shared_shard::{SharedShard, Timer};

impl<L: SharedLog> SharedShard<L> {
    /// Loads the shard as the leader of `leader_epoch`, to which it must have been [elected](SharedShard::elect). The log is
    /// read by this thread without the shard's lock. `clock` is asked when the load has ended.
    pub fn load(&self, clock: &dyn Fn() -> Timestamp, leader_epoch: i32) -> Loaded {
        let begun = Instant::now();
        let mut load = self.blank.begin_load(leader_epoch);
        let recovered = self.log.recover().map_err(LoadError::Open);
        let replayed = recovered.and_then(|()| load.run(&mut LockedEachTime(&self.log)));
        let mut guarded = self.enter();
        let now = clock();
        let (loaded, outcome) = guarded.shard.finish_load(now, load, replayed);
        if let Loaded::Active { records } = loaded {
            // What the load found above the high watermark has yet to be synced.
            guarded.syncing_below = guarded.shard.coordinator().visible_end_offset();
            let interval = self.expiry_interval_ms;
            guarded.wheel.set(now, Timer::Expiry, 0, interval);
            let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.metrics.loaded(records, took);
        }
        guarded.give(now, outcome);
        self.leave(guarded);
        loaded
    }

    /// The log is durable up to here. See [`plimsoll_shard::Shard::high_watermark`].
    pub fn high_watermark(&self, now: Timestamp, event: HighWatermark) {
        let mut guarded = self.enter();
        let outcome = guarded.shard.high_watermark(now, event);
        guarded.give(now, outcome);
        self.leave(guarded);
    }
}
