//! Requests to coordinators, and their timers: work out the step, append its records, accept or reject it.

use std::sync::Arc;

use plimsoll_coordinator::{CallId, ErrorCode, GroupRequest, Step, TimerId, Timestamp};
use plimsoll_disk::Disk;
use plimsoll_log::{
    AppendError, BatchError, EndMarker, NewBatch, NewRecord, Outcome, Producer, ProducerError,
};
use plimsoll_offsets::{CodecError, Ended, encode};

use crate::api::{Effect, Response, WriteMarker};
use crate::broker::Broker;
use crate::error::StopReason;
use crate::partition::{Partition, Shard};

/// A coordinator does not know the sequences of the producer in whose name it writes (KIP-98).
const NO_SEQUENCE: i32 = -1;

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
        let parts = request.scatter_by(self.decisions.replay.routing, partitions);
        match request {
            // Which partitions it concerns only WriteMarker says.
            GroupRequest::EndTxn(_) => refused(ErrorCode::InvalidRequest),
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

    pub(crate) fn write_marker(
        &mut self,
        now: Timestamp,
        call: CallId,
        request: WriteMarker,
    ) -> Vec<Effect> {
        let shard = usize::try_from(request.partition).ok();
        let shard = shard.filter(|index| *index < self.shards.len());
        let request = GroupRequest::EndTxn(request.transaction);
        match shard {
            Some(index) => {
                let step = self.shards[index].coordinator.request(now, call, &request);
                self.make(now, index, step)
            }
            None => {
                let response = Response::Group(request.refusal(ErrorCode::UnknownTopicOrPartition));
                vec![Effect::Answer { call, response }]
            }
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

    /// Appends what the step writes, and makes it; or drops it, if nothing was written.
    pub(crate) fn make(&mut self, now: Timestamp, index: usize, step: Step) -> Vec<Effect> {
        let shard = Arc::make_mut(&mut self.shards[index]);
        let end = shard.partition.log.log_end_offset();
        if step.records().is_empty() && step.marker().is_none() {
            return Effect::all(shard.coordinator.accept(now, step, end)).collect();
        }
        shard.coordinator.before_append(&step);
        let error = match shard.append(&mut self.disk, now, &step) {
            Ok(base_offset) => {
                return Effect::all(shard.coordinator.accept(now, step, base_offset)).collect();
            }
            Err(error) => error,
        };
        let description = refusal(&error);
        let rejected = shard.coordinator.reject(now, step, description);
        let mut effects: Vec<Effect> = Effect::all(rejected).collect();
        if description == ErrorCode::KafkaStorageError && !matches!(error, AppendError::Undone(_)) {
            // See `produce`.
            let log = shard.partition.log.directory().to_owned();
            effects.extend(self.fail_stop(now, StopReason::Append { log, error }));
        }
        effects
    }
}

/// Why nothing was appended, for the coordinator.
fn refusal(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Refused(BatchError::Unwritable("too many bytes")) => {
            ErrorCode::MessageTooLarge
        }
        // Only a name too long for the format gets here.
        AppendError::Refused(_) => ErrorCode::UnknownServerError,
        AppendError::Producer(ProducerError::InvalidEpoch { .. }) => {
            ErrorCode::InvalidProducerEpoch
        }
        AppendError::Producer(ProducerError::CoordinatorFenced { .. }) => {
            ErrorCode::TransactionCoordinatorFenced
        }
        _ => ErrorCode::KafkaStorageError,
    }
}

impl Shard {
    /// The step's records as one batch, all of them or none (O8), or its marker; gives the offset of the first.
    fn append(
        &mut self,
        disk: &mut impl Disk,
        now: Timestamp,
        step: &Step,
    ) -> Result<i64, AppendError> {
        let Partition {
            log, leader_epoch, ..
        } = &mut self.partition;
        if let Some(end) = step.marker() {
            let marker = EndMarker {
                producer_id: end.producer.id,
                producer_epoch: end.producer.epoch,
                outcome: match end.ended {
                    Ended::Committed => Outcome::Commit,
                    Ended::Aborted => Outcome::Abort,
                },
                coordinator_epoch: end.coordinator_epoch,
                timestamp_ms: now.0,
            };
            return Ok(log.append_marker(disk, marker, *leader_epoch)?.base_offset);
        }
        let batch = batch(now, step)
            .map_err(|_| BatchError::Unwritable("a name too long"))?
            .build()?;
        let appended = match step.producer() {
            Some(_) => log.append_for_producer(disk, &batch, *leader_epoch, now.0)?,
            None => log.append(disk, &batch, *leader_epoch, now.0)?,
        };
        Ok(appended.base_offset)
    }
}

fn batch(now: Timestamp, step: &Step) -> Result<NewBatch, CodecError> {
    let new_record = |record| {
        let (key, value) = encode(record)?;
        Ok(NewRecord {
            key: Some(key),
            value,
            ..NewRecord::default()
        })
    };
    let records = step.records().iter().map(new_record);
    Ok(NewBatch {
        timestamp_ms: now.0,
        records: records.collect::<Result<_, _>>()?,
        producer: step.producer().map(|producer| Producer {
            id: producer.id,
            epoch: producer.epoch,
            base_sequence: NO_SEQUENCE,
        }),
        transactional: step.producer().is_some(),
        ..NewBatch::default()
    })
}
