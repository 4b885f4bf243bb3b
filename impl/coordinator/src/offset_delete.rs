//! OffsetDelete: Kafka `GroupCoordinatorService`. Offsets that nobody is using may be forgotten.

use plimsoll_offsets::{OffsetsRecord, Text};

use crate::api::{CallId, CommittedPartition, GroupResponse, OffsetDelete, OffsetDeleteResponse};
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::group_step::GroupStep;

/// The tombstone of an offset.
pub(crate) fn tombstone(group: &Text, topic: &Text, partition: i32) -> OffsetsRecord {
    OffsetsRecord::Offset {
        group: group.clone(),
        topic: topic.clone(),
        partition,
        value: None,
    }
}

impl GroupStep<'_> {
    pub(crate) fn delete_offsets(&mut self, call: CallId, request: &OffsetDelete) {
        let error = match self.group.state {
            GroupState::Dead => ErrorCode::GroupIdNotFound,
            GroupState::Empty => ErrorCode::None,
            // Only of consumers is it known what they read.
            _ if self.group.is_of_consumers() => ErrorCode::None,
            _ => ErrorCode::NonEmptyGroup,
        };
        if error != ErrorCode::None {
            let partitions = Vec::new();
            let response = OffsetDeleteResponse { error, partitions };
            self.answer(call, GroupResponse::OffsetDelete(response));
            return;
        }
        let mut partitions = Vec::with_capacity(request.partitions.len());
        for (topic, partition) in &request.partitions {
            partitions.push(CommittedPartition {
                topic: topic.clone(),
                partition: *partition,
                error: self.delete_offset(topic, *partition),
            });
        }
        let response = OffsetDeleteResponse { error, partitions };
        self.answer_once_durable(call, GroupResponse::OffsetDelete(response));
    }

    fn delete_offset(&mut self, topic: &Text, partition: i32) -> ErrorCode {
        if !self.topics.exists(topic, partition) {
            return ErrorCode::UnknownTopicOrPartition;
        }
        if self.group.is_subscribed_to(topic) {
            return ErrorCode::GroupSubscribedToTopic;
        }
        let id = &self.group.id;
        let timeline = self.cache.offset(id, topic, partition);
        let stored = timeline.is_some_and(|timeline| timeline.latest().is_some());
        if stored || self.cache.has_pending_offset(id, topic, partition) {
            self.records.push(tombstone(id, topic, partition));
        }
        ErrorCode::None
    }
}
