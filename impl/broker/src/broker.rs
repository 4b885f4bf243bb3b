//! The broker: what it owns, and how it stops.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_coordinator::{CallId, Decisions, Outcome, TimerChange, Timestamp};
use plimsoll_disk::Disk;
use plimsoll_log::RecoveryReport;
use plimsoll_offsets::Text;
use plimsoll_shard::{OnDisk, Shard};

use crate::api::{Effect, Request, Response};
use crate::error::StopReason;
use crate::partition::{DataPartition, OffsetsPartition};

/// A broker on a disk. See the head of the crate for how to drive it.
///
/// It is cloneable if the disk is; clones share what neither has changed.
#[derive(Clone, Debug)]
pub struct Broker<D> {
    pub(crate) disk: D,
    pub(crate) decisions: Decisions,
    pub(crate) data: BTreeMap<(Text, i32), Arc<DataPartition>>,
    /// One for each partition of the offsets topic.
    pub(crate) offsets: Vec<Arc<OffsetsPartition>>,
    pub(crate) reports: Arc<[RecoveryReport]>,
    pub(crate) stopped: bool,
}

impl<D: Disk> Broker<D> {
    /// Takes a request. Its answer is among the effects of this call or of a later one, exactly once; after a crash or
    /// [`Effect::FailStop`], perhaps never.
    pub fn request(&mut self, now: Timestamp, call: CallId, request: Request) -> Vec<Effect> {
        match request {
            Request::Produce(produce) => self.produce(now, call, produce),
            Request::Fetch(fetch) => {
                let response = Response::Fetch(self.fetch(&fetch));
                vec![Effect::Answer { call, response }]
            }
            Request::Group(request) => self.group_request(now, call, request),
            Request::WriteMarker(request) => self.write_marker(now, call, request),
        }
    }

    /// One step of a shard, on its partition of the disk. A shard that fails stops the broker, as Kafka halts when its only
    /// log directory fails: what one log has lost the others on the disk may have lost, too.
    pub(crate) fn step(
        &mut self,
        now: Timestamp,
        index: usize,
        step: impl FnOnce(&mut Shard, &mut OnDisk<'_, D>) -> Outcome,
    ) -> Vec<Effect> {
        let Some(offsets) = self.offsets.get_mut(index).map(Arc::make_mut) else {
            return Vec::new();
        };
        let mut log = offsets.partition.on(&mut self.disk);
        let mut effects: Vec<Effect> = Effect::all(step(&mut offsets.shard, &mut log)).collect();
        if let Some(failure) = offsets.shard.failure()
            && !self.stopped
        {
            let log = offsets.partition.log().directory().to_owned();
            let failure = failure.clone();
            effects.extend(self.fail_stop(now, StopReason::Shard { log, failure }));
        }
        effects
    }

    /// Stops for good: nobody who waits is told that all is well.
    pub(crate) fn fail_stop(&mut self, now: Timestamp, reason: StopReason) -> Vec<Effect> {
        self.stopped = true;
        let mut effects = Vec::new();
        for partition in self.data.values_mut() {
            if !partition.waiting.is_empty() {
                let waiting = std::mem::take(&mut Arc::make_mut(partition).waiting);
                effects.extend(
                    waiting
                        .into_iter()
                        .map(|(_, call, _)| Effect::storage_error(call)),
                );
            }
        }
        for offsets in &mut self.offsets {
            effects.extend(Effect::all(Arc::make_mut(offsets).shard.stop(now)));
        }
        effects.push(Effect::FailStop { reason });
        effects
    }
}

impl<D> Broker<D> {
    /// The disk.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// The disk, to arm faults on it. Writing to it behind the broker's back is asking for trouble.
    pub fn disk_mut(&mut self) -> &mut D {
        &mut self.disk
    }

    /// Gives the disk back: what a crash of the process leaves.
    pub fn into_disk(self) -> D {
        self.disk
    }

    /// Whether the broker has stopped for good.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// What recovery found in each log, data partitions first.
    pub fn recovery_reports(&self) -> &[RecoveryReport] {
        &self.reports
    }
}

impl Effect {
    /// A coordinator's outcome as effects: answers, then timers.
    pub(crate) fn all(outcome: Outcome) -> impl Iterator<Item = Effect> {
        let answers = outcome.answers.into_iter().map(|answer| Effect::Answer {
            call: answer.call,
            response: Response::Group(answer.response),
        });
        let timers = outcome.timers.into_iter().map(|change| match change {
            TimerChange::Set { timer, after_ms } => Effect::SetTimer { timer, after_ms },
            TimerChange::Cancel { timer } => Effect::CancelTimer { timer },
        });
        answers.chain(timers)
    }
}
