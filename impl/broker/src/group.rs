//! Requests to coordinators, and their timers: each goes to its shard.

use std::sync::Arc;

use plimsoll_coordinator::{CallId, ErrorCode, GroupRequest, TimerId, Timestamp};
use plimsoll_disk::Disk;

use crate::api::{Effect, Response, WriteMarker};
use crate::broker::Broker;

impl<D: Disk> Broker<D> {
    pub(crate) fn group_request(
        &mut self,
        now: Timestamp,
        call: CallId,
        request: GroupRequest,
    ) -> Vec<Effect> {
        let refused = |error| {
            let response = Response::Group(request.refusal(error));
            vec![Effect::Answer { call, response }]
        };
        let partitions = i32::try_from(self.offsets.len()).unwrap_or(i32::MAX);
        let mut parts = request.scatter_by(self.decisions.replay.routing, partitions);
        match &request {
            // Which partitions it concerns only WriteMarker says.
            GroupRequest::EndTxn(_) => refused(ErrorCode::InvalidRequest),
            // These write nothing: their parts are answered at once.
            GroupRequest::Describe(_) | GroupRequest::List(_) => {
                self.gathered(now, call, &request, &parts)
            }
            _ => match (parts.pop(), parts.is_empty()) {
                (Some((index, part)), true) => match usize::try_from(index) {
                    Ok(index) => self.ask(now, index, call, part),
                    Err(_) => refused(ErrorCode::NotCoordinator),
                },
                // Nothing is asked, so nothing is deleted; or several coordinators would have to delete at once, which
                // is for whoever asks to do one by one.
                (None, _) => refused(ErrorCode::NotCoordinator),
                _ => refused(ErrorCode::CoordinatorNotAvailable),
            },
        }
    }

    fn ask(
        &mut self,
        now: Timestamp,
        index: usize,
        call: CallId,
        request: GroupRequest,
    ) -> Vec<Effect> {
        let request = Arc::new(request);
        self.step(now, index, |shard, log| {
            shard.request(log, now, call, request)
        })
    }

    pub(crate) fn write_marker(
        &mut self,
        now: Timestamp,
        call: CallId,
        request: WriteMarker,
    ) -> Vec<Effect> {
        let shard = usize::try_from(request.partition).ok();
        let shard = shard.filter(|index| *index < self.offsets.len());
        let request = GroupRequest::EndTxn(request.transaction);
        match shard {
            Some(index) => self.ask(now, index, call, request),
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
            let offsets = shard.and_then(|index| self.offsets.get(index));
            if let Some(offsets) = offsets {
                let step = offsets.shard.coordinator().request(now, call, part);
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
            Some(index) => self.step(now, index, |shard, log| shard.fire(log, now, timer)),
            None => Vec::new(),
        }
    }

    pub(crate) fn shard_of(&self, group: &str) -> Option<usize> {
        let partitions = i32::try_from(self.offsets.len()).ok()?;
        let routing = self.decisions.replay.routing;
        usize::try_from(routing.partition_for(group, partitions)?).ok()
    }
}
