//! Rebalances. A generation begins only where a join phase completes.

use std::collections::BTreeMap;

use super::api::{Error, Joined, Synced};
use super::group::{Gathering, Group, Phase, Timer};
use super::group_step::GroupStep;
use super::partition::Seen;
use super::{MemberId, Protocol};

impl Group {
    /// Somebody came, went or changed.
    pub(super) fn rebalance(&mut self, turn: &mut GroupStep<'_>) {
        match self.phase {
            Phase::Preparing => self.complete_if_all_joined(turn),
            Phase::Empty | Phase::Completing | Phase::Stable => self.prepare(turn),
        }
    }

    pub(super) fn prepare(&mut self, turn: &mut GroupStep<'_>) {
        if self.phase == Phase::Completing {
            self.drop_assignments(turn, Error::RebalanceInProgress);
        }
        self.cancel(Timer::Sync);
        let delay_ms = turn.settings.initial_delay_ms;
        let was_empty = self.phase == Phase::Empty;
        self.enter(Phase::Preparing, turn.now);
        if was_empty && delay_ms == 0 {
            // Kafka's own coordinator gathers for 0 ms, and then waits for nobody who was only issued an id.
            self.complete(turn);
        } else if was_empty {
            self.gathering = Some(Gathering {
                left_ms: (self.patience_ms() - delay_ms).max(0),
                somebody_came: false,
            });
            self.arm(Timer::Join, delay_ms, turn.now);
        } else {
            self.complete_if_all_joined(turn);
        }
    }

    pub(super) fn drop_assignments(&mut self, turn: &mut GroupStep<'_>, error: Error) {
        let ids: Vec<MemberId> = self.members.keys().copied().collect();
        for id in ids {
            let Some(member) = self.members.get_mut(&id) else {
                continue;
            };
            member.assignment = 0;
            if let Some(call) = member.sync.take() {
                turn.answer(call, Synced::refused(error));
                self.renew(id, turn.now);
            }
        }
    }

    /// All members have joined, and nobody was sent away for an id; a group that gathers waits all the same.
    pub(super) fn complete_if_all_joined(&mut self, turn: &mut GroupStep<'_>) {
        if self.phase != Phase::Preparing || self.gathering.is_some() {
            return;
        }
        if self.has_all_joined() {
            self.complete(turn);
        } else if !self.timers.contains_key(&Timer::Join) {
            let patience_ms = self.patience_ms();
            self.arm(Timer::Join, patience_ms, turn.now);
        }
    }

    pub(super) fn has_all_joined(&self) -> bool {
        self.pending.is_empty() && self.members.values().all(|member| member.join.is_some())
    }

    /// Dynamic members that did not rejoin are out; static ones stay, but somebody must have joined to lead.
    pub(super) fn complete(&mut self, turn: &mut GroupStep<'_>) {
        self.cancel(Timer::Join);
        self.gathering = None;
        let absent = |(id, m): (&MemberId, &super::group::Member)| {
            (m.join.is_none() && m.instance.is_none()).then_some(*id)
        };
        let absent: Vec<MemberId> = self.members.iter().filter_map(absent).collect();
        for id in absent {
            self.remove(turn, id);
        }
        let joined = self.members.iter().filter(|(_, m)| m.join.is_some());
        let joined: Vec<MemberId> = joined.map(|(id, _)| *id).collect();
        if joined.is_empty() && !self.members.is_empty() {
            let patience_ms = self.patience_ms();
            self.arm(Timer::Join, patience_ms, turn.now);
            return;
        }
        self.generation += 1;
        self.assignment_written = false;
        if joined.is_empty() {
            self.become_empty(turn);
        } else {
            if !self.leader.is_some_and(|leader| joined.contains(&leader)) {
                self.leader = turn.seen.chosen(&joined);
            }
            self.begin_generation(turn);
        }
    }

    fn become_empty(&mut self, turn: &mut GroupStep<'_>) {
        (self.leader, self.protocol) = (None, None);
        self.subscribed = self.subscriptions();
        self.enter(Phase::Empty, turn.now);
        turn.records.push(self.record(|_| 0));
    }

    fn begin_generation(&mut self, turn: &mut GroupStep<'_>) {
        let favourites = self.favourites();
        let seen = turn.seen.protocol.filter(|p| favourites.contains(p));
        self.protocol = seen.or(favourites.first().copied());
        self.subscribed = self.subscriptions();
        self.enter(Phase::Completing, turn.now);
        let ids: Vec<MemberId> = self.members.keys().copied().collect();
        for id in ids {
            let answer = self.joined(id);
            let Some(member) = self.members.get_mut(&id) else {
                continue;
            };
            member.assignment = 0;
            member.fresh = false;
            member.owes_sync = true;
            if let Some(call) = member.join.take() {
                turn.answer(call, answer);
            }
            self.renew(id, turn.now);
        }
        let patience_ms = self.patience_ms();
        self.arm(Timer::Sync, patience_ms, turn.now);
    }

    /// The protocols with the most votes: each member's first that all support. Which of them wins a tie is open.
    fn favourites(&self) -> Vec<Protocol> {
        let common = |protocol: Protocol| {
            let mut members = self.members.values();
            members.all(|member| member.protocols.iter().any(|(p, _)| *p == protocol))
        };
        let mut votes: BTreeMap<Protocol, usize> = BTreeMap::new();
        for member in self.members.values() {
            let vote = member.protocols.iter().find(|(p, _)| common(*p));
            if let Some((protocol, _)) = vote {
                *votes.entry(*protocol).or_default() += 1;
            }
        }
        let most = votes.values().max().copied();
        let best = votes.iter().filter(|(_, count)| Some(**count) == most);
        best.map(|(protocol, _)| *protocol).collect()
    }

    /// Whether the election would end as it did; if that hangs on a tie, both ways are right.
    pub(super) fn keeps_protocol(&self, seen: &Seen) -> bool {
        let favourites = self.favourites();
        let may = self.protocol.is_some_and(|p| favourites.contains(&p));
        may && (favourites.len() == 1 || seen.phase == Some(Phase::Stable))
    }

    /// Takes a member out; who waits is told.
    pub(super) fn remove(&mut self, turn: &mut GroupStep<'_>, id: MemberId) {
        let Some(member) = self.members.remove(&id) else {
            return;
        };
        self.cancel(Timer::Session(id));
        if let Some(call) = member.join {
            turn.answer(call, Joined::refused(id, Error::UnknownMemberId));
        }
        if let Some(call) = member.sync {
            turn.answer(call, Synced::refused(Error::UnknownMemberId));
        }
        if self.is_leader(id) {
            let left: Vec<MemberId> = self.members.keys().copied().collect();
            self.leader = turn.seen.chosen(&left);
        }
        self.stop_waiting_for_syncs();
    }

    /// The sync phase's time-out has nobody left to wait for.
    pub(super) fn stop_waiting_for_syncs(&mut self) {
        if !self.members.values().any(|member| member.owes_sync) {
            self.cancel(Timer::Sync);
        }
    }
}
