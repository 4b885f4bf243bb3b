//! Elections and resignations, which may come in any order and race with everything else. Only the latest epoch counts.

use crate::core::{Core, Phase};
use crate::decisions::{Closing, Unload};
use crate::machine::Machine;
use crate::moment::Moment;
use crate::partition_log::PartitionLog;
use crate::refusal::Refusal;
use crate::shard::Shard;

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shard<M, L> {
    /// This broker leads the partition in `leader_epoch`. Says whether that is news; if so the shard is loading, and
    /// somebody has to [load](Shard::load) it.
    pub fn elect(&self, now: Moment, leader_epoch: i32) -> bool {
        let mut core = self.enter();
        let is_news = self.may_change(&mut core) && leader_epoch > core.leader_epoch;
        if is_news {
            self.unload(&mut core, now);
            core.leader_epoch = leader_epoch;
            core.phase = Phase::Loading {
                high_watermark: None,
            };
        }
        self.leave(core);
        is_news
    }

    /// This broker does not lead the partition any more since `leader_epoch`. Whoever waits is told that the outcome is
    /// open (S4).
    pub fn resign(&self, now: Moment, leader_epoch: i32) {
        let mut core = self.enter();
        if self.may_change(&mut core) && leader_epoch >= core.leader_epoch {
            self.unload(&mut core, now);
            core.leader_epoch = leader_epoch;
        }
        self.leave(core);
    }

    fn may_change(&self, core: &mut Core<M>) -> bool {
        match self.decisions.closing {
            Closing::IsFinal => !core.closing,
            Closing::EndsWithAnElection => {
                core.closing = false;
                true
            }
        }
    }

    pub(crate) fn unload(&self, core: &mut Core<M>, now: Moment) {
        let description = match self.decisions.unload {
            Unload::TellsWaiters => Some(Refusal::Unloaded),
            Unload::ForgetsWaiters => None,
        };
        core.enter(now, Phase::Unloaded, description, &*self.metrics);
    }

    /// No more requests. The flusher syncs what is left and ends.
    pub fn begin_closing(&self) {
        let mut core = self.enter();
        core.closing = true;
        self.wake_flusher(&mut core);
        self.leave(core);
    }

    /// Unloads for good, after [`Shard::begin_closing`]. Whoever still waits is told that the outcome is open.
    pub fn finish_closing(&self, now: Moment) {
        let mut core = self.enter();
        self.unload(&mut core, now);
        self.leave(core);
    }

    /// Something outside of the machine and the log went wrong, so that nobody would tell those who wait.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn fail_now(&self, now: Moment, reason: &str) {
        let mut core = self.enter();
        self.fail(&mut core, now, reason.to_owned());
        self.leave(core);
    }

    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn is_loading(&self, leader_epoch: i32) -> bool {
        let core = self.enter();
        core.leader_epoch == leader_epoch && matches!(core.phase, Phase::Loading { .. })
    }
}
