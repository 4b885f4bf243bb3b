//! Making a step, or dropping it: the only place where a coordinator's groups change.

use std::sync::Arc;

use plimsoll_offsets::Text;

use crate::api::{GroupRequest, Timestamp};
use crate::coordinator::Coordinator;
use crate::decisions::UpdateCache;
use crate::error_code::ErrorCode;
use crate::group_step::GroupStep;
use crate::step::{Answer, Cause, Change, Outcome, Step};

/// An error of the append, as a group client sees it (Kafka `handleOperationException`): always one after which the client must not
/// believe that nothing happened (S4).
fn append_error(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge => ErrorCode::UnknownServerError,
        other => other,
    }
}

impl Coordinator {
    /// All that an owner does with a step: `append` writes what it writes, if anything, and gives the offset of the
    /// first record; then the step is made. If nothing was written `append` says why, with the error of Kafka's log, and
    /// the step is dropped (S5).
    pub fn append_and_apply(
        &mut self,
        now: Timestamp,
        step: Step,
        append: impl FnOnce(&Step) -> Result<i64, ErrorCode>,
    ) -> Outcome {
        if !step.writes() {
            return self.accept(now, step, self.log_end);
        }
        self.before_append(&step);
        match append(&step) {
            Ok(base_offset) => self.accept(now, step, base_offset),
            Err(error) => self.reject(now, step, error),
        }
    }

    /// To be called before the records of a step are appended.
    pub(crate) fn before_append(&mut self, step: &Step) {
        match self.decisions.cache {
            UpdateCache::AfterAppend => {}
            UpdateCache::BeforeAppend => self.replay_step(step, self.log_end),
        }
    }

    pub(crate) fn replay_step(&mut self, step: &Step, base_offset: i64) {
        for (offset, record) in (base_offset..).zip(&step.records) {
            match step.producer {
                Some(producer) => self.cache.replay_transactional(offset, producer, record),
                None => self.cache.replay(offset, record),
            }
        }
        if let Some(marker) = &step.marker {
            self.cache
                .replay_marker(base_offset, marker.producer, marker.ended);
        }
    }

    /// Makes the step: what it appends (if anything) is in the log from `base_offset` on.
    pub(crate) fn accept(&mut self, now: Timestamp, mut step: Step, base_offset: i64) -> Outcome {
        self.replay_step(&step, base_offset);
        if step.length() > 0 {
            self.log_end = base_offset + step.length();
        }
        let deferred = step
            .deferred
            .take()
            .map(|deferred| (self.releases_at(&step, &deferred), deferred));
        let mut outcome = self.install(step, base_offset);
        if let Some((at, deferred)) = deferred {
            // In the order of the offsets that they wait for, and among those of one in the order in which they came.
            let place = self.waiting.partition_point(|(other, _)| *other <= at);
            self.waiting.insert(place, (at, deferred));
        }
        outcome.extend(self.release(now));
        outcome
    }

    pub(crate) fn install(&mut self, step: Step, base_offset: i64) -> Outcome {
        self.next_arming = step.next_arming.unwrap_or(self.next_arming);
        for change in step.changes {
            match change {
                Change::Put(mut group) => match self.groups.get_mut(&group.id) {
                    Some(place) => *place = group,
                    None => {
                        Arc::make_mut(&mut group).made_at = base_offset;
                        self.groups.insert(group.id.clone(), group);
                    }
                },
                Change::Remove(id) => {
                    // A group that gets the same name later is another one: what this one waits for is not its own.
                    self.waiting
                        .retain(|(_, deferred)| !deferred.is_assignment_of(&id));
                    let departed = self.groups.remove(&id);
                    let until = self.log_end;
                    self.departed.extend(departed.map(|group| (until, group)));
                }
            }
        }
        for change in &step.outcome.timers {
            if let Some(group) = self.groups.get_mut(&change.timer().group) {
                Arc::make_mut(group).timers.apply(change);
            }
        }
        step.outcome
    }

    /// Drops the step, whose records are not in the log: the groups are as they were (S5). Whoever asked is told.
    pub(crate) fn reject(&mut self, now: Timestamp, step: Step, error: ErrorCode) -> Outcome {
        let error = append_error(error);
        let mut outcome = Outcome::default();
        match step.cause {
            Cause::Call(call, request) => {
                let response = self.refusal(&request, error);
                outcome.answers.push(Answer { call, response });
                if let GroupRequest::Sync(sync) = &*request {
                    outcome.extend(self.change(now, &sync.group, |turn| turn.sync_failed(error)));
                }
            }
            // Nothing came of it, so it has to fire again.
            Cause::Timer(id, name, after_ms) => {
                outcome.extend(self.change(now, &id, |turn| turn.arm(name, after_ms)));
            }
            Cause::None => {}
        }
        outcome
    }

    /// Changes a group in a way that writes nothing.
    pub(crate) fn change(
        &mut self,
        now: Timestamp,
        id: &Text,
        change: impl FnOnce(&mut GroupStep<'_>),
    ) -> Outcome {
        let Some(group) = self.groups.get(id) else {
            return Outcome::default();
        };
        let mut turn = self.turn(now, group.clone());
        change(&mut turn);
        debug_assert!(
            turn.records.is_empty(),
            "a change that writes must be a step"
        );
        let step = turn.into_step(Cause::None);
        self.install(step, -1)
    }
}
