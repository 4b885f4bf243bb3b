//! What a step would do, before anything has happened; and what is to be done once it has.

use std::sync::Arc;

use plimsoll_offsets::{Bytes, Entry, OffsetsRecord, Producer, Text};

use crate::api::{CallId, EndTransaction, GroupRequest, GroupResponse, JoinGroupResponse};
use crate::event::RebalanceCause;
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
    /// Why groups began to rebalance: for metrics only.
    pub rebalances: Vec<RebalanceCause>,
    /// How many committed offsets expired: for metrics only.
    pub expired_offsets: u64,
}

impl Outcome {
    /// Does what `more` says, too, after this.
    pub fn extend(&mut self, more: Outcome) {
        self.answers.extend(more.answers);
        self.timers.extend(more.timers);
        self.rebalances.extend(more.rebalances);
        self.expired_offsets += more.expired_offsets;
    }
}

/// What waits for the high watermark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deferred {
    /// An answer: a commit (S3), a leave that emptied the group, a deletion (S9), a stable fetch (S8).
    Answer(Answer),
    /// A static member under a new id in an unchanged group: its join is answered (G8).
    TakenOver {
        group: Text,
        member: Text,
        call: CallId,
        response: Box<JoinGroupResponse>,
    },
    /// A generation: its assignments are handed out (G3), if it is still the current one.
    Assignments {
        group: Text,
        generation: i32,
        assignments: Vec<(Text, Bytes)>,
    },
}

impl Deferred {
    /// Whether it is a generation of this group.
    pub(crate) fn is_assignment_of(&self, id: &Text) -> bool {
        matches!(self, Deferred::Assignments { group, .. } if group == id)
    }
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

/// What becomes of a group.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(Arc<Group>),
    Remove(Text),
}

/// A step that has been worked out but not made. See the head of the crate.
#[derive(Clone, Debug)]
#[must_use = "a step does nothing until it is made"]
pub struct Step {
    pub(crate) cause: Cause,
    pub(crate) changes: Vec<Change>,
    /// None if the step arms no timer and changes no group.
    pub(crate) next_arming: Option<u64>,
    pub(crate) records: Vec<OffsetsRecord>,
    /// What goes into the log instead of the records: mutant O-1.
    pub(crate) written: Option<Vec<OffsetsRecord>>,
    pub(crate) producer: Option<Producer>,
    pub(crate) marker: Option<EndTransaction>,
    pub(crate) marker_has_key: bool,
    pub(crate) deferred: Option<Deferred>,
    pub(crate) outcome: Outcome,
}

impl Step {
    /// Records to append as one batch.
    pub fn records(&self) -> &[OffsetsRecord] {
        self.written.as_ref().unwrap_or(&self.records)
    }

    /// Whether anything has to be appended before the step is made.
    pub fn writes(&self) -> bool {
        !self.records().is_empty() || self.marker.is_some()
    }

    /// What stands in the log once the step has been appended: its records, or its marker.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let producer = self.producer;
        let records = self.records().iter().cloned();
        let marker = self.marker.as_ref().map(|marker| Entry::Marker {
            producer: marker.producer,
            ended: marker.ended,
        });
        let records = records.map(move |record| Entry::Record { producer, record });
        records.chain(marker)
    }

    /// The producer in whose transaction the records are to be appended; none for the coordinator's own batches.
    pub fn producer(&self) -> Option<Producer> {
        self.producer
    }

    /// The marker to append, as a control batch.
    pub fn marker(&self) -> Option<&EndTransaction> {
        self.marker.as_ref()
    }

    /// Under which key compaction is to find the marker: none, a control record has no key. (Mutant O-6 gives it its
    /// producer's.)
    pub fn marker_key(&self) -> Option<i64> {
        let marker = self.marker.as_ref().filter(|_| self.marker_has_key);
        marker.map(|marker| marker.producer.id)
    }

    /// The answer of a step that does nothing but answer: there is nothing to accept.
    pub fn into_answer(self) -> Option<GroupResponse> {
        let alone = self.changes.is_empty() && self.deferred.is_none() && self.length() == 0;
        let answer = self.outcome.answers.into_iter().next();
        answer.filter(|_| alone).map(|answer| answer.response)
    }

    /// A step that only answers.
    pub(crate) fn answer(call: CallId, response: GroupResponse) -> Step {
        let mut step = Step::nothing();
        step.outcome.answers.push(Answer { call, response });
        step
    }

    /// A step that does nothing.
    pub fn nothing() -> Step {
        Step {
            cause: Cause::None,
            changes: Vec::new(),
            next_arming: None,
            records: Vec::new(),
            written: None,
            producer: None,
            marker: None,
            marker_has_key: false,
            deferred: None,
            outcome: Outcome::default(),
        }
    }

    /// How many offsets of the log the step takes up.
    pub(crate) fn length(&self) -> i64 {
        self.records.len() as i64 + i64::from(self.marker.is_some())
    }

    /// Gives the answer at once, or when what the step appends is durable.
    pub(crate) fn answer_once_durable(&mut self, call: CallId, response: GroupResponse) {
        let answer = Answer { call, response };
        if self.length() == 0 {
            self.outcome.answers.push(answer);
        } else {
            self.deferred = Some(Deferred::Answer(answer));
        }
    }

    /// The step answers, but changes no group.
    pub(crate) fn leave_groups_alone(&mut self) {
        self.changes.clear();
        self.next_arming = None;
    }

    /// Does what `other` does too, in the same batch. It must be about another group, and wait for nothing.
    pub(crate) fn extend(&mut self, other: Step) {
        self.changes.extend(other.changes);
        self.next_arming = self.next_arming.max(other.next_arming);
        if let Some(written) = other.written {
            let before = self.records.clone();
            self.written.get_or_insert(before).extend(written);
        }
        self.records.extend(other.records);
        self.outcome.extend(other.outcome);
    }
}
