//! Unloading: somebody else coordinates from now on, or nobody does (semantics §3.0, layer 6).

use plimsoll_offsets::Text;

use crate::api::{GroupResponse, JoinGroupResponse, SyncGroupResponse, Timestamp};
use crate::coordinator::{Coordinator, Status};
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::step::{Answer, Deferred, Outcome};
use crate::timer::TimerName;
use crate::turn::Turn;

impl Coordinator {
    /// Unloads: groups are dead, and everybody who waits is told to look for the coordinator elsewhere. Whether what
    /// they wrote is kept, they are not told (S4).
    pub fn stop(&mut self, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
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
        self.status = Status::Stopped;
        outcome
    }
}

impl Turn<'_> {
    /// The group is unloaded: everybody who waits is sent away.
    fn kill(&mut self) {
        let names: Vec<TimerName> = self
            .group
            .timers
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            self.disarm(name);
        }
        let error = ErrorCode::NotCoordinator;
        let mut told = Vec::new();
        for (id, member) in &mut self.group.members {
            let join = member.parked_join.take();
            let sync = member.parked_sync.take();
            told.extend(join.map(|call| {
                (
                    call,
                    GroupResponse::Join(JoinGroupResponse::error(id.clone(), error)),
                )
            }));
            told.extend(
                sync.map(|call| (call, GroupResponse::Sync(SyncGroupResponse::error(error)))),
            );
        }
        for (call, response) in told {
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
        GroupResponse::Commit(r) => {
            let written = r
                .partitions
                .iter_mut()
                .filter(|p| p.error == ErrorCode::None);
            written.for_each(|p| p.error = error);
        }
        GroupResponse::Fetch(r) => {
            r.error = error;
            r.partitions.clear();
        }
    }
    response
}
