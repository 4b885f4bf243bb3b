//! Steps: worked out, appended and applied, and answered once that is durable.

use std::ops::Range;
use std::sync::Arc;

use plimsoll_coordinator::{
    Answer, CallId, ErrorCode, GroupRequest, Outcome, Status, Step, TimerId, Timestamp,
};

use crate::decisions::{AppendEpoch, FailedAppend, TimeOut};
use crate::failure::Failure;
use crate::partition_log::{AppendFailure, PartitionLog};
use crate::refusal::Refusal;
use crate::shard::Shard;

impl Shard {
    /// Takes a request. Its answer is in this outcome or in a later one, exactly once.
    pub fn request(
        &mut self,
        log: &mut impl PartitionLog,
        now: Timestamp,
        call: CallId,
        request: Arc<GroupRequest>,
    ) -> Outcome {
        let step = self.prepare(now, call, request);
        self.append_and_apply(log, now, step)
    }

    /// The first half of [`Shard::request`]: works out what the request would do. Nothing may come in between the halves.
    pub fn prepare(&mut self, now: Timestamp, call: CallId, request: Arc<GroupRequest>) -> Step {
        match self.status() {
            Status::Active => {}
            Status::Loading => self.metrics.refused(Refusal::Loading),
            Status::Stopped => self.metrics.refused(Refusal::NotLoaded),
            Status::Failed => self.metrics.refused(Refusal::Failed),
        }
        let step = self.coordinator.request(now, call, &request);
        self.calls.insert(call, request);
        step
    }

    /// A timer has run out. One that was cancelled or armed anew in the meantime does nothing.
    pub fn fire(
        &mut self,
        log: &mut impl PartitionLog,
        now: Timestamp,
        timer: &TimerId,
    ) -> Outcome {
        let step = self.coordinator.fire(now, timer);
        self.append_and_apply(log, now, step)
    }

    /// The second half: appends what the step writes and applies it, or drops it if nothing was written (S5). If that is
    /// not known, memory is not believed any more: the shard fails, and the next load tells what is in the log.
    pub fn append_and_apply(
        &mut self,
        log: &mut impl PartitionLog,
        now: Timestamp,
        step: Step,
    ) -> Outcome {
        // Only a mistaken decision lets a step live longer than the coordinator that worked it out.
        if step.writes() && !self.is_active() {
            return Outcome::default();
        }
        let expected = self.coordinator.log_end_offset();
        let (decisions, leader_epoch) = (self.decisions, self.leader_epoch);
        let metrics = Arc::clone(&self.metrics);
        let mut failure = None;
        let outcome = self.coordinator.append_and_apply(now, step, |step| {
            let leader_epoch = match decisions.append_epoch {
                AppendEpoch::OfTheState => leader_epoch,
                AppendEpoch::OfTheLog => log.leader_epoch(),
            };
            let appended = append(log, leader_epoch, now, step, expected);
            let appended = appended.inspect_err(|_| metrics.append_failed());
            match appended {
                Ok(offsets) => {
                    metrics.appended((offsets.end - offsets.start).unsigned_abs());
                    Ok(offsets.start)
                }
                Err(Failed::NotWritten(error)) => Err(error),
                Err(Failed::Unknown(why)) => {
                    failure = match decisions.failed_append {
                        FailedAppend::ByItsReport => Some(why),
                        FailedAppend::AlwaysDropped => None,
                    };
                    Err(ErrorCode::KafkaStorageError)
                }
            }
        });
        let mut outcome = self.settle(outcome);
        if let Some(failure) = failure {
            outcome.extend(self.fail(now, failure));
        }
        outcome
    }

    /// The time for this call has run out: its answer says that the outcome is open, since what it wrote stays in the log
    /// (S4). None if it has been answered.
    pub fn time_out(&mut self, call: CallId) -> Option<Answer> {
        let request = self.calls.remove(&call)?;
        self.metrics.refused(Refusal::TimedOut);
        // The log's REQUEST_TIMED_OUT, as a group client sees it (KAFKA-17267 for the fetch).
        let error = match (self.decisions.time_out, &*request) {
            (TimeOut::LeavesItOpen, GroupRequest::Fetch(_)) => ErrorCode::NotCoordinator,
            (TimeOut::LeavesItOpen, _) => ErrorCode::CoordinatorNotAvailable,
            (TimeOut::SaysFailed, _) => ErrorCode::UnknownServerError,
        };
        let response = request.refusal(error);
        Some(Answer { call, response })
    }

    /// Leaves out the answers to those who do not wait any more, since their time ran out.
    pub(crate) fn settle(&mut self, mut outcome: Outcome) -> Outcome {
        let calls = &mut self.calls;
        let waits = |answer: &Answer| calls.remove(&answer.call).is_some();
        outcome.answers.retain(waits);
        for cause in &outcome.rebalances {
            self.metrics.rebalance(cause.name());
        }
        if outcome.expired_offsets > 0 {
            self.metrics.expired(outcome.expired_offsets);
        }
        outcome
    }
}

enum Failed {
    NotWritten(ErrorCode),
    Unknown(Failure),
}

fn append(
    log: &mut impl PartitionLog,
    leader_epoch: i32,
    now: Timestamp,
    step: &Step,
    expected: i64,
) -> Result<Range<i64>, Failed> {
    match log.append(leader_epoch, now, step) {
        Ok(offsets) if offsets.start == expected => Ok(offsets),
        // Somebody else has written to this log: what the coordinator knows is not what it says.
        Ok(offsets) => Err(Failed::Unknown(Failure::SomebodyElseAppended {
            expected,
            found: offsets.start,
        })),
        Err(AppendFailure::NotWritten(error)) => Err(Failed::NotWritten(error)),
        Err(AppendFailure::Unknown(error)) => Err(Failed::Unknown(Failure::Append(error))),
    }
}
