//! The coordinator of one partition of the offsets topic: its groups, its cache, and what waits for the high watermark.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_offsets::{Cache, Text};

use crate::api::{CallId, GroupRequest, GroupResponse, HeartbeatResponse, Timestamp};
use crate::config::CoordinatorConfig;
use crate::decisions::Decisions;
use crate::error_code::ErrorCode;
use crate::group::{Group, GroupState};
use crate::offset_fetch;
use crate::step::{Answer, Cause, Deferred, Outcome, Step};
use crate::timer::TimerId;
use crate::topics::Topics;
use crate::turn::Turn;

/// What the coordinator can do at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It replays its partition and answers nothing from state (S6).
    Loading,
    /// It serves its groups.
    Active,
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
    pub(crate) cache: Cache,
    pub(crate) high_watermark: i64,
    pub(crate) log_end: i64,
    /// What each waits for: the high watermark at which it is released.
    pub(crate) waiting: Vec<(i64, Deferred)>,
    pub(crate) next_arming: u64,
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
            cache: Cache::new(),
            high_watermark: 0,
            log_end: 0,
            waiting: Vec::new(),
            next_arming: 0,
        }
    }

    pub(crate) fn turn(&self, now: Timestamp, group: Group) -> Turn<'_> {
        Turn {
            config: &self.config,
            decisions: self.decisions,
            topics: &self.topics,
            now,
            group,
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
        if let GroupRequest::Fetch(fetch) = request {
            return self.fetch(call, fetch);
        }
        let id = request.group();
        let (existing, group) = match self.groups.get(id) {
            Some(group) => (true, Group::clone(group)),
            None => (false, Group::new(id.clone(), now)),
        };
        if !existing && let Some(response) = self.refused_without_group(request) {
            return Step::answer(call, response);
        }
        let mut turn = self.turn(now, group);
        match request {
            GroupRequest::Join(r) if existing => turn.join(call, r),
            GroupRequest::Join(r) => turn.join_creating(call, r),
            GroupRequest::Sync(r) => turn.sync(call, r),
            GroupRequest::Heartbeat(r) => turn.heartbeat(call, r),
            GroupRequest::Leave(r) => turn.leave(call, r),
            GroupRequest::Commit(r) => turn.commit(call, r),
            GroupRequest::Fetch(_) => {}
        }
        let mut step = turn.into_step(Cause::Call(call, Box::new(request.clone())));
        if !existing && step.records.is_empty() {
            // Nothing was written, so nothing came into being.
            step.group = None;
        }
        step
    }

    /// Layers 1 to 3 of semantics §3.0, in their order: the request by itself, then the coordinator's status.
    fn refused(&self, request: &GroupRequest) -> Option<GroupResponse> {
        if let GroupRequest::Commit(commit) = request
            && let Some(response) = commit.about_nothing(&self.topics)
        {
            return Some(response);
        }
        let bounds = self.config.session_timeout_min_ms..=self.config.session_timeout_max_ms;
        let id = request.group();
        let needs_name = !matches!(request, GroupRequest::Commit(_) | GroupRequest::Fetch(_));
        let bad = match request {
            GroupRequest::Sync(r) if r.lacks_protocol() => {
                Some(ErrorCode::InconsistentGroupProtocol)
            }
            // The log's format has 16 bits for the length of a group's name.
            _ if (needs_name && id.is_empty()) || id.len() > i16::MAX as usize => {
                Some(ErrorCode::InvalidGroupId)
            }
            GroupRequest::Join(r) if !bounds.contains(&r.session_timeout_ms) => {
                Some(ErrorCode::InvalidSessionTimeout)
            }
            _ => None,
        };
        if let Some(error) = bad {
            return Some(self.refusal(request, error));
        }
        match (self.status, request) {
            (Status::Active, _) => None,
            (Status::Loading, GroupRequest::Heartbeat(_)) => {
                let error = ErrorCode::None;
                Some(GroupResponse::Heartbeat(HeartbeatResponse { error }))
            }
            (Status::Loading, _) => {
                Some(self.refusal(request, ErrorCode::CoordinatorLoadInProgress))
            }
            (Status::Stopped, _) => Some(self.refusal(request, ErrorCode::NotCoordinator)),
        }
    }

    /// The answer that refuses the whole request.
    pub(crate) fn refusal(&self, request: &GroupRequest, error: ErrorCode) -> GroupResponse {
        match request {
            GroupRequest::Commit(commit) => commit.refused(error, &self.topics),
            _ => request.refusal(error),
        }
    }

    /// The answer to a request about a group that does not exist, unless the request may create it.
    fn refused_without_group(&self, request: &GroupRequest) -> Option<GroupResponse> {
        let error = match request {
            GroupRequest::Join(r) if r.member.is_empty() => return None,
            GroupRequest::Commit(r) => r.refused_without_group()?,
            GroupRequest::Leave(r) => return Some(r.nobody_here()),
            GroupRequest::Fetch(_) => return None,
            GroupRequest::Join(_) | GroupRequest::Sync(_) | GroupRequest::Heartbeat(_) => {
                ErrorCode::UnknownMemberId
            }
        };
        Some(self.refusal(request, error))
    }

    fn fetch(&self, call: CallId, request: &crate::api::OffsetFetch) -> Step {
        let is_dead = |group: &Arc<Group>| group.state == GroupState::Dead;
        let found = if self.groups.get(&request.group).is_some_and(is_dead) {
            offset_fetch::nothing(request)
        } else {
            offset_fetch::fetch(&self.cache, request)
        };
        let response = GroupResponse::Fetch(found);
        if !request.require_stable {
            return Step::answer(call, response);
        }
        let mut step = Step::nothing();
        step.deferred = Some(Deferred::Answer(Answer { call, response }));
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
        let mut group = Group::clone(group);
        let Some(armed_for_ms) = group.timers.take(&timer.name, timer.arming) else {
            return Step::nothing();
        };
        let mut turn = self.turn(now, group);
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
    /// Groups as an unload leaves them, seen by a coordinator that still answers: the column `Dead` of the tables.
    pub(crate) fn stop_groups_for_tests(&mut self) {
        self.stop(Timestamp(0));
        self.status = Status::Active;
    }

    pub(crate) fn decide_for_tests(&mut self, decisions: Decisions) {
        self.decisions = decisions;
    }
}
