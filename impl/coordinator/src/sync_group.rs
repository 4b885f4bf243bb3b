//! SyncGroup: Kafka `classicGroupSync`. The leader's call writes the generation; everybody's answer waits until that record is
//! below the high watermark (G3).

use std::collections::BTreeMap;

use plimsoll_offsets::{Bytes, Text};

use crate::api::{CallId, GroupResponse, SyncGroup, SyncGroupResponse};
use crate::error_code::ErrorCode;
use crate::event::RebalanceCause;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::step::Deferred;
use crate::timer::TimerName;

/// The first version in which the protocol's type and name are required.
const PROTOCOL_REQUIRED: i16 = 5;

impl SyncGroup {
    /// The check that comes before the coordinator is even looked for.
    pub(crate) fn lacks_protocol(&self) -> bool {
        self.version >= PROTOCOL_REQUIRED
            && (self.protocol_type.is_none() || self.protocol_name.is_none())
    }
}

impl GroupStep<'_> {
    pub(crate) fn sync(&mut self, call: CallId, request: &SyncGroup) {
        if let Some(error) = self.sync_refused(request) {
            self.answer(call, GroupResponse::Sync(SyncGroupResponse::error(error)));
            return;
        }
        if let Some(member) = self.group_mut().members.get_mut(&request.member) {
            member.owes_sync = false;
        }
        self.end_sync_phase_if_all_synced();
        match self.group.state {
            GroupState::CompletingRebalance => self.park_sync(call, request),
            GroupState::Stable => {
                // A session is renewed by heartbeats and commits, and by what answers a parked call.
                let response = self.assigned(&request.member);
                self.answer(call, response);
            }
            // Empty and Dead have been refused above.
            GroupState::PreparingRebalance | GroupState::Empty | GroupState::Dead => {
                let error = ErrorCode::RebalanceInProgress;
                self.answer(call, GroupResponse::Sync(SyncGroupResponse::error(error)));
            }
        }
    }

    fn sync_refused(&self, request: &SyncGroup) -> Option<ErrorCode> {
        // A group that is empty has no protocol to differ from.
        let differs = |given: &Option<Text>, ours: &Option<Text>| {
            given.is_some() && ours.is_some() && given != ours
        };
        if self.group.state == GroupState::Dead {
            Some(ErrorCode::CoordinatorNotAvailable)
        } else if let Some(error) = self
            .group
            .validate_member(&request.member, request.instance.as_ref())
        {
            Some(error)
        } else if request.generation != self.group.generation {
            Some(ErrorCode::IllegalGeneration)
        } else if differs(&request.protocol_type, &self.group.protocol_type)
            || differs(&request.protocol_name, &self.group.protocol)
        {
            Some(ErrorCode::InconsistentGroupProtocol)
        } else {
            None
        }
    }

    fn park_sync(&mut self, call: CallId, request: &SyncGroup) {
        let id = &request.member;
        let Some(member) = self.group_mut().members.get_mut(id) else {
            return;
        };
        if let Some(old) = member.parked_sync.replace(call) {
            // Its client gave it up; told to join again, it cannot do harm.
            let error = ErrorCode::RebalanceInProgress;
            self.answer(old, GroupResponse::Sync(SyncGroupResponse::error(error)));
        }
        self.disarm(TimerName::Session(id.clone()));
        // One assignment per generation: a leader that asks twice gets what it wrote first.
        if self.group.is_leader(id) && !self.group.assignment_appended {
            self.append_generation(request);
        }
    }

    fn append_generation(&mut self, request: &SyncGroup) {
        // Members that the leader forgot get nothing; names that are not members are ignored. Of two assignments to one
        // member the last counts, as in Kafka.
        let given = request.assignments.iter().map(|(to, bytes)| (to, bytes));
        let given: BTreeMap<&Text, &Bytes> = given.collect();
        let assignment_of = |id: &Text| {
            given
                .get(id)
                .map_or_else(|| Bytes::from([]), |bytes| Bytes::clone(bytes))
        };
        let record = self.group.record(assignment_of);
        self.records.push(record);
        self.deferred = Some(Deferred::Assignments {
            group: self.group.id.clone(),
            generation: self.group.generation,
            assignments: self
                .group
                .members
                .keys()
                .map(|id| (id.clone(), assignment_of(id)))
                .collect(),
        });
        self.group_mut().assignment_appended = true;
    }

    /// The generation's record is durable: hand the assignments out, unless another rebalance came first.
    pub(crate) fn hand_out(&mut self, generation: i32, assignments: &[(Text, Bytes)]) {
        if self.group.state != GroupState::CompletingRebalance
            || self.group.generation != generation
        {
            return;
        }
        self.transition(GroupState::Stable);
        for (id, assignment) in assignments {
            let Some(member) = self.group_mut().members.get_mut(id) else {
                continue;
            };
            member.assignment = assignment.clone();
            if let Some(call) = member.parked_sync.take() {
                let response = self.assigned(id);
                self.answer(call, response);
                self.renew_session(id);
            }
        }
    }

    /// The generation's record could not be appended: everybody who waits is told, and the group tries again.
    pub(crate) fn sync_failed(&mut self, error: ErrorCode) {
        if self.group.state == GroupState::CompletingRebalance {
            self.drop_assignments(error);
            self.prepare_rebalance(RebalanceCause::AppendFailed);
        }
    }

    fn assigned(&self, id: &Text) -> GroupResponse {
        GroupResponse::Sync(SyncGroupResponse {
            error: ErrorCode::None,
            protocol_type: self.group.protocol_type.clone(),
            protocol_name: self.group.protocol.clone(),
            assignment: self.group.assignment(id),
        })
    }
}
