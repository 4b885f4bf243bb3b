//! The coordinator of one partition of the offsets topic: its groups, its cache, and what waits for the high watermark.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_offsets::{Cache, OffsetsRecord, Text};

use crate::api::{CallId, GroupRequest, GroupResponse, HeartbeatResponse, Timestamp};
use crate::config::CoordinatorConfig;
use crate::decisions::{Acknowledge, Decisions, UpdateCache};
use crate::error_code::ErrorCode;
use crate::group::{Group, GroupState};
use crate::step::{Answer, Cause, Deferred, Outcome, Step};
use crate::timer::TimerId;
use crate::topics::Topics;
use crate::turn::Turn;
use crate::view::GroupView;
use crate::{load, offset_fetch};

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
    config: Arc<CoordinatorConfig>,
    decisions: Decisions,
    topics: Arc<Topics>,
    pub(crate) status: Status,
    pub(crate) leader_epoch: i32,
    pub(crate) groups: BTreeMap<Text, Arc<Group>>,
    pub(crate) cache: Cache,
    pub(crate) high_watermark: i64,
    pub(crate) log_end: i64,
    /// What each waits for: the high watermark at which it is released.
    pub(crate) waiting: Vec<(i64, Deferred)>,
    next_arming: u64,
}

/// An error of the append, as a group client sees it (semantics §3.0): always one after which the client must not
/// believe that nothing happened (S4).
fn append_error(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge => ErrorCode::UnknownServerError,
        other => other,
    }
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

    /// Applies one record of the log while loading.
    pub fn replay(&mut self, offset: i64, record: &OffsetsRecord) {
        self.cache.replay(offset, record);
    }

    /// Ends the load: everything up to `log_end` has been replayed, everything below `high_watermark` may be shown.
    /// Members' sessions begin anew.
    pub fn finish_load(&mut self, now: Timestamp, log_end: i64, high_watermark: i64) -> Outcome {
        self.status = Status::Active;
        self.log_end = log_end;
        self.high_watermark = high_watermark;
        self.cache.advance(high_watermark);
        let with_record = self
            .cache
            .groups()
            .filter_map(|(id, timeline)| Some((id, timeline.latest()?)));
        let with_record = with_record.map(|(id, metadata)| load::group(id, Some(metadata), now));
        let with_offsets = self
            .cache
            .groups_with_offsets()
            .map(|id| load::group(id, None, now));
        let mut loaded: BTreeMap<Text, Group> = with_offsets.map(|g| (g.id.clone(), g)).collect();
        // A group record says more than offsets alone.
        loaded.extend(with_record.map(|g| (g.id.clone(), g)));
        let mut outcome = Outcome::default();
        for group in loaded.into_values() {
            let members: Vec<Text> = group.members.keys().cloned().collect();
            let mut turn = self.turn(now, group);
            members.iter().for_each(|member| turn.renew_session(member));
            let step = turn.into_step(Cause::None);
            outcome.extend(self.install(step));
        }
        outcome
    }

    fn turn(&self, now: Timestamp, group: Group) -> Turn<'_> {
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
    fn refusal(&self, request: &GroupRequest, error: ErrorCode) -> GroupResponse {
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

    /// To be called before the records of a step are appended.
    pub fn before_append(&mut self, step: &Step) {
        match self.decisions.cache {
            UpdateCache::AfterAppend => {}
            UpdateCache::BeforeAppend => self.replay_step(step, self.log_end),
        }
    }

    fn replay_step(&mut self, step: &Step, base_offset: i64) {
        for (offset, record) in (base_offset..).zip(&step.records) {
            self.cache.replay(offset, record);
        }
    }

    /// Makes the step: its records (if any) are in the log from `base_offset` on.
    pub fn accept(&mut self, now: Timestamp, mut step: Step, base_offset: i64) -> Outcome {
        self.replay_step(&step, base_offset);
        if !step.records.is_empty() {
            self.log_end = base_offset + step.records.len() as i64;
        }
        let deferred = step
            .deferred
            .take()
            .map(|deferred| (self.releases_at(&step, &deferred), deferred));
        let mut outcome = self.install(step);
        self.waiting.extend(deferred);
        outcome.extend(self.release(now));
        outcome
    }

    /// The high watermark that a deferred answer waits for.
    fn releases_at(&self, step: &Step, deferred: &Deferred) -> i64 {
        let is_commit = matches!(&step.cause, Cause::Call(_, request) if matches!(**request, GroupRequest::Commit(_)));
        let acknowledge = match deferred {
            Deferred::Assignments { .. } => self.decisions.sync,
            Deferred::Answer(_) if is_commit => self.decisions.commit,
            Deferred::Answer(_) => Acknowledge::OnceDurable,
        };
        match acknowledge {
            Acknowledge::OnceDurable => self.log_end,
            Acknowledge::OnceAppended => self.high_watermark,
        }
    }

    fn install(&mut self, step: Step) -> Outcome {
        if let Some(group) = step.group {
            self.next_arming = step.next_arming;
            self.groups.insert(group.id.clone(), Arc::new(group));
        }
        step.outcome
    }

    /// Drops the step, whose records are not in the log: the group is as it was (S5). Whoever asked is told.
    pub fn reject(&mut self, now: Timestamp, step: Step, error: ErrorCode) -> Outcome {
        let error = append_error(error);
        let mut outcome = Outcome::default();
        match step.cause {
            Cause::Call(call, request) => {
                let response = self.refusal(&request, error);
                outcome.answers.push(Answer { call, response });
                if matches!(*request, GroupRequest::Sync(_)) {
                    outcome
                        .extend(self.change(now, request.group(), |turn| turn.sync_failed(error)));
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
    fn change(&mut self, now: Timestamp, id: &Text, change: impl FnOnce(&mut Turn<'_>)) -> Outcome {
        let Some(group) = self.groups.get(id) else {
            return Outcome::default();
        };
        let mut turn = self.turn(now, Group::clone(group));
        change(&mut turn);
        debug_assert!(
            turn.records.is_empty(),
            "a change that writes must be a step"
        );
        let step = turn.into_step(Cause::None);
        self.install(step)
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
            || high_watermark <= self.high_watermark
        {
            return Outcome::default();
        }
        self.high_watermark = high_watermark;
        self.cache.advance(high_watermark);
        self.release(now)
    }

    /// Releases what the high watermark has passed, in the order in which it was appended.
    fn release(&mut self, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        let waiting = std::mem::take(&mut self.waiting);
        let (released, still) = waiting
            .into_iter()
            .partition(|(at, _)| *at <= self.high_watermark);
        self.waiting = still;
        let released: Vec<(i64, Deferred)> = released;
        for (_, deferred) in released {
            match deferred {
                Deferred::Answer(answer) => outcome.answers.push(answer),
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

    /// Unloads: groups are dead, and everybody who waits is told to look for the coordinator elsewhere. Whether what
    /// they wrote is kept, they are not told (S4).
    pub fn stop(&mut self, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        for (_, deferred) in std::mem::take(&mut self.waiting) {
            if let Deferred::Answer(Answer { call, response }) = deferred {
                let response = not_coordinator(response);
                outcome.answers.push(Answer { call, response });
            }
        }
        let ids: Vec<Text> = self.groups.keys().cloned().collect();
        for id in ids {
            outcome.extend(self.change(now, &id, |turn| turn.kill()));
        }
        self.status = Status::Stopped;
        outcome
    }

    /// What the coordinator can do at the moment.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The epoch in which it leads its partition.
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// The group, if it exists.
    pub fn group(&self, id: &str) -> Option<GroupView> {
        self.groups.get(id).map(|group| GroupView::from(&**group))
    }

    /// The ids of all groups, in order.
    pub fn group_ids(&self) -> impl Iterator<Item = &Text> {
        self.groups.keys()
    }

    /// The offsets and generations replayed from the log.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The armed timers, in an order that does not depend on how they came about.
    pub fn timers(&self) -> Vec<TimerId> {
        let of_group = |group: &Arc<Group>| -> Vec<TimerId> {
            let id = |(name, arming): (&crate::TimerName, u64)| TimerId {
                group: group.id.clone(),
                name: name.clone(),
                arming,
            };
            group.timers.iter().map(id).collect()
        };
        self.groups.values().flat_map(of_group).collect()
    }
}

/// The same answer, but with an error that leaves open what happened.
fn not_coordinator(mut response: GroupResponse) -> GroupResponse {
    let error = ErrorCode::NotCoordinator;
    match &mut response {
        GroupResponse::Join(r) => r.error = error,
        GroupResponse::Sync(r) => r.error = error,
        GroupResponse::Heartbeat(r) => r.error = error,
        GroupResponse::Leave(r) => {
            r.error = error;
            r.members.clear();
        }
        GroupResponse::Commit(r) => {
            let written = r
                .partitions
                .iter_mut()
                .filter(|p| p.error == ErrorCode::None);
            written.for_each(|p| p.error = error);
        }
        GroupResponse::Fetch(r) => {
            r.error = error;
            r.partitions.clear();
        }
    }
    response
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
