//! The join phase: how a rebalance begins and how it completes (V1; Kafka `completeClassicGroupJoin`).

use plimsoll_offsets::{Bytes, Text};

use crate::api::{GroupResponse, JoinGroupResponse, SyncGroupResponse};
use crate::decisions::SyncPhase;
use crate::error_code::ErrorCode;
use crate::event::RebalanceCause;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::member::Member;
use crate::timer::TimerName;

impl GroupStep<'_> {
    /// Somebody came, went or changed: begin a rebalance, or see whether the one that is going on can complete.
    pub(crate) fn rebalance_or_complete_join(&mut self, cause: RebalanceCause) {
        match self.group.state {
            GroupState::Empty | GroupState::CompletingRebalance | GroupState::Stable => {
                self.prepare_rebalance(cause)
            }
            GroupState::PreparingRebalance => self.complete_join_if_all_joined(),
            GroupState::Dead => {}
        }
    }

    /// Begins the join phase.
    pub(crate) fn prepare_rebalance(&mut self, cause: RebalanceCause) {
        self.outcome.rebalances.push(cause);
        if self.group.state == GroupState::CompletingRebalance {
            self.drop_assignments(ErrorCode::RebalanceInProgress);
        }
        self.disarm(TimerName::Sync);
        // Whose SyncGroup was awaited: it is not any more, and one that comes all the same changes nothing.
        let members = self.group_mut().members.values_mut();
        members.for_each(|member| member.owes_sync = false);
        let delay_ms = self.config.initial_rebalance_delay_ms;
        let was_empty = self.group.state == GroupState::Empty;
        self.transition(GroupState::PreparingRebalance);
        if was_empty && delay_ms == 0 {
            // The wait is over at once, even for ids that were issued: in Kafka a timer of 0 ms ends it.
            self.complete_join();
        } else if was_empty {
            let left_ms = self.group.rebalance_timeout_ms().saturating_sub(delay_ms);
            self.group_mut().initial_wait = Some((left_ms, false));
            self.arm(TimerName::Join, delay_ms);
        } else {
            self.complete_join_if_all_joined();
        }
    }

    /// The generation that was being synced comes to nothing: parked syncs are answered with `error`.
    pub(crate) fn drop_assignments(&mut self, error: ErrorCode) {
        let mut description = Vec::new();
        for (id, member) in &mut self.group_mut().members {
            member.assignment = Bytes::from([]);
            if let Some(call) = member.parked_sync.take() {
                description.push((id.clone(), call));
            }
        }
        for (id, call) in description {
            self.answer(call, GroupResponse::Sync(SyncGroupResponse::error(error)));
            self.renew_session(&id);
        }
    }

    /// Completes the join phase if every known member has joined and nobody was sent away for an id; otherwise waits, at
    /// most for the rebalance time-out from its beginning.
    pub(crate) fn complete_join_if_all_joined(&mut self) {
        if self.group.state != GroupState::PreparingRebalance || self.group.initial_wait.is_some() {
            return;
        }
        if self.all_joined() {
            self.complete_join();
        } else if !self.is_armed(&TimerName::Join) {
            let patience_ms = self.group.rebalance_timeout_ms();
            self.arm(TimerName::Join, patience_ms);
        }
    }

    /// Every known member has joined and nobody was sent away for an id.
    fn all_joined(&self) -> bool {
        let mut members = self.group.members.values();
        self.group.pending.is_empty() && members.all(|m| m.parked_join.is_some())
    }

    /// An id that was issued is not waited for any more. If that was the last, not even the initial delay is waited for
    /// (Kafka `removePendingMemberAndUpdateClassicGroup`).
    pub(crate) fn complete_join_without_pending(&mut self) {
        if self.group.state == GroupState::PreparingRebalance && self.all_joined() {
            self.complete_join();
        }
    }

    /// Completes the join phase with those who joined; the only place where a generation begins.
    pub(crate) fn complete_join(&mut self) {
        self.disarm(TimerName::Join);
        self.group_mut().initial_wait = None;
        self.remove_silent_dynamic_members();
        if !self.group.members.is_empty() && !self.elect_joined_leader() {
            // Only static members are left and none came back: wait until it does or its session ends.
            let patience_ms = self.group.rebalance_timeout_ms();
            self.arm(TimerName::Join, patience_ms);
            return;
        }
        // The number after the largest is a number again, not a panic: a damaged log can hold any.
        self.group_mut().generation = self.group.generation.checked_add(1).unwrap_or(1);
        self.group_mut().assignment_appended = false;
        if self.group.members.is_empty() {
            self.become_empty();
        } else {
            self.begin_sync_phase();
        }
    }

    /// A static member may take longer than a rebalance to come back; only its session ends it.
    fn remove_silent_dynamic_members(&mut self) {
        let silent = |(id, m): (&Text, &Member)| {
            (m.parked_join.is_none() && m.instance.is_none()).then(|| id.clone())
        };
        let silent: Vec<Text> = self.group.members.iter().filter_map(silent).collect();
        for id in silent {
            self.remove_member(&id);
        }
    }

    /// Whether somebody joined who can lead: the leader, or else the first of those who joined.
    fn elect_joined_leader(&mut self) -> bool {
        let joined = |id: &Text| {
            let member = self.group.members.get(id);
            member.is_some_and(|m| m.parked_join.is_some())
        };
        if !self.group.leader.as_ref().is_some_and(joined) {
            let Some(first) = self.group.members.keys().find(|id| joined(id)).cloned() else {
                return false;
            };
            self.group_mut().leader = Some(first);
        }
        true
    }

    fn become_empty(&mut self) {
        self.group_mut().leader = None;
        self.group_mut().protocol = None;
        self.group_mut().subscribed = self.group.find_subscribed();
        self.transition(GroupState::Empty);
        let record = self.group.record(|_| Bytes::from([]));
        self.records.push(record);
    }

    fn begin_sync_phase(&mut self) {
        self.group_mut().protocol = self.group.elect_protocol();
        self.group_mut().subscribed = self.group.find_subscribed();
        self.transition(GroupState::CompletingRebalance);
        let ids: Vec<Text> = self.group.members.keys().cloned().collect();
        for id in ids {
            let response = self.joined(&id);
            let Some(member) = self.group_mut().members.get_mut(&id) else {
                continue;
            };
            member.assignment = Bytes::from([]);
            member.is_new = false;
            member.owes_sync = true;
            if let Some(call) = member.parked_join.take() {
                self.answer(call, response);
            }
            self.renew_session(&id);
        }
        if self.decisions.sync_phase == SyncPhase::Ends {
            let patience_ms = self.group.rebalance_timeout_ms();
            self.arm(TimerName::Sync, patience_ms);
        }
    }

    /// Takes a member out; what it waits for is answered. What this means for the group is the caller's to say.
    pub(crate) fn remove_member(&mut self, id: &Text) {
        let Some(member) = self.group_mut().remove(id) else {
            return;
        };
        self.disarm(TimerName::Session(id.clone()));
        let error = ErrorCode::UnknownMemberId;
        if let Some(call) = member.parked_join {
            self.answer(
                call,
                GroupResponse::Join(JoinGroupResponse::error(id.clone(), error)),
            );
        }
        if let Some(call) = member.parked_sync {
            self.answer(call, GroupResponse::Sync(SyncGroupResponse::error(error)));
        }
        if self.group.is_leader(id) {
            self.group_mut().leader = self.group.members.keys().next().cloned();
        }
        self.end_sync_phase_if_all_synced();
    }

    /// The members that are left after one went: rebalance, or complete the join phase that waited for it.
    pub(crate) fn rebalance_after_removal(&mut self, cause: RebalanceCause) {
        if self.group.state != GroupState::Empty {
            self.rebalance_or_complete_join(cause);
        }
    }

    /// Nobody is left whose SyncGroup is awaited: the sync timer has no more to do.
    pub(crate) fn end_sync_phase_if_all_synced(&mut self) {
        if !self.group.members.values().any(|m| m.owes_sync) {
            self.disarm(TimerName::Sync);
        }
    }
}
