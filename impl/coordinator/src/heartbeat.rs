//! Heartbeat: Kafka `classicGroupHeartbeat`.

use crate::api::{CallId, GroupResponse, Heartbeat, HeartbeatResponse};
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::group_step::GroupStep;

impl GroupStep<'_> {
    pub(crate) fn heartbeat(&mut self, call: CallId, request: &Heartbeat) {
        let error = self.heartbeat_error(request);
        if matches!(error, ErrorCode::None | ErrorCode::RebalanceInProgress) {
            self.renew_session(&request.member);
        }
        self.answer(call, GroupResponse::Heartbeat(HeartbeatResponse { error }));
    }

    fn heartbeat_error(&self, request: &Heartbeat) -> ErrorCode {
        if self.group.state == GroupState::Dead {
            ErrorCode::CoordinatorNotAvailable
        } else if let Some(error) = self
            .group
            .validate_member(&request.member, request.instance.as_ref())
        {
            error
        } else if request.generation != self.group.generation {
            ErrorCode::IllegalGeneration
        } else if self.group.state == GroupState::PreparingRebalance {
            ErrorCode::RebalanceInProgress
        } else {
            // In the sync phase too: a member may begin to heartbeat as soon as it has joined.
            ErrorCode::None
        }
    }
}
