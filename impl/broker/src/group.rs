//! Requests to coordinators, and their timers: work out the step, append its records, accept or reject it.

use std::sync::Arc;

use plimsoll_coordinator::{CallId, ErrorCode, GroupRequest, Step, TimerId, Timestamp};
use plimsoll_disk::Disk;
use plimsoll_log::{AppendError, NewBatch, NewRecord};
use plimsoll_offsets::{CodecError, OffsetsRecord, encode};

use crate::api::{Effect, Response};
use crate::broker::Broker;
use crate::error::StopReason;

impl<D: Disk> Broker<D> {
    pub(crate) fn group_request(
        &mut self,
        now: Timestamp,
        call: CallId,
        request: &GroupRequest,
    ) -> Vec<Effect> {
        let refused = |error| {
            let response = Response::Group(request.refusal(error));
            vec![Effect::Answer { call, response }]
        };
        let partitions = i32::try_from(self.shards.len()).unwrap_or(i32::MAX);
        let parts = request.scatter(partitions);
        match request {
            // Nobody coordinates transactions here, so none is open.
            GroupRequest::TxnCommit(_) | GroupRequest::EndTxn(_) => {
                refused(ErrorCode::InvalidTxnState)
            }
            // These write nothing: their parts are answered at once.
            GroupRequest::Describe(_) | GroupRequest::List(_) => {
                self.gathered(now, call, request, &parts)
            }
            _ => match &parts[..] {
                [(index, part)] => match usize::try_from(*index) {
                    Ok(index) => {
                        let step = self.shards[index].coordinator.request(now, call, part);
                        self.make(now, index, step)
                    }
                    Err(_) => refused(ErrorCode::NotCoordinator),
                },
                // Nothing is asked, so nothing is deleted; or several coordinators would have to delete at once, which
                // is for whoever asks to do one by one.
                [] => refused(ErrorCode::NotCoordinator),
                _ => refused(ErrorCode::CoordinatorNotAvailable),
            },
        }
    }

    /// One answer out of those of several coordinators.
    fn gathered(
        &self,
        now: Timestamp,
        call: CallId,
        request: &GroupRequest,
        parts: &[(i32, GroupRequest)],
    ) -> Vec<Effect> {
        let mut answers = Vec::with_capacity(parts.len());
        for (index, part) in parts {
            let shard = usize::try_from(*index).ok();
            let shard = shard.and_then(|index| self.shards.get(index));
            if let Some(shard) = shard {
                let step = shard.coordinator.request(now, call, part);
                answers.extend(step.into_answer());
            }
        }
        let gathered = request.gather(answers);
        let response = gathered.unwrap_or_else(|| request.refusal(ErrorCode::NotCoordinator));
        let response = Response::Group(response);
        vec![Effect::Answer { call, response }]
    }

    /// A timer has run out. One that was cancelled or armed anew in the meantime does nothing.
    pub fn fire(&mut self, now: Timestamp, timer: &TimerId) -> Vec<Effect> {
        match self.shard_of(&timer.group) {
            Some(index) => {
                let step = self.shards[index].coordinator.fire(now, timer);
                self.make(now, index, step)
            }
            None => Vec::new(),
        }
    }

    pub(crate) fn shard_of(&self, group: &str) -> Option<usize> {
        let partitions = i32::try_from(self.shards.len()).ok()?;
        let routing = self.decisions.replay.routing;
        usize::try_from(routing.partition_for(group, partitions)?).ok()
    }

    fn make(&mut self, now: Timestamp, index: usize, step: Step) -> Vec<Effect> {
        let shard = Arc::make_mut(&mut self.shards[index]);
        let end = shard.partition.log.log_end_offset();
        if step.records().is_empty() {
            return Effect::all(shard.coordinator.accept(now, step, end)).collect();
        }
        let Ok(batch) = batch(now, step.records()) else {
            // Only a name too long for the format gets here.
            let error = ErrorCode::UnknownServerError;
            return Effect::all(shard.coordinator.reject(now, step, error)).collect();
        };
        shard.coordinator.before_append(&step);
        let leader_epoch = shard.partition.leader_epoch;
        let (log, disk) = (&mut shard.partition.log, &mut self.disk);
        let built = batch.build().map_err(AppendError::Refused);
        match built.and_then(|batch| log.append(disk, &batch, leader_epoch, now.0)) {
            Ok(appended) => {
                Effect::all(shard.coordinator.accept(now, step, appended.base_offset)).collect()
            }
            Err(AppendError::Refused(_)) => Effect::all(shard.coordinator.reject(
                now,
                step,
                ErrorCode::MessageTooLarge,
            ))
            .collect(),
            Err(AppendError::Undone(_)) => Effect::all(shard.coordinator.reject(
                now,
                step,
                ErrorCode::KafkaStorageError,
            ))
            .collect(),
            // See `produce`.
            Err(error) => {
                let rejected = shard
                    .coordinator
                    .reject(now, step, ErrorCode::KafkaStorageError);
                let log = shard.partition.log.directory().to_owned();
                let mut effects: Vec<Effect> = Effect::all(rejected).collect();
                effects.extend(self.fail_stop(now, StopReason::Append { log, error }));
                effects
            }
        }
    }
}

/// The records of a step as one batch: all of them or none are in the log (O8).
fn batch(now: Timestamp, records: &[OffsetsRecord]) -> Result<NewBatch, CodecError> {
    let new_record = |record| {
        let (key, value) = encode(record)?;
        Ok(NewRecord {
            key: Some(key),
            value,
            ..NewRecord::default()
        })
    };
    Ok(NewBatch {
        timestamp_ms: now.0,
        records: records.iter().map(new_record).collect::<Result<_, _>>()?,
        ..NewBatch::default()
    })
}
