//! Static members (KIP-345): a client that comes back under its instance id takes the place of its former self, which is
//! fenced from then on (G8). In a stable group whose protocol stays the same there is no rebalance.

use super::api::{Error, Join, Joined, Synced};
use super::group::{Group, Phase, Timer};
use super::group_step::{GroupStep, Waiting};
use super::{Answer, Call, MemberId};

impl Group {
    pub(super) fn replace(
        &mut self,
        turn: &mut GroupStep<'_>,
        call: Call,
        old: MemberId,
        join: &Join,
    ) {
        let (id, former_leader) = (join.fresh, self.leader);
        self.cancel(Timer::Session(old));
        let Some(mut member) = self.members.remove(&old) else {
            return;
        };
        if let Some(parked) = member.join.take() {
            turn.answer(parked, Joined::refused(old, Error::FencedInstanceId));
        }
        if let Some(parked) = member.sync.take() {
            turn.answer(parked, Synced::refused(Error::FencedInstanceId));
        }
        member.fresh = false;
        self.members.insert(id, member);
        if former_leader == Some(old) {
            self.leader = Some(id);
        }
        self.park_join(turn, call, id, join);
        match self.phase {
            Phase::Stable if self.keeps_protocol(turn.seen) => {
                let answer = self.taken_over(id, former_leader, join.version);
                let owned = |id| self.members.get(&id).map_or(0, |m| m.assignment);
                turn.records.push(self.record(owned));
                turn.waiting = Some(Waiting::TakenOver(self.id, id, call, answer));
            }
            // The leader may be giving partitions to the old id at this moment.
            _ => self.rebalance(turn),
        }
    }

    /// A leader that does not know `skipAssignment` is told its old id, so that it takes itself for a follower.
    fn taken_over(&self, id: MemberId, former_leader: Option<MemberId>, version: i16) -> Answer {
        let Answer::Joined(mut joined) = self.joined(id) else {
            unreachable!("a join is answered by Joined")
        };
        if version >= 9 {
            joined.skip_assignment = self.is_leader(id);
        } else {
            joined.leader = former_leader.unwrap_or(0);
            joined.members.clear();
        }
        Answer::Joined(joined)
    }

    /// The new id is durable. If a rebalance has begun meanwhile, that answers the join.
    pub(super) fn give_place(
        &mut self,
        turn: &mut GroupStep<'_>,
        id: MemberId,
        call: Call,
        a: Answer,
    ) {
        if self.phase != Phase::Stable {
            return;
        }
        if let Some(member) = self.members.get_mut(&id).filter(|m| m.join == Some(call)) {
            member.join = None;
            turn.answer(call, a);
            self.renew(id, turn.now);
        }
    }
}
