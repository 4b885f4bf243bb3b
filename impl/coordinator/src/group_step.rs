//! One step being worked out: a copy of the group to work on, and what comes of it. The rules of each API are methods of
//! a turn, in the file of that API.

use std::collections::BTreeSet;
use std::sync::Arc;

use plimsoll_offsets::{Cache, OffsetsRecord, Text};

use crate::api::{CallId, GroupRequest, GroupResponse, Timestamp};
use crate::config::CoordinatorConfig;
use crate::decisions::{Decisions, TombstoneKey};
use crate::group::{Group, GroupState};
use crate::step::{Answer, Cause, Change, Deferred, Outcome, Step};
use crate::timer::{TimerChange, TimerId, TimerName};
use crate::topics::Topics;

pub(crate) struct GroupStep<'a> {
    pub(crate) config: &'a CoordinatorConfig,
    pub(crate) decisions: Decisions,
    pub(crate) topics: &'a Topics,
    pub(crate) cache: &'a Cache,
    pub(crate) now: Timestamp,
    /// As it was, until the step changes it: most commits and heartbeats do not.
    pub(crate) group: Arc<Group>,
    pub(crate) changed: bool,
    /// The group is removed once the step is made.
    pub(crate) removes: bool,
    pub(crate) next_arming: u64,
    pub(crate) records: Vec<OffsetsRecord>,
    pub(crate) deferred: Option<Deferred>,
    pub(crate) outcome: Outcome,
}

impl GroupStep<'_> {
    /// Does what the request asks of the group, which is `existing` or about to be made.
    pub(crate) fn take(&mut self, call: CallId, request: &GroupRequest, existing: bool) {
        match request {
            GroupRequest::Join(r) if existing => self.join(call, r),
            GroupRequest::Join(r) => self.join_creating(call, r),
            GroupRequest::Sync(r) => self.sync(call, r),
            GroupRequest::Heartbeat(r) => self.heartbeat(call, r),
            GroupRequest::Leave(r) => self.leave(call, r),
            GroupRequest::Commit(r) => self.commit(call, r),
            GroupRequest::TxnCommit(r) => self.txn_commit(call, r),
            GroupRequest::OffsetDelete(r) => self.delete_offsets(call, r),
            // These are not about one group.
            GroupRequest::EndTxn(_)
            | GroupRequest::Fetch(_)
            | GroupRequest::Delete(_)
            | GroupRequest::Describe(_)
            | GroupRequest::List(_) => {}
        }
    }

    pub(crate) fn into_step(self, cause: Cause) -> Step {
        let written = match self.decisions.tombstone_key {
            TombstoneKey::OfTheRecord => None,
            TombstoneKey::EncodedTwice => Some(self.records.iter().map(encoded_twice).collect()),
        };
        Step {
            cause,
            changes: match (self.removes, self.changed) {
                (true, _) => vec![Change::Remove(self.group.id.clone())],
                (false, true) => vec![Change::Put(self.group)],
                (false, false) => Vec::new(),
            },
            next_arming: Some(self.next_arming),
            records: self.records,
            written,
            producer: None,
            marker: None,
            marker_has_key: false,
            deferred: self.deferred,
            outcome: self.outcome,
        }
    }

    /// The group, to change it.
    pub(crate) fn group_mut(&mut self) -> &mut Group {
        self.changed = true;
        Arc::make_mut(&mut self.group)
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
        let now = self.now;
        let group = self.group_mut();
        group.state = state;
        group.state_since = now;
    }

    pub(crate) fn arm(&mut self, name: TimerName, after_ms: u64) {
        let timer = TimerId {
            group: self.group.id.clone(),
            name,
            arming: self.next_arming,
        };
        self.next_arming += 1;
        let change = TimerChange::Set { timer, after_ms };
        self.outcome.timers.push(change);
    }

    /// The current arming of a timer: what this step did with it, else what the group has.
    fn arming(&self, name: &TimerName) -> Option<u64> {
        let in_step = self.outcome.timers.iter().rev();
        let mut in_step = in_step.filter(|change| change.timer().name == *name);
        match in_step.next() {
            Some(TimerChange::Set { timer, .. }) => Some(timer.arming),
            Some(TimerChange::Cancel { .. }) => None,
            None => self.group.timers.arming(name),
        }
    }

    pub(crate) fn is_armed(&self, name: &TimerName) -> bool {
        self.arming(name).is_some()
    }

    pub(crate) fn disarm(&mut self, name: TimerName) {
        if let Some(arming) = self.arming(&name) {
            let timer = TimerId {
                group: self.group.id.clone(),
                name,
                arming,
            };
            self.outcome.timers.push(TimerChange::Cancel { timer });
        }
    }

    /// None of the group's timers has anything to do any more.
    pub(crate) fn disarm_all(&mut self) {
        let in_group = self.group.timers.iter().map(|(name, _)| name.clone());
        let in_step = self.outcome.timers.iter();
        let in_step = in_step.map(|change| change.timer().name.clone());
        let names: BTreeSet<TimerName> = in_group.chain(in_step).collect();
        for name in names {
            self.disarm(name);
        }
    }

    /// The member has shown that it lives: its session begins anew, unless a parked call keeps it alive anyway. The parked
    /// join of a new member does not: its client may be gone without anyone noticing.
    pub(crate) fn renew_session(&mut self, member: &Text) {
        let Some(known) = self.group.members.get(member) else {
            return;
        };
        if known.is_new || !known.is_parked() {
            let after_ms = u64::try_from(known.session_timeout_ms).unwrap_or(0);
            self.arm(TimerName::Session(member.clone()), after_ms);
        }
    }
}

/// Mutant O-1: a tombstone under the key of a key.
fn encoded_twice(record: &OffsetsRecord) -> OffsetsRecord {
    let twice = |group: &Text| Text::from(format!("\u{0}\u{1}{group}"));
    match record {
        OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value: None,
        } => OffsetsRecord::Offset {
            group: twice(group),
            topic: topic.clone(),
            partition: *partition,
            value: None,
        },
        OffsetsRecord::Group { group, value: None } => OffsetsRecord::Group {
            group: twice(group),
            value: None,
        },
        other => other.clone(),
    }
}
