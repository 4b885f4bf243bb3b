//! OffsetCommit and TxnOffsetCommit: Kafka `validateOffsetCommit`. Who may commit, and what is written.

use plimsoll_offsets::{CommittedOffset, OffsetsRecord, Text};

use crate::api::{
    CallId, CommittedPartition, GroupResponse, OffsetCommit, OffsetCommitResponse, OffsetToCommit,
    TxnOffsetCommit, TxnOffsetCommitResponse,
};
use crate::decisions::Fence;
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::topics::Topics;

/// The first version that says "no such group" instead of "wrong generation".
const GROUP_NOT_FOUND: i16 = 9;

impl OffsetCommit {
    /// The answer that was found before the coordinator is asked, if there is nothing to ask it: no partition exists.
    pub(crate) fn all_partitions_unknown(&self, topics: &Topics) -> Option<GroupResponse> {
        all_partitions_unknown(&self.offsets, topics)
            .then(|| self.refused(ErrorCode::UnknownTopicOrPartition, topics))
    }

    /// The answer to a commit that is refused as a whole: partitions that do not exist are told so all the same.
    pub(crate) fn refused(&self, error: ErrorCode, topics: &Topics) -> GroupResponse {
        GroupResponse::Commit(OffsetCommitResponse {
            partitions: refused(&self.offsets, error, topics),
        })
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

impl TxnOffsetCommit {
    /// As for [`OffsetCommit`].
    pub(crate) fn all_partitions_unknown(&self, topics: &Topics) -> Option<GroupResponse> {
        all_partitions_unknown(&self.offsets, topics)
            .then(|| self.refused(ErrorCode::UnknownTopicOrPartition, topics))
    }

    /// As for [`OffsetCommit`].
    pub(crate) fn refused(&self, error: ErrorCode, topics: &Topics) -> GroupResponse {
        GroupResponse::TxnCommit(TxnOffsetCommitResponse {
            partitions: refused(&self.offsets, error, topics),
        })
    }

    /// As for [`OffsetCommit`], but no version of this API says "no such group".
    pub(crate) fn refused_without_group(&self) -> Option<ErrorCode> {
        (self.generation >= 0).then_some(ErrorCode::IllegalGeneration)
    }
}

fn all_partitions_unknown(offsets: &[OffsetToCommit], topics: &Topics) -> bool {
    !offsets.iter().any(|o| topics.exists(&o.topic, o.partition))
}

fn refused(
    offsets: &[OffsetToCommit],
    error: ErrorCode,
    topics: &Topics,
) -> Vec<CommittedPartition> {
    let fate = |o: &OffsetToCommit| CommittedPartition {
        topic: o.topic.clone(),
        partition: o.partition,
        error: if topics.exists(&o.topic, o.partition) {
            error
        } else {
            ErrorCode::UnknownTopicOrPartition
        },
    };
    offsets.iter().map(fate).collect()
}

/// Who commits, as the request tells.
struct Committer<'a> {
    member: &'a Text,
    instance: Option<&'a Text>,
    generation: i32,
}

impl Committer<'_> {
    /// It says nothing about itself: a client outside the group protocol, or an old transactional producer.
    fn is_nameless(&self) -> bool {
        self.generation < 0 && self.member.is_empty() && self.instance.is_none()
    }
}

impl GroupStep<'_> {
    pub(crate) fn commit(&mut self, call: CallId, request: &OffsetCommit) {
        let committer = Committer {
            member: &request.member,
            instance: request.instance.as_ref(),
            generation: request.generation,
        };
        if let Some(error) = self.commit_refused(&committer) {
            let response = request.refused(error, self.topics);
            self.answer(call, response);
            return;
        }
        if request.generation >= 0 {
            self.renew_session(&request.member);
        }
        let expires = match request.retention_ms {
            -1 => -1,
            retention_ms => self.now.0.saturating_add(retention_ms),
        };
        let partitions = self.write_offsets(&request.offsets, expires);
        self.answer_once_durable(
            call,
            GroupResponse::Commit(OffsetCommitResponse { partitions }),
        );
    }

    /// The same, to count once the transaction is committed. The state of the group is not asked: the transaction may
    /// end long after the generation.
    pub(crate) fn txn_commit(&mut self, call: CallId, request: &TxnOffsetCommit) {
        let committer = Committer {
            member: &request.member,
            instance: request.instance.as_ref(),
            generation: request.generation,
        };
        if let Some(error) = self.txn_commit_refused(&committer) {
            let response = request.refused(error, self.topics);
            self.answer(call, response);
            return;
        }
        let partitions = self.write_offsets(&request.offsets, -1);
        self.answer_once_durable(
            call,
            GroupResponse::TxnCommit(TxnOffsetCommitResponse { partitions }),
        );
    }

    fn write_offsets(
        &mut self,
        offsets: &[OffsetToCommit],
        expires_ms: i64,
    ) -> Vec<CommittedPartition> {
        let mut partitions = Vec::with_capacity(offsets.len());
        for offset in offsets {
            partitions.push(CommittedPartition {
                topic: offset.topic.clone(),
                partition: offset.partition,
                error: self.write_offset(offset, expires_ms),
            });
        }
        partitions
    }

    /// Writes one offset, or says why not; the others of the request are not affected (O5).
    fn write_offset(&mut self, offset: &OffsetToCommit, expire_timestamp_ms: i64) -> ErrorCode {
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
                expire_timestamp_ms,
                topic_id: None,
            }),
        });
        ErrorCode::None
    }

    fn commit_refused(&self, committer: &Committer<'_>) -> Option<ErrorCode> {
        match self.group.state {
            GroupState::Dead => return Some(ErrorCode::CoordinatorNotAvailable),
            // A client outside the group protocol may commit while nobody is in the group.
            GroupState::Empty if committer.generation < 0 => return None,
            _ => {}
        }
        // The generation has begun but nobody can have its assignment yet. Before, while members rejoin, commits of the
        // generation that ends are what they revoke partitions with (G10).
        let syncing = self.group.state == GroupState::CompletingRebalance;
        self.fenced(committer)
            .or(syncing.then_some(ErrorCode::RebalanceInProgress))
    }

    fn txn_commit_refused(&self, committer: &Committer<'_>) -> Option<ErrorCode> {
        match self.group.state {
            GroupState::Dead => Some(ErrorCode::CoordinatorNotAvailable),
            GroupState::Empty if committer.generation < 0 => None,
            _ if committer.is_nameless() => None,
            _ => self.fenced(committer),
        }
    }

    fn fenced(&self, committer: &Committer<'_>) -> Option<ErrorCode> {
        let current = self.group.generation;
        let (asked, accepted) = match self.decisions.fence {
            Fence::CurrentMember => (true, committer.generation == current),
            Fence::CurrentOrLaterMember => (true, committer.generation >= current),
            Fence::Nobody => (false, true),
        };
        if !asked {
            return None;
        }
        self.group
            .validate_member(committer.member, committer.instance)
            .or((!accepted).then_some(ErrorCode::IllegalGeneration))
    }
}
