//! Group commit: what is appended while a sync goes on shares the next one.

use std::time::Duration;

use crate::core::{Core, Phase};
use crate::decisions::Work;
use crate::machine::Machine;
use crate::moment::Moment;
use crate::partition_log::PartitionLog;
use crate::shard::Shard;
use crate::sync::wait;

/// How long a flusher sleeps at most before it looks again.
const SLEEP: Duration = Duration::from_secs(1);

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shard<M, L> {
    /// Syncs whenever something has been appended; returns when the shard is closing and nothing is left to sync.
    pub fn run_flusher(&self, clock: &dyn Fn() -> Moment) {
        while let Some(leader_epoch) = self.wait_for_work() {
            self.sync(clock, leader_epoch);
        }
    }

    /// Syncs now, whether or not there is anything to sync.
    pub fn flush(&self, clock: &dyn Fn() -> Moment) {
        let mut core = self.enter();
        let leader_epoch = core.leader_epoch;
        take_work(&mut core);
        self.leave(core);
        self.sync(clock, leader_epoch);
    }

    fn sync(&self, clock: &dyn Fn() -> Moment, leader_epoch: i32) {
        let begun = clock();
        match self.log.sync(begun) {
            Ok(event) => {
                let now = clock();
                self.metrics.synced(now.us_since(begun));
                self.high_watermark(now, event);
            }
            Err(reason) => {
                self.metrics.sync_failed();
                let mut core = self.enter();
                // Whoever was elected meanwhile has opened the log anew, and begins without our failure.
                if core.leader_epoch == leader_epoch {
                    self.fail(&mut core, clock(), reason);
                }
                self.leave(core);
            }
        }
    }

    /// Waits until something has been appended; gives the epoch it was appended in. None when all is done.
    fn wait_for_work(&self) -> Option<i32> {
        let mut core = self.enter();
        loop {
            if take_work(&mut core) {
                let leader_epoch = core.leader_epoch;
                self.leave(core);
                return Some(leader_epoch);
            }
            if core.closing {
                self.leave(core);
                return None;
            }
            core = match self.decisions.work {
                Work::SeenUnderTheLock => core,
                Work::SeenBefore => {
                    self.leave(core);
                    self.enter()
                }
            };
            core.flusher_sleeps = true;
            core = wait(&self.work, core, SLEEP);
            core.flusher_sleeps = false;
        }
    }

    /// To be called under the lock, after something was appended or it was time to close.
    pub(crate) fn wake_flusher(&self, core: &mut Core<M>) {
        if core.flusher_sleeps {
            core.flusher_sleeps = false;
            self.work.notify_one();
        }
    }
}

/// Whether there is something to sync. From now on only what is appended later counts.
fn take_work<M: Machine>(core: &mut Core<M>) -> bool {
    match &mut core.phase {
        Phase::Active(active) => std::mem::take(&mut active.dirty),
        _ => false,
    }
}
