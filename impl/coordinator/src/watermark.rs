//! The high watermark, and what waits for it (S2): commits (S3), assignments (G3), stable fetches (S8).

use crate::api::{GroupRequest, Timestamp};
use crate::coordinator::{Coordinator, Status};
use crate::decisions::{Acknowledge, WatermarkOrder};
use crate::step::{Cause, Deferred, Outcome, Step};

impl Coordinator {
    /// The high watermark that a deferred answer waits for.
    pub(crate) fn releases_at(&self, step: &Step, deferred: &Deferred) -> i64 {
        let is_commit = matches!(&step.cause, Cause::Call(_, request) if matches!(**request, GroupRequest::Commit(_)));
        let acknowledge = match deferred {
            Deferred::Assignments { .. } => self.decisions.sync,
            Deferred::TakenOver { .. } => Acknowledge::OnceDurable,
            Deferred::Answer(_) if is_commit => self.decisions.commit,
            Deferred::Answer(_) => Acknowledge::OnceDurable,
        };
        match acknowledge {
            Acknowledge::OnceDurable => self.log_end,
            Acknowledge::OnceAppended => self.high_watermark,
        }
    }

    /// The high watermark is now `high_watermark`, as the leader of `leader_epoch` sees it. One of another epoch says
    /// nothing about what was appended here, and is ignored (S2).
    pub fn high_watermark(
        &mut self,
        now: Timestamp,
        high_watermark: i64,
        leader_epoch: i32,
    ) -> Outcome {
        if self.status != Status::Active
            || leader_epoch != self.leader_epoch
            || !self.is_news(high_watermark)
        {
            return Outcome::default();
        }
        self.high_watermark = high_watermark;
        self.departed.retain(|(until, _)| *until > high_watermark);
        self.cache.advance(high_watermark);
        self.release(now)
    }

    fn is_news(&self, high_watermark: i64) -> bool {
        match self.decisions.watermark_order {
            WatermarkOrder::Monotone => high_watermark > self.high_watermark,
            WatermarkOrder::LastWins => high_watermark != self.high_watermark,
        }
    }

    /// Releases what the high watermark has passed, in the order in which it was appended.
    pub(crate) fn release(&mut self, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        let passed = |(at, _): &(i64, Deferred)| *at <= self.high_watermark;
        let released = self.waiting.partition_point(passed);
        if released == 0 {
            return outcome;
        }
        let still = self.waiting.split_off(released);
        for (_, deferred) in std::mem::replace(&mut self.waiting, still) {
            match deferred {
                Deferred::Answer(answer) => outcome.answers.push(answer),
                Deferred::TakenOver {
                    group,
                    member,
                    call,
                    response,
                } => outcome.extend(self.change(now, &group, |turn| {
                    turn.give_place(&member, call, *response)
                })),
                Deferred::Assignments {
                    group,
                    generation,
                    assignments,
                } => outcome.extend(
                    self.change(now, &group, |turn| turn.hand_out(generation, &assignments)),
                ),
            }
        }
        outcome
    }
}
