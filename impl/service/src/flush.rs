//! Group commit: what is appended while a sync goes on shares the next one.

use std::time::{Duration, Instant};

use plimsoll_coordinator::Timestamp;
use plimsoll_shard::Failure;

use crate::decisions::Work;
use crate::shared_log::SharedLog;
use crate::shared_shard::{Guarded, SharedShard};
use crate::sync::wait;

/// How long a flusher sleeps at most before it looks again.
const SLEEP: Duration = Duration::from_secs(1);

impl<L: SharedLog> SharedShard<L> {
    /// Syncs whenever something has been appended; returns when the shard is closing and nothing is left to sync.
    pub fn run_flusher(&self, clock: &dyn Fn() -> Timestamp) {
        while let Some(leader_epoch) = self.wait_for_work() {
            self.sync(clock, leader_epoch);
        }
    }

    /// Syncs now, whether or not there is anything to sync.
    pub fn flush(&self, clock: &dyn Fn() -> Timestamp) {
        let mut guarded = self.enter();
        take_work(&mut guarded);
        let leader_epoch = guarded.shard.leader_epoch();
        self.leave(guarded);
        self.sync(clock, leader_epoch);
    }

    fn sync(&self, clock: &dyn Fn() -> Timestamp, leader_epoch: i32) {
        let begun = Instant::now();
        match self.log.sync() {
            Ok(event) => {
                let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
                self.metrics.synced(took);
                self.high_watermark(clock(), event);
            }
            Err(error) => {
                self.metrics.sync_failed();
                let mut guarded = self.enter();
                // Whoever was elected meanwhile has opened the log anew, and begins without our failure.
                if guarded.shard.leader_epoch() == leader_epoch {
                    let now = clock();
                    let outcome = guarded.shard.fail(now, Failure::Sync(error));
                    guarded.give(now, outcome);
                }
                self.leave(guarded);
            }
        }
    }

    /// Waits until something has been appended; gives the epoch it was appended in. None when all is done.
    fn wait_for_work(&self) -> Option<i32> {
        let mut guarded = self.enter();
        loop {
            if take_work(&mut guarded) {
                let leader_epoch = guarded.shard.leader_epoch();
                self.leave(guarded);
                return Some(leader_epoch);
            }
            if guarded.closing {
                self.leave(guarded);
                return None;
            }
            guarded = match self.decisions.work {
                Work::SeenUnderTheLock => guarded,
                Work::SeenBefore => {
                    self.leave(guarded);
                    self.enter()
                }
            };
            guarded.flusher_sleeps = true;
            guarded = wait(&self.work, guarded, SLEEP);
            guarded.flusher_sleeps = false;
        }
    }
}

/// Whether there is something to sync. From now on only what is appended later counts.
fn take_work(guarded: &mut Guarded) -> bool {
    let has_work = guarded.has_work();
    if has_work {
        guarded.syncing_below = guarded.shard.coordinator().log_end_offset();
    }
    has_work
}
