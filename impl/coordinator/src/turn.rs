//! One step being worked out: a copy of the group to work on, and what comes of it. The rules of each API are methods of
//! a turn, in the file of that API.

use plimsoll_offsets::{OffsetsRecord, Text};

use crate::api::{CallId, GroupResponse, Timestamp};
use crate::config::CoordinatorConfig;
use crate::decisions::Decisions;
use crate::group::{Group, GroupState};
use crate::step::{Answer, Cause, Deferred, Outcome, Step};
use crate::timer::{TimerChange, TimerId, TimerName};
use crate::topics::Topics;

pub(crate) struct Turn<'a> {
    pub(crate) config: &'a CoordinatorConfig,
    pub(crate) decisions: Decisions,
    pub(crate) topics: &'a Topics,
    pub(crate) now: Timestamp,
    pub(crate) group: Group,
    pub(crate) next_arming: u64,
    pub(crate) records: Vec<OffsetsRecord>,
    pub(crate) deferred: Option<Deferred>,
    pub(crate) outcome: Outcome,
}

impl Turn<'_> {
    pub(crate) fn into_step(self, cause: Cause) -> Step {
        Step {
            cause,
            group: Some(self.group),
            next_arming: self.next_arming,
            records: self.records,
            deferred: self.deferred,
            outcome: self.outcome,
        }
    }

    pub(crate) fn answer(&mut self, call: CallId, response: GroupResponse) {
        self.outcome.answers.push(Answer { call, response });
    }

    /// Gives the answer at once, or when the records of this step are durable if there are any.
    pub(crate) fn answer_once_durable(&mut self, call: CallId, response: GroupResponse) {
        if self.records.is_empty() {
            self.answer(call, response);
        } else {
            self.deferred = Some(Deferred::Answer(Answer { call, response }));
        }
    }

    pub(crate) fn transition(&mut self, state: GroupState) {
        self.group.state = state;
        self.group.state_since = self.now;
    }

    pub(crate) fn arm(&mut self, name: TimerName, after_ms: u64) {
        let timer = TimerId {
            group: self.group.id.clone(),
            name: name.clone(),
            arming: self.next_arming,
        };
        self.next_arming += 1;
        self.group.timers.arm(name, timer.arming, after_ms);
        self.outcome
            .timers
            .push(TimerChange::Set { timer, after_ms });
    }

    pub(crate) fn disarm(&mut self, name: TimerName) {
        if let Some(arming) = self.group.timers.disarm(&name) {
            let timer = TimerId {
                group: self.group.id.clone(),
                name,
                arming,
            };
            self.outcome.timers.push(TimerChange::Cancel { timer });
        }
    }

    /// The member has shown that it lives: its session begins anew, unless a parked call keeps it alive anyway.
    pub(crate) fn renew_session(&mut self, member: &Text) {
        let Some(known) = self.group.members.get(member) else {
            return;
        };
        if !known.is_parked() {
            let after_ms = u64::try_from(known.session_timeout_ms).unwrap_or(0);
            self.arm(TimerName::Session(member.clone()), after_ms);
        }
    }
}
