//! JoinGroup: Kafka `classicGroupJoin`, in the order of its checks. What a static member may do more is in `static_member`.

use plimsoll_offsets::{Bytes, Text};

use crate::api::{CallId, GroupResponse, JoinGroup, JoinGroupResponse};
use crate::error_code::ErrorCode;
use crate::event::RebalanceCause;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::member::Member;
use crate::timer::TimerName;

/// The first version in which a new member is told its id before it may join (KIP-394).
const MEMBER_ID_FIRST: i16 = 4;
/// The first version with a rebalance time-out of its own.
const REBALANCE_TIMEOUT: i16 = 1;

impl JoinGroup {
    /// How long a rebalance may wait for the member.
    pub(crate) fn patience_ms(&self) -> i32 {
        if self.version >= REBALANCE_TIMEOUT {
            self.rebalance_timeout_ms
        } else {
            self.session_timeout_ms
        }
    }
}

impl GroupStep<'_> {
    /// A join of a group that did not exist: it is created, and written, even if the join itself then fails.
    pub(crate) fn join_creating(&mut self, call: CallId, request: &JoinGroup) {
        let record = self.group.record(|_| Bytes::from([]));
        self.records.push(record);
        self.join(call, request);
    }

    pub(crate) fn join(&mut self, call: CallId, request: &JoinGroup) {
        if !self.has_room_for(&request.member) {
            self.turn_away(&request.member);
            self.refuse_join(call, Text::from(""), ErrorCode::GroupMaxSizeReached);
        } else if let Some(error) = self.join_refused(request) {
            self.refuse_join(call, request.member.clone(), error);
        } else if request.member.is_empty() {
            self.join_new(call, request);
        } else if self.group.pending.contains(&request.member) {
            self.join_pending(call, request);
        } else {
            self.join_known(call, request);
        }
    }

    /// Whether the group may have another member. Who is in it is not turned away from a group that is full; but in the
    /// join phase those count who have joined, so that a group that has become too large loses the last to come.
    fn has_room_for(&self, member: &Text) -> bool {
        let most = self.config.max_group_size;
        let known = self.group.members.get(member);
        match self.group.state {
            GroupState::Empty | GroupState::Dead => true,
            GroupState::PreparingRebalance => {
                known.is_some_and(|m| m.parked_join.is_some()) || self.group.joined_count() < most
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                known.is_some() || self.group.members.len() < most
            }
        }
    }

    /// Whoever is turned away has no id any more.
    fn turn_away(&mut self, member: &Text) {
        if self.group_mut().pending.remove(member) {
            self.disarm(TimerName::Pending(member.clone()));
        }
        self.remove_member(member);
    }

    fn join_refused(&self, request: &JoinGroup) -> Option<ErrorCode> {
        if self.group.state == GroupState::Dead {
            Some(ErrorCode::CoordinatorNotAvailable)
        } else if !self.group.accepts_protocols(request) {
            Some(ErrorCode::InconsistentGroupProtocol)
        } else if request.member.is_empty() {
            None
        } else if self.group.pending.contains(&request.member) {
            // Ids are issued to dynamic members only.
            let confused = request.instance.is_some();
            confused.then_some(ErrorCode::UnknownServerError)
        } else {
            self.group
                .validate_member(&request.member, request.instance.as_ref())
        }
    }

    pub(crate) fn refuse_join(&mut self, call: CallId, member: Text, error: ErrorCode) {
        self.answer(
            call,
            GroupResponse::Join(JoinGroupResponse::error(member, error)),
        );
    }

    fn join_new(&mut self, call: CallId, request: &JoinGroup) {
        let fresh = request.fresh_member_id.clone();
        let taken = self.group.members.contains_key(&fresh) || self.group.pending.contains(&fresh);
        if fresh.is_empty() || taken {
            // An id may never name two members (G7); the caller broke its promise.
            self.refuse_join(call, request.member.clone(), ErrorCode::UnknownServerError);
            return;
        }
        let current = |instance: &Text| self.group.statics.get(instance).cloned();
        match request.instance.as_ref().map(current) {
            Some(Some(old)) => self.replace_static(call, &old, request),
            Some(None) => self.add_member(call, fresh, request),
            None if request.version >= MEMBER_ID_FIRST => {
                self.group_mut().pending.insert(fresh.clone());
                let patience_ms = u64::try_from(request.session_timeout_ms).unwrap_or(0);
                self.arm(TimerName::Pending(fresh.clone()), patience_ms);
                self.refuse_join(call, fresh, ErrorCode::MemberIdRequired);
            }
            None => self.add_member(call, fresh, request),
        }
    }

    fn join_pending(&mut self, call: CallId, request: &JoinGroup) {
        self.group_mut().pending.remove(&request.member);
        self.disarm(TimerName::Pending(request.member.clone()));
        self.add_member(call, request.member.clone(), request);
    }

    fn add_member(&mut self, call: CallId, id: Text, request: &JoinGroup) {
        if self.group.members.is_empty() {
            self.group_mut().protocol_type = Some(request.protocol_type.clone());
        }
        if self.group.leader.is_none() {
            self.group_mut().leader = Some(id.clone());
        }
        if let Some((_, someone_came)) = &mut self.group_mut().initial_wait {
            *someone_came = true;
        }
        let member = Member {
            instance: request.instance.clone(),
            client_id: request.client_id.clone(),
            client_host: request.client_host.clone(),
            session_timeout_ms: request.session_timeout_ms,
            rebalance_timeout_ms: request.patience_ms(),
            protocols: request.protocols.clone(),
            assignment: Bytes::from([]),
            parked_join: Some(call),
            parked_sync: None,
            is_new: true,
            owes_sync: false,
        };
        self.group_mut().insert(id.clone(), member);
        self.arm(
            TimerName::Session(id),
            self.config.new_member_join_timeout_ms,
        );
        self.rebalance_or_complete_join(RebalanceCause::MemberJoined);
    }

    fn join_known(&mut self, call: CallId, request: &JoinGroup) {
        let id = &request.member;
        let same = self
            .group
            .members
            .get(id)
            .is_some_and(|m| m.protocols == request.protocols);
        let repeats = match self.group.state {
            // The answer to the first join may have been lost.
            GroupState::CompletingRebalance => same,
            // A leader that joins again wants a rebalance.
            GroupState::Stable => same && !self.group.is_leader(id),
            _ => false,
        };
        if repeats {
            let response = self.joined(id);
            self.answer(call, response);
        } else {
            self.park_join(call, id, request);
            self.rebalance_or_complete_join(RebalanceCause::MemberRejoined);
        }
    }

    /// The known member takes part in the join phase with what it says now.
    pub(crate) fn park_join(&mut self, call: CallId, id: &Text, request: &JoinGroup) {
        let Some(member) = self.group_mut().members.get_mut(id) else {
            return;
        };
        member.session_timeout_ms = request.session_timeout_ms;
        member.rebalance_timeout_ms = request.patience_ms();
        member.protocols = request.protocols.clone();
        let (superseded, is_new) = (member.parked_join.replace(call), member.is_new);
        if let Some(old) = superseded {
            // Its client gave it up; told to try again, it cannot do harm.
            self.refuse_join(old, id.clone(), ErrorCode::RebalanceInProgress);
        }
        if !is_new {
            self.disarm(TimerName::Session(id.clone()));
        }
    }

    /// The answer to a member of the current generation; only the leader gets the members (G6).
    pub(crate) fn joined(&self, id: &Text) -> GroupResponse {
        let members = if self.group.is_leader(id) {
            self.group.joined_members()
        } else {
            Vec::new()
        };
        GroupResponse::Join(JoinGroupResponse {
            error: ErrorCode::None,
            generation: self.group.generation,
            protocol_type: self.group.protocol_type.clone(),
            protocol_name: self.group.protocol.clone(),
            leader: self.group.leader.clone().unwrap_or_else(|| Text::from("")),
            skip_assignment: false,
            member: id.clone(),
            members,
        })
    }
}
