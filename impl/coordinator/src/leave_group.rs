//! LeaveGroup: Kafka `classicGroupLeave`.

use plimsoll_offsets::Text;

use crate::api::{
    CallId, GroupResponse, LeaveGroup, LeaveGroupResponse, LeavingMember, LeftMember,
};
use crate::error_code::ErrorCode;
use crate::event::RebalanceCause;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::timer::TimerName;

/// The first version in which several members leave at once, each with its own answer.
const SEVERAL_MEMBERS: i16 = 3;

impl LeaveGroup {
    /// The answer if the group does not exist: there is nothing wrong with the request, but nobody to remove.
    pub(crate) fn nobody_here(&self) -> GroupResponse {
        self.answered(|_| ErrorCode::UnknownMemberId)
    }

    /// A version that has room for one member, and names another number: its one error could not tell who has left.
    pub(crate) fn is_impossible(&self) -> bool {
        self.version < SEVERAL_MEMBERS && self.members.len() != 1
    }

    fn answered(&self, mut fate: impl FnMut(&LeavingMember) -> ErrorCode) -> GroupResponse {
        let left = |leaving: &LeavingMember| LeftMember {
            member: leaving.member.clone(),
            instance: leaving.instance.clone(),
            error: fate(leaving),
        };
        let mut response = LeaveGroupResponse {
            error: ErrorCode::None,
            members: self.members.iter().map(left).collect(),
        };
        if self.version < SEVERAL_MEMBERS {
            let failed = |left: &LeftMember| Some(left.error).filter(|e| *e != ErrorCode::None);
            response.error = response
                .members
                .iter()
                .find_map(failed)
                .unwrap_or(ErrorCode::None);
            response.members.clear();
        }
        GroupResponse::Leave(response)
    }
}

impl GroupStep<'_> {
    pub(crate) fn leave(&mut self, call: CallId, request: &LeaveGroup) {
        if self.group.state == GroupState::Dead {
            let response = LeaveGroupResponse::error(ErrorCode::CoordinatorNotAvailable);
            self.answer(call, GroupResponse::Leave(response));
            return;
        }
        let mut somebody_left = false;
        let response = request.answered(|leaving| {
            let error = self.leave_one(leaving);
            somebody_left |= error == ErrorCode::None;
            error
        });
        if somebody_left {
            self.rebalance_after_removal(RebalanceCause::MemberLeft);
        }
        // If that emptied the group, a crash must not bring the member back after it was told that it is out (G9).
        self.answer_once_durable(call, response);
    }

    fn leave_one(&mut self, leaving: &LeavingMember) -> ErrorCode {
        let id = &leaving.member;
        if id.is_empty() {
            // An administrator removes a static member by the name that he knows.
            let current = |instance: &Text| self.group.statics.get(instance).cloned();
            return match leaving.instance.as_ref().and_then(current) {
                Some(member) => {
                    self.remove_member(&member);
                    ErrorCode::None
                }
                None => ErrorCode::UnknownMemberId,
            };
        }
        if self.group_mut().pending.remove(id) {
            self.disarm(TimerName::Pending(id.clone()));
            return ErrorCode::None;
        }
        match self.group.validate_member(id, leaving.instance.as_ref()) {
            Some(error) => error,
            None => {
                self.remove_member(id);
                ErrorCode::None
            }
        }
    }
}
