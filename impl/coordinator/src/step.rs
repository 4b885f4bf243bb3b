//! What a step would do, before anything has happened; and what is to be done once it has.

use plimsoll_offsets::{Bytes, OffsetsRecord, Text};

use crate::api::{CallId, GroupRequest, GroupResponse};
use crate::group::Group;
use crate::timer::{TimerChange, TimerName};

/// An answer to a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The call.
    pub call: CallId,
    /// The answer.
    pub response: GroupResponse,
}

/// What the owner has to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Answers to give.
    pub answers: Vec<Answer>,
    /// Timers to set and cancel, in this order.
    pub timers: Vec<TimerChange>,
}

impl Outcome {
    pub(crate) fn extend(&mut self, more: Outcome) {
        self.answers.extend(more.answers);
        self.timers.extend(more.timers);
    }
}

/// What waits for the high watermark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deferred {
    /// An answer: a commit (S3), a leave that emptied the group, a stable fetch (S8).
    Answer(Answer),
    /// A generation: its assignments are handed out (G3), if it is still the current one.
    Assignments {
        group: Text,
        generation: i32,
        assignments: Vec<(Text, Bytes)>,
    },
}

/// What a step began with: who must be told if it fails.
#[derive(Clone, Debug)]
pub(crate) enum Cause {
    /// A request.
    Call(CallId, Box<GroupRequest>),
    /// A timer of a group, which had been armed for so many milliseconds.
    Timer(Text, TimerName, u64),
    /// Nothing that anybody waits for.
    None,
}

/// A step that has been worked out but not made. See the head of the crate.
#[derive(Clone, Debug)]
#[must_use = "a step does nothing until it is accepted or rejected"]
pub struct Step {
    pub(crate) cause: Cause,
    /// The group as it will be; none if the step changes no group.
    pub(crate) group: Option<Group>,
    pub(crate) next_arming: u64,
    pub(crate) records: Vec<OffsetsRecord>,
    pub(crate) deferred: Option<Deferred>,
    pub(crate) outcome: Outcome,
}

impl Step {
    /// Records to append as one batch before the step is accepted; if there are none, nothing is to be appended.
    pub fn records(&self) -> &[OffsetsRecord] {
        &self.records
    }

    /// A step that only answers.
    pub(crate) fn answer(call: CallId, response: GroupResponse) -> Step {
        let mut step = Step::nothing();
        step.outcome.answers.push(Answer { call, response });
        step
    }

    pub(crate) fn nothing() -> Step {
        Step {
            cause: Cause::None,
            group: None,
            next_arming: 0,
            records: Vec::new(),
            deferred: None,
            outcome: Outcome::default(),
        }
    }
}
