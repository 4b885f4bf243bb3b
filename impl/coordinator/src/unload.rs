//! Unloading: somebody else coordinates from now on, or nobody does (Kafka `onUnloaded`).

use plimsoll_offsets::Text;

use crate::api::{GroupResponse, JoinGroupResponse, SyncGroupResponse, Timestamp};
use crate::coordinator::{Coordinator, Status};
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::step::{Answer, Deferred, Outcome};

impl Coordinator {
    /// Unloads: groups are dead, and everybody who waits is told to look for the coordinator elsewhere. Whether what
    /// they wrote is kept, they are not told (S4).
    pub fn stop(&mut self, now: Timestamp) -> Outcome {
        let outcome = self.begin_unload(now);
        self.status = Status::Stopped;
        outcome
    }

    /// As [`Coordinator::stop`], because the log could not be read or written: only loading it again helps.
    pub fn fail(&mut self, now: Timestamp) -> Outcome {
        let outcome = self.begin_unload(now);
        self.status = Status::Failed;
        outcome
    }

    /// The first half of [`Coordinator::stop`], for an owner who has to do other things before it is over: groups are
    /// dead, and a request that gets this far is told to look for the coordinator again.
    pub fn begin_unload(&mut self, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        self.departed.clear();
        for (_, deferred) in std::mem::take(&mut self.waiting) {
            if let Deferred::Answer(Answer { call, response }) = deferred {
                let response = not_coordinator(response);
                outcome.answers.push(Answer { call, response });
            }
        }
        let ids: Vec<Text> = self.groups.keys().cloned().collect();
        for id in ids {
            outcome.extend(self.change(now, &id, |turn| turn.kill()));
        }
        outcome
    }
}

impl GroupStep<'_> {
    /// The group is unloaded: everybody who waits is sent away.
    fn kill(&mut self) {
        self.disarm_all();
        let error = ErrorCode::NotCoordinator;
        let mut description = Vec::new();
        for (id, member) in &mut self.group_mut().members {
            let join = member.parked_join.take();
            let sync = member.parked_sync.take();
            description.extend(join.map(|call| {
                (
                    call,
                    GroupResponse::Join(JoinGroupResponse::error(id.clone(), error)),
                )
            }));
            description.extend(
                sync.map(|call| (call, GroupResponse::Sync(SyncGroupResponse::error(error)))),
            );
        }
        for (call, response) in description {
            self.answer(call, response);
        }
        self.transition(GroupState::Dead);
    }
}

/// The same answer, but with an error that leaves open what happened.
fn not_coordinator(mut response: GroupResponse) -> GroupResponse {
    let error = ErrorCode::NotCoordinator;
    match &mut response {
        GroupResponse::Join(r) => r.error = error,
        GroupResponse::Sync(r) => r.error = error,
        GroupResponse::Heartbeat(r) => r.error = error,
        GroupResponse::Leave(r) => {
            r.error = error;
            r.members.clear();
        }
        GroupResponse::Commit(r) => doubt(r.partitions.iter_mut().map(|p| &mut p.error)),
        GroupResponse::TxnCommit(r) => doubt(r.partitions.iter_mut().map(|p| &mut p.error)),
        GroupResponse::EndTxn(r) => r.error = error,
        GroupResponse::Fetch(r) => {
            r.error = error;
            r.partitions.clear();
        }
        GroupResponse::OffsetDelete(r) => {
            r.error = error;
            r.partitions.clear();
        }
        GroupResponse::Delete(r) => doubt(r.groups.iter_mut().map(|(_, error)| error)),
        GroupResponse::Describe(r) => r.groups.iter_mut().for_each(|group| group.error = error),
        GroupResponse::List(r) => {
            r.error = error;
            r.groups.clear();
        }
    }
    response
}

/// What was written may be kept or not; what was refused was refused.
fn doubt<'a>(errors: impl Iterator<Item = &'a mut ErrorCode>) {
    let written = errors.filter(|error| **error == ErrorCode::None);
    written.for_each(|error| *error = ErrorCode::NotCoordinator);
}
