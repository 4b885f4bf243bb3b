//! Elections and resignations, and the end of the service, which race with everything else.

use plimsoll_coordinator::Timestamp;
#[cfg(not(any(loom, shuttle)))]
use plimsoll_shard::Failure;

use crate::decisions::Closing;
use crate::shared_log::SharedLog;
use crate::shared_shard::{Guarded, SharedShard};
use crate::wheel::Wheel;

impl<L: SharedLog> SharedShard<L> {
    /// This broker leads the partition in `leader_epoch`. Says whether that is news; if so the shard is loading, and
    /// somebody has to [load](SharedShard::load) it.
    pub fn elect(&self, now: Timestamp, leader_epoch: i32) -> bool {
        let mut guarded = self.enter();
        let elected = match self.may_change(&mut guarded) {
            true => guarded.shard.elect(now, leader_epoch),
            false => None,
        };
        let is_news = elected.is_some();
        if let Some(outcome) = elected {
            guarded.give(now, outcome);
            guarded.wheel = Wheel::default();
        }
        self.leave(guarded);
        is_news
    }

    /// This broker does not lead the partition any more since `leader_epoch`. Whoever waits is told that the outcome is
    /// open (S4).
    pub fn resign(&self, now: Timestamp, leader_epoch: i32) {
        let mut guarded = self.enter();
        if self.may_change(&mut guarded) {
            let outcome = guarded.shard.resign(now, leader_epoch);
            guarded.give(now, outcome);
        }
        self.leave(guarded);
    }

    fn may_change(&self, guarded: &mut Guarded) -> bool {
        match self.decisions.closing {
            Closing::IsFinal => !guarded.closing,
            Closing::EndsWithAnElection => {
                guarded.closing = false;
                true
            }
        }
    }

    /// No more requests. The flusher syncs what is left and ends.
    pub fn begin_closing(&self) {
        let mut guarded = self.enter();
        guarded.closing = true;
        self.leave(guarded);
    }

    /// Unloads for good, after [`SharedShard::begin_closing`]. Whoever still waits is told that the outcome is open.
    pub fn finish_closing(&self, now: Timestamp) {
        let mut guarded = self.enter();
        let outcome = guarded.shard.stop(now);
        guarded.give(now, outcome);
        self.leave(guarded);
    }

    /// Something outside of the coordinator and the log went wrong, so that nobody would answer those who wait.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn fail_now(&self, now: Timestamp, failure: Failure) {
        let mut guarded = self.enter();
        let outcome = guarded.shard.fail(now, failure);
        guarded.give(now, outcome);
        self.leave(guarded);
    }

    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn is_loading(&self, leader_epoch: i32) -> bool {
        let guarded = self.enter();
        let is_loading = guarded.shard.is_loading(leader_epoch);
        self.leave(guarded);
        is_loading
    }
}
