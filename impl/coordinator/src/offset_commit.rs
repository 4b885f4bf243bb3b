//! OffsetCommit: semantics §3.5. Who may commit, and what is written.

use plimsoll_offsets::{CommittedOffset, OffsetsRecord};

use crate::api::{
    CallId, CommittedPartition, GroupResponse, OffsetCommit, OffsetCommitResponse, OffsetToCommit,
};
use crate::decisions::Fence;
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::topics::Topics;
use crate::turn::Turn;

/// The first version that says "no such group" instead of "wrong generation".
const GROUP_NOT_FOUND: i16 = 9;

impl OffsetCommit {
    /// The answer that was found before the coordinator is asked, if there is nothing to ask it: no partition exists.
    pub(crate) fn about_nothing(&self, topics: &Topics) -> Option<GroupResponse> {
        let any = self
            .offsets
            .iter()
            .any(|o| topics.exists(&o.topic, o.partition));
        (!any).then(|| GroupResponse::Commit(self.all(ErrorCode::UnknownTopicOrPartition)))
    }

    /// The answer to a commit that is refused as a whole: partitions that do not exist are told so all the same.
    pub(crate) fn refused(&self, error: ErrorCode, topics: &Topics) -> GroupResponse {
        let mut response = self.all(error);
        for partition in &mut response.partitions {
            if !topics.exists(&partition.topic, partition.partition) {
                partition.error = ErrorCode::UnknownTopicOrPartition;
            }
        }
        GroupResponse::Commit(response)
    }

    /// Whether a group that does not exist may come into being by this commit, as one that only stores offsets.
    pub(crate) fn refused_without_group(&self) -> Option<ErrorCode> {
        if self.generation < 0 {
            None
        } else if self.version >= GROUP_NOT_FOUND {
            Some(ErrorCode::GroupIdNotFound)
        } else {
            Some(ErrorCode::IllegalGeneration)
        }
    }
}

impl Turn<'_> {
    pub(crate) fn commit(&mut self, call: CallId, request: &OffsetCommit) {
        if let Some(error) = self.commit_refused(request) {
            let response = request.refused(error, self.topics);
            self.answer(call, response);
            return;
        }
        if request.generation >= 0 {
            self.renew_session(&request.member);
        }
        let mut partitions = Vec::with_capacity(request.offsets.len());
        for offset in &request.offsets {
            partitions.push(CommittedPartition {
                topic: offset.topic.clone(),
                partition: offset.partition,
                error: self.commit_one(offset),
            });
        }
        self.answer_once_durable(
            call,
            GroupResponse::Commit(OffsetCommitResponse { partitions }),
        );
    }

    /// Writes one offset, or says why not; the others of the request are not affected (O5).
    fn commit_one(&mut self, offset: &OffsetToCommit) -> ErrorCode {
        if !self.topics.exists(&offset.topic, offset.partition) {
            return ErrorCode::UnknownTopicOrPartition;
        }
        if offset.metadata.encode_utf16().count() > self.config.offset_metadata_max {
            return ErrorCode::OffsetMetadataTooLarge;
        }
        // Whether the offset exists, is ahead of the last one, or belongs to this member is not asked (G12, O2).
        self.records.push(OffsetsRecord::Offset {
            group: self.group.id.clone(),
            topic: offset.topic.clone(),
            partition: offset.partition,
            value: Some(CommittedOffset {
                offset: offset.offset,
                leader_epoch: offset.leader_epoch,
                metadata: offset.metadata.clone(),
                commit_timestamp_ms: self.now.0,
                expire_timestamp_ms: -1,
                topic_id: None,
            }),
        });
        ErrorCode::None
    }

    fn commit_refused(&self, request: &OffsetCommit) -> Option<ErrorCode> {
        match self.group.state {
            GroupState::Dead => return Some(ErrorCode::CoordinatorNotAvailable),
            // A client outside the group protocol may commit while nobody is in the group.
            GroupState::Empty if request.generation < 0 => return None,
            _ => {}
        }
        let fenced = match self.decisions.fence {
            Fence::CurrentMember => self.fenced(request),
            Fence::Nobody => None,
        };
        // The generation has begun but nobody can have its assignment yet. Before, while members rejoin, commits of the
        // generation that ends are what they revoke partitions with (G10).
        let syncing = self.group.state == GroupState::CompletingRebalance;
        fenced.or(syncing.then_some(ErrorCode::RebalanceInProgress))
    }

    fn fenced(&self, request: &OffsetCommit) -> Option<ErrorCode> {
        if !self.group.members.contains_key(&request.member) {
            Some(ErrorCode::UnknownMemberId)
        } else if request.generation != self.group.generation {
            Some(ErrorCode::IllegalGeneration)
        } else {
            None
        }
    }
}
