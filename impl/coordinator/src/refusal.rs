//! What is refused before the rules of an API are asked, in Kafka by `KafkaApis`, `GroupCoordinatorService` and
//! `CoordinatorRuntime`; and groups that do not exist.

use crate::api::{EndTransaction, GroupRequest, GroupResponse, HeartbeatResponse, TxnOffsetCommit};
use crate::coordinator::{Coordinator, Status};
use crate::error_code::ErrorCode;

impl Coordinator {
    /// In the order of the layers: the request by itself, then the coordinator's status.
    pub(crate) fn refused(&self, request: &GroupRequest) -> Option<GroupResponse> {
        let all_partitions_unknown = match request {
            GroupRequest::Commit(r) => r.all_partitions_unknown(&self.topics),
            GroupRequest::TxnCommit(r) => r.all_partitions_unknown(&self.topics),
            _ => None,
        };
        if all_partitions_unknown.is_some() {
            return all_partitions_unknown;
        }
        if let Some(error) = self.refused_by_itself(request) {
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
            // A partition that is led elsewhere has no groups to list, which is no error.
            (Status::Failed | Status::Stopped, GroupRequest::List(_)) => {
                Some(self.refusal(request, ErrorCode::None))
            }
            (Status::Failed | Status::Stopped, _) => {
                Some(self.refusal(request, ErrorCode::NotCoordinator))
            }
        }
    }

    fn refused_by_itself(&self, request: &GroupRequest) -> Option<ErrorCode> {
        let bounds = self.config.session_timeout_min_ms..=self.config.session_timeout_max_ms;
        // Old clients commit and fetch under the empty name.
        let needs_name = !matches!(request, GroupRequest::Commit(_) | GroupRequest::Fetch(_));
        // The log's format has 16 bits for the length of a group's name.
        let unusable = |id: &str| (needs_name && id.is_empty()) || id.len() > i16::MAX as usize;
        match request {
            GroupRequest::Sync(r) if r.lacks_protocol() => {
                Some(ErrorCode::InconsistentGroupProtocol)
            }
            _ if request.group().is_some_and(|id| unusable(id)) => Some(ErrorCode::InvalidGroupId),
            GroupRequest::Join(r) if !bounds.contains(&r.session_timeout_ms) => {
                Some(ErrorCode::InvalidSessionTimeout)
            }
            GroupRequest::Leave(r) if r.is_impossible() => Some(ErrorCode::InvalidRequest),
            // Its batch would look like one outside any transaction, and count at once.
            GroupRequest::TxnCommit(TxnOffsetCommit { producer, .. })
            | GroupRequest::EndTxn(EndTransaction { producer, .. })
                if producer.id < 0 || producer.epoch < 0 =>
            {
                Some(ErrorCode::InvalidTxnState)
            }
            _ => None,
        }
    }

    /// The answer that refuses the whole request.
    pub fn refusal(&self, request: &GroupRequest, error: ErrorCode) -> GroupResponse {
        match request {
            GroupRequest::Commit(r) => r.refused(error, &self.topics),
            GroupRequest::TxnCommit(r) => r.refused(error, &self.topics),
            // Before version 3 its one member's error is the whole answer.
            _ => request.refusal(error),
        }
    }

    /// The answer to a request about a group that does not exist, unless the request may create it.
    pub(crate) fn refused_without_group(&self, request: &GroupRequest) -> Option<GroupResponse> {
        let error = match request {
            GroupRequest::Join(r) if r.member.is_empty() => return None,
            GroupRequest::Commit(r) => r.refused_without_group()?,
            GroupRequest::TxnCommit(r) => r.refused_without_group()?,
            GroupRequest::Leave(r) => return Some(r.nobody_here()),
            GroupRequest::OffsetDelete(_) => ErrorCode::GroupIdNotFound,
            _ => ErrorCode::UnknownMemberId,
        };
        Some(self.refusal(request, error))
    }
}
