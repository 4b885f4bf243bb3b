//! Produce and Fetch: the data partitions.

use std::sync::Arc;

use plimsoll_coordinator::{Acknowledge, CallId, ErrorCode, Timestamp};
use plimsoll_disk::Disk;
use plimsoll_log::{AppendError, BatchError, NewBatch, ReadError};

use crate::api::{Effect, Fetch, FetchResponse, Produce, ProduceResponse, Response};
use crate::broker::Broker;
use crate::error::StopReason;

impl Effect {
    fn produced(call: CallId, error: ErrorCode, base_offset: i64) -> Effect {
        let response = Response::Produce(ProduceResponse { error, base_offset });
        Effect::Answer { call, response }
    }

    /// The answer to a produce whose batch is perhaps there, perhaps not.
    pub(crate) fn storage_error(call: CallId) -> Effect {
        Effect::produced(call, ErrorCode::KafkaStorageError, -1)
    }
}

impl<D: Disk> Broker<D> {
    pub(crate) fn produce(
        &mut self,
        now: Timestamp,
        call: CallId,
        request: Produce,
    ) -> Vec<Effect> {
        let Some(data) = self.data.get_mut(&(request.topic, request.partition)) else {
            return vec![Effect::produced(
                call,
                ErrorCode::UnknownTopicOrPartition,
                -1,
            )];
        };
        if self.stopped {
            return vec![Effect::storage_error(call)];
        }
        let data = Arc::make_mut(data);
        let batch = NewBatch {
            timestamp_ms: request.timestamp_ms,
            records: request.records,
            ..NewBatch::default()
        };
        let (epoch, disk) = (data.partition.leader_epoch(), &mut self.disk);
        let log = data.partition.log_mut();
        let built = batch.build().map_err(AppendError::Refused);
        match built.and_then(|batch| log.append(disk, &batch, epoch, now.0)) {
            Ok(appended) => {
                let done = Effect::produced(call, ErrorCode::None, appended.base_offset);
                match (self.decisions.produce, done) {
                    (Acknowledge::OnceDurable, Effect::Answer { call, response }) => {
                        data.waiting.push((appended.end_offset, call, response));
                        Vec::new()
                    }
                    (_, done) => vec![done],
                }
            }
            Err(AppendError::Refused(reason)) => vec![Effect::produced(call, refusal(&reason), -1)],
            Err(AppendError::Undone(_)) => vec![Effect::storage_error(call)],
            // A write that could not be undone. The others cannot happen: no batch has a producer id, the epoch is above
            // the log's last, and the broker stops when a log does. If one did, going on would be wrong.
            Err(error) => {
                let log = data.partition.log().directory().to_owned();
                let mut effects = vec![Effect::storage_error(call)];
                effects.extend(self.fail_stop(now, StopReason::Append { log, error }));
                effects
            }
        }
    }

    /// Whole batches below the high watermark (L5): what is not durable is not shown, so that no consumer commits an
    /// offset which a power cut takes back (D6).
    pub(crate) fn fetch(&self, request: &Fetch) -> FetchResponse {
        let mut response = FetchResponse {
            error: ErrorCode::None,
            high_watermark: -1,
            log_start_offset: -1,
            batches: Vec::new(),
        };
        let Some(data) = self.data.get(&(request.topic.clone(), request.partition)) else {
            response.error = ErrorCode::UnknownTopicOrPartition;
            return response;
        };
        if self.stopped {
            response.error = ErrorCode::KafkaStorageError;
            return response;
        }
        let log = data.partition.log();
        response.high_watermark = data.partition.high_watermark();
        response.log_start_offset = log.log_start_offset();
        match log.read(
            &self.disk,
            request.offset,
            response.high_watermark,
            request.max_bytes,
        ) {
            Ok(batches) => response.batches = batches,
            Err(ReadError::OutOfRange { .. }) => response.error = ErrorCode::OffsetOutOfRange,
            Err(ReadError::Disk(_) | ReadError::ShortRead { .. } | ReadError::Stopped { .. }) => {
                response.error = ErrorCode::KafkaStorageError;
            }
            Err(ReadError::Damaged { .. }) => response.error = ErrorCode::CorruptMessage,
        }
        response
    }
}

fn refusal(reason: &BatchError) -> ErrorCode {
    match reason {
        BatchError::TooLarge { .. } => ErrorCode::MessageTooLarge,
        _ => ErrorCode::InvalidRecord,
    }
}
