//! The coordinator of one partition of the offsets topic: its groups, its cache, and what waits for the high watermark.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_offsets::{Cache, Text};

use crate::api::{CallId, GroupRequest, Timestamp};
use crate::config::CoordinatorConfig;
use crate::decisions::Decisions;
use crate::group::Group;
use crate::group_step::GroupStep;
use crate::step::{Cause, Deferred, Outcome, Step};
use crate::timer::TimerId;
use crate::topics::Topics;

/// What the coordinator can do at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It replays its partition and answers nothing from state (S6).
    Loading,
    /// It serves its groups.
    Active,
    /// Its log could not be read or written; only loading it again helps.
    Failed,
    /// It was unloaded: somebody else is the coordinator, or the disk failed.
    Stopped,
}

/// The coordinator of one partition of the offsets topic. See the head of the crate for how to drive it.
#[derive(Clone, Debug)]
pub struct Coordinator {
    pub(crate) config: Arc<CoordinatorConfig>,
    pub(crate) decisions: Decisions,
    pub(crate) topics: Arc<Topics>,
    pub(crate) status: Status,
    pub(crate) leader_epoch: i32,
    pub(crate) groups: BTreeMap<Text, Arc<Group>>,
    /// Groups whose tombstone is not durable yet, and the high watermark at which it is: until then a crash brings them
    /// back, so they are still described (S2).
    pub(crate) departed: Vec<(i64, Arc<Group>)>,
    pub(crate) cache: Cache,
    pub(crate) high_watermark: i64,
    pub(crate) log_end: i64,
    /// With the high watermark at which each is released, in that order.
    pub(crate) waiting: Vec<(i64, Deferred)>,
    pub(crate) next_arming: u64,
    /// Groups whose record a load saw removed, and whether it met what it does not accept: mutants C-5, C-6 and C-7.
    pub(crate) removed_while_loading: BTreeSet<Text>,
    pub(crate) cannot_load: bool,
}

impl Coordinator {
    /// A coordinator that begins to load its partition in `leader_epoch`.
    pub fn new(
        config: Arc<CoordinatorConfig>,
        decisions: Decisions,
        topics: Arc<Topics>,
        leader_epoch: i32,
    ) -> Coordinator {
        Coordinator {
            config,
            decisions,
            topics,
            status: Status::Loading,
            leader_epoch,
            groups: BTreeMap::new(),
            departed: Vec::new(),
            cache: Cache::with(decisions.replay),
            high_watermark: 0,
            log_end: 0,
            waiting: Vec::new(),
            next_arming: 0,
            removed_while_loading: BTreeSet::new(),
            cannot_load: false,
        }
    }

    /// The next coordinator of the partition, with the same settings: it begins to load it in `leader_epoch`.
    pub fn successor(&self, leader_epoch: i32) -> Coordinator {
        let (config, topics) = (self.config.clone(), self.topics.clone());
        Coordinator::new(config, self.decisions, topics, leader_epoch)
    }

    pub(crate) fn turn(&self, now: Timestamp, group: Arc<Group>) -> GroupStep<'_> {
        GroupStep {
            config: &self.config,
            decisions: self.decisions,
            topics: &self.topics,
            cache: &self.cache,
            now,
            group,
            changed: false,
            removes: false,
            next_arming: self.next_arming,
            records: Vec::new(),
            deferred: None,
            outcome: Outcome::default(),
        }
    }

    /// Works out what `request` would do. Nothing changes until the step is accepted.
    pub fn request(&self, now: Timestamp, call: CallId, request: &GroupRequest) -> Step {
        if let Some(response) = self.refused(request) {
            return Step::answer(call, response);
        }
        match request {
            GroupRequest::Fetch(r) => self.fetch(call, r),
            GroupRequest::Describe(r) => Step::answer(call, self.describe(r)),
            GroupRequest::List(r) => Step::answer(call, self.list(r)),
            GroupRequest::Delete(r) => self.delete_groups(now, call, r),
            GroupRequest::EndTxn(r) => self.end_transaction(call, r),
            GroupRequest::Join(_)
            | GroupRequest::Sync(_)
            | GroupRequest::Heartbeat(_)
            | GroupRequest::Leave(_)
            | GroupRequest::Commit(_)
            | GroupRequest::TxnCommit(_)
            | GroupRequest::OffsetDelete(_) => match request.group() {
                Some(id) => self.request_of_group(now, call, id, request),
                None => Step::nothing(),
            },
        }
    }

    fn request_of_group(
        &self,
        now: Timestamp,
        call: CallId,
        id: &Text,
        request: &GroupRequest,
    ) -> Step {
        let (existing, group) = match self.groups.get(id) {
            Some(group) => (true, group.clone()),
            None => (false, Arc::new(Group::new(id.clone(), now))),
        };
        if !existing && let Some(response) = self.refused_without_group(request) {
            return Step::answer(call, response);
        }
        let mut turn = self.turn(now, group);
        turn.changed = !existing;
        turn.take(call, request, existing);
        let mut step = turn.into_step(Cause::Call(call, Box::new(request.clone())));
        if let GroupRequest::TxnCommit(r) = request
            && !step.records.is_empty()
        {
            step.producer = Some(r.producer);
        }
        if !existing && step.records.is_empty() {
            // Nothing was written, so nothing came into being.
            step.leave_groups_alone();
        }
        step
    }

    /// Works out what a timer does that has fired. One that is not armed any more does nothing.
    pub fn fire(&self, now: Timestamp, timer: &TimerId) -> Step {
        let Some(group) = self
            .groups
            .get(&timer.group)
            .filter(|_| self.status == Status::Active)
        else {
            return Step::nothing();
        };
        let mut group = group.clone();
        let Some(armed_for_ms) = Arc::make_mut(&mut group)
            .timers
            .take(&timer.name, timer.arming)
        else {
            return Step::nothing();
        };
        let mut turn = self.turn(now, group);
        turn.changed = true;
        turn.expire(&timer.name);
        turn.into_step(Cause::Timer(
            timer.group.clone(),
            timer.name.clone(),
            armed_for_ms,
        ))
    }
}

#[cfg(test)]
impl Coordinator {
    pub(crate) fn decide_for_tests(&mut self, decisions: Decisions) {
        self.decisions = decisions;
    }
}
