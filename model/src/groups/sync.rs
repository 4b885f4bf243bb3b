//! SyncGroup: the leader's call writes the generation, and everybody's is answered once that is durable (G3).

use std::collections::BTreeMap;

use super::api::{Error, Sync, Synced};
use super::group::{Group, Phase, Timer};
use super::group_step::{GroupStep, Waiting};
use super::{Answer, Assignment, Call, MemberId};

impl Group {
    pub(super) fn sync(&mut self, turn: &mut GroupStep<'_>, call: Call, sync: &Sync) {
        // Only what both have is compared: an empty group has no protocol.
        let kinds = sync.kind.as_ref().zip(self.kind.as_ref());
        let protocols = sync.protocol.as_ref().zip(self.protocol.as_ref());
        let differs = kinds.is_some_and(|(a, b)| a != b) || protocols.is_some_and(|(a, b)| a != b);
        let error = self
            .validate_generation(&sync.by)
            .or(differs.then_some(Error::InconsistentGroupProtocol));
        if let Some(error) = error {
            return turn.answer(call, Synced::refused(error));
        }
        let id = sync.by.member;
        if let Some(member) = self.members.get_mut(&id) {
            member.owes_sync = false;
        }
        self.stop_waiting_for_syncs();
        match self.phase {
            Phase::Completing => self.park_sync(turn, call, sync),
            Phase::Stable => {
                let answer = self.assigned(id);
                turn.answer(call, answer);
            }
            Phase::Empty | Phase::Preparing => {
                turn.answer(call, Synced::refused(Error::RebalanceInProgress));
            }
        }
    }

    fn park_sync(&mut self, turn: &mut GroupStep<'_>, call: Call, sync: &Sync) {
        let id = sync.by.member;
        if let Some(member) = self.members.get_mut(&id)
            && let Some(replaced) = member.sync.replace(call)
        {
            turn.answer(replaced, Synced::refused(Error::RebalanceInProgress));
        }
        self.cancel(Timer::Session(id));
        if self.is_leader(id) && !self.assignment_written {
            self.assignment_written = true;
            let given = |id: MemberId| sync.assignments.get(&id).copied().unwrap_or(0);
            turn.records.push(self.record(given));
            let all = self.members.keys().map(|id| (*id, given(*id))).collect();
            turn.waiting = Some(Waiting::Assignments(self.id, self.generation, all));
        }
    }

    /// The generation is durable: assignments are handed out, unless another rebalance came first.
    pub(super) fn hand_out(
        &mut self,
        turn: &mut GroupStep<'_>,
        generation: i32,
        assignments: &BTreeMap<MemberId, Assignment>,
    ) {
        if self.phase != Phase::Completing || self.generation != generation {
            return;
        }
        self.enter(Phase::Stable, turn.now);
        for (id, assignment) in assignments {
            let Some(member) = self.members.get_mut(id) else {
                continue;
            };
            member.assignment = *assignment;
            if let Some(call) = member.sync.take() {
                let answer = self.assigned(*id);
                turn.answer(call, answer);
                self.renew(*id, turn.now);
            }
        }
    }

    /// The generation could not be written: who waits is told, and the group tries again.
    pub(super) fn sync_failed(&mut self, turn: &mut GroupStep<'_>, error: Error) {
        if self.phase == Phase::Completing {
            self.drop_assignments(turn, error);
            self.prepare(turn);
        }
    }

    fn assigned(&self, id: MemberId) -> Answer {
        Answer::Synced(Synced {
            error: Error::None,
            kind: self.kind,
            protocol: self.protocol,
            assignment: self.members.get(&id).map_or(0, |member| member.assignment),
        })
    }
}
