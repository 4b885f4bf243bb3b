//! LeaveGroup: semantics §3.4.

use plimsoll_offsets::Text;

use crate::api::{CallId, GroupResponse, LeaveGroup, LeaveGroupResponse};
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::timer::TimerName;
use crate::turn::Turn;

impl LeaveGroup {
    /// The answer if the group does not exist: there is nothing wrong with the request, but nobody to remove.
    pub(crate) fn nobody_here(&self) -> GroupResponse {
        let unknown = |id: &Text| (id.clone(), ErrorCode::UnknownMemberId);
        GroupResponse::Leave(LeaveGroupResponse {
            error: ErrorCode::None,
            members: self.members.iter().map(unknown).collect(),
        })
    }
}

impl Turn<'_> {
    pub(crate) fn leave(&mut self, call: CallId, request: &LeaveGroup) {
        if self.group.state == GroupState::Dead {
            let response = LeaveGroupResponse {
                error: ErrorCode::CoordinatorNotAvailable,
                members: Vec::new(),
            };
            self.answer(call, GroupResponse::Leave(response));
            return;
        }
        let members: Vec<_> = request
            .members
            .iter()
            .map(|id| (id.clone(), self.leave_one(id)))
            .collect();
        if members.iter().any(|(_, error)| *error == ErrorCode::None) {
            self.go_on_without_the_gone();
        }
        let error = ErrorCode::None;
        // If that emptied the group, a crash must not bring the member back after it was told that it is out (G9).
        self.answer_once_durable(
            call,
            GroupResponse::Leave(LeaveGroupResponse { error, members }),
        );
    }

    fn leave_one(&mut self, id: &Text) -> ErrorCode {
        if self.group.pending.remove(id) {
            self.disarm(TimerName::Pending(id.clone()));
            ErrorCode::None
        } else if self.group.members.contains_key(id) {
            self.remove_member(id);
            ErrorCode::None
        } else {
            ErrorCode::UnknownMemberId
        }
    }
}
