//! Elections and resignations, which may come in any order. Only the latest epoch counts.

use plimsoll_coordinator::{Answer, ErrorCode, Outcome, Timestamp};

use crate::decisions::Unload;
use crate::failure::Failure;
use crate::refusal::Refusal;
use crate::shard::Shard;

impl Shard {
    /// This broker leads the partition in `leader_epoch`: the shard is loading, and somebody has to
    /// [load](Shard::begin_load) it. None if that is no news.
    pub fn elect(&mut self, now: Timestamp, leader_epoch: i32) -> Option<Outcome> {
        if leader_epoch <= self.leader_epoch {
            return None;
        }
        let outcome = self.resign(now, leader_epoch);
        self.coordinator = self.coordinator.successor(leader_epoch);
        self.heard_while_loading = 0;
        Some(outcome)
    }

    /// This broker does not lead the partition any more since `leader_epoch`; that of its own election counts too.
    /// Whoever waits is told that the outcome is open (S4). Nothing happens if a later epoch is known.
    pub fn resign(&mut self, now: Timestamp, leader_epoch: i32) -> Outcome {
        if leader_epoch < self.leader_epoch {
            return Outcome::default();
        }
        self.leader_epoch = leader_epoch;
        self.failure = None;
        self.stop(now)
    }

    /// Unloads: nobody is served any more until the next election.
    pub fn stop(&mut self, now: Timestamp) -> Outcome {
        let was_active = self.is_active();
        let outcome = self.coordinator.stop(now);
        self.unloaded(was_active, outcome, Refusal::Unloaded)
    }

    /// The log could not be read or written: only the next election gets out of here. Whoever waits is told that the
    /// outcome is open.
    pub fn fail(&mut self, now: Timestamp, failure: Failure) -> Outcome {
        let was_active = self.is_active();
        self.failure = Some(failure);
        let outcome = self.coordinator.fail(now);
        self.unloaded(was_active, outcome, Refusal::FailedMeanwhile)
    }

    /// As [`Shard::fail`], for a coordinator that has panicked: it is not asked any more.
    pub fn fail_after_a_panic(&mut self, now: Timestamp) -> Outcome {
        let was_active = self.is_active();
        self.coordinator = self.coordinator.successor(self.leader_epoch);
        self.failure = Some(Failure::Panicked("coordinator"));
        let outcome = self.coordinator.fail(now);
        self.unloaded(was_active, outcome, Refusal::FailedMeanwhile)
    }

    /// Those whom the coordinator knows are answered by it, the others here.
    fn unloaded(&mut self, was_active: bool, outcome: Outcome, refusal: Refusal) -> Outcome {
        self.expiry_from = None;
        if was_active {
            self.metrics.unloaded();
        }
        let mut outcome = match self.decisions.unload {
            Unload::TellsWaiters => self.settle(outcome),
            Unload::ForgetsWaiters => {
                self.calls.clear();
                Outcome::default()
            }
        };
        for (call, request) in std::mem::take(&mut self.calls) {
            let response = self
                .coordinator
                .refusal(&request, ErrorCode::NotCoordinator);
            outcome.answers.push(Answer { call, response });
        }
        for _ in &outcome.answers {
            self.metrics.refused(refusal);
        }
        outcome
    }
}
