//! JoinGroup.
//!
//! | | Empty | Preparing | Completing | Stable |
//! |---|---|---|---|---|
//! | no id, dynamic, version ≥ 4 | MEMBER_ID_REQUIRED | the same | the same | the same |
//! | no id otherwise; or an id that was issued | added, parked | added, parked | added, rebalance | added, rebalance |
//! | no id, an instance id that has a member | – | see `statics.rs` | | |
//! | a member | – | parked | unchanged: NONE; else rebalance | follower unchanged: NONE; else rebalance |
//! | anybody else | UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID | the same | the same | the same |

use super::api::{Committer, Error, Join, Joined};
use super::group::{Group, Member, Phase, Timer};
use super::group_step::GroupStep;
use super::{Answer, Call, MemberId};

impl Join {
    pub(super) fn patience_ms(&self) -> i32 {
        match self.version {
            0 => self.session_ms,
            _ => self.rebalance_ms,
        }
    }
}

impl Group {
    pub(super) fn join(&mut self, turn: &mut GroupStep<'_>, call: Call, join: &Join) {
        if !self.has_room_for(join.member, turn.settings.members_max) {
            if self.pending.remove(&join.member) {
                self.cancel(Timer::Pending(join.member));
            }
            self.remove(turn, join.member);
            turn.answer(call, Joined::refused(0, Error::GroupMaxSizeReached));
        } else if let Some(error) = self.join_error(join) {
            turn.answer(call, Joined::refused(join.member, error));
        } else if join.member == 0 {
            self.join_without_id(turn, call, join);
        } else if self.pending.remove(&join.member) {
            self.cancel(Timer::Pending(join.member));
            self.add(turn, call, join.member, join);
        } else {
            self.join_again(turn, call, join);
        }
    }

    /// While members rejoin those count who have; a member keeps its place otherwise.
    fn has_room_for(&self, id: MemberId, most: usize) -> bool {
        let member = self.members.get(&id);
        let joined = self.members.values().filter(|m| m.join.is_some()).count();
        match self.phase {
            Phase::Empty => true,
            Phase::Preparing => member.is_some_and(|m| m.join.is_some()) || joined < most,
            Phase::Completing | Phase::Stable => member.is_some() || self.members.len() < most,
        }
    }

    fn join_error(&self, join: &Join) -> Option<Error> {
        if !self.goes_with(join) {
            return Some(Error::InconsistentGroupProtocol);
        }
        if join.member == 0 {
            return None;
        }
        if self.pending.contains(&join.member) {
            // Ids are issued to dynamic members only.
            return join.instance.map(|_| Error::UnknownServerError);
        }
        self.validate(&Committer {
            member: join.member,
            instance: join.instance,
            generation: -1,
        })
    }

    /// An empty group takes any type; otherwise one protocol must be everybody's.
    fn goes_with(&self, join: &Join) -> bool {
        let common = |protocol: u8| {
            let mut members = self.members.values();
            members.all(|member| member.protocols.iter().any(|(p, _)| *p == protocol))
        };
        let names_both = join.kind != 0 && !join.protocols.is_empty();
        let fits = self.kind == Some(join.kind) && join.protocols.iter().any(|(p, _)| common(*p));
        names_both && (self.phase == Phase::Empty || fits)
    }

    fn join_without_id(&mut self, turn: &mut GroupStep<'_>, call: Call, join: &Join) {
        let holder = join.instance.map(|instance| self.holder(instance));
        match holder {
            Some(Some(old)) => self.replace(turn, call, old, join),
            None if join.version >= 4 => {
                self.pending.insert(join.fresh);
                let after_ms = i64::from(join.session_ms);
                self.arm(Timer::Pending(join.fresh), after_ms, turn.now);
                let answer = Joined::refused(join.fresh, Error::MemberIdRequired);
                turn.answer(call, answer);
            }
            _ => self.add(turn, call, join.fresh, join),
        }
    }

    fn add(&mut self, turn: &mut GroupStep<'_>, call: Call, id: MemberId, join: &Join) {
        if self.members.is_empty() {
            self.kind = Some(join.kind);
        }
        self.leader = self.leader.or(Some(id));
        if let Some(gathering) = &mut self.gathering {
            gathering.somebody_came = true;
        }
        let member = Member {
            instance: join.instance,
            session_ms: join.session_ms,
            rebalance_ms: join.patience_ms(),
            protocols: join.protocols.clone(),
            assignment: 0,
            join: Some(call),
            sync: None,
            fresh: true,
            owes_sync: false,
        };
        self.members.insert(id, member);
        let after_ms = turn.settings.new_member_ms;
        self.arm(Timer::Session(id), after_ms, turn.now);
        self.rebalance(turn);
    }

    fn join_again(&mut self, turn: &mut GroupStep<'_>, call: Call, join: &Join) {
        let id = join.member;
        let member = self.members.get(&id);
        let unchanged = member.is_some_and(|member| member.protocols == join.protocols);
        let lost_the_answer = match self.phase {
            Phase::Completing => unchanged,
            Phase::Stable => unchanged && !self.is_leader(id),
            Phase::Empty | Phase::Preparing => false,
        };
        if lost_the_answer {
            let answer = self.joined(id);
            turn.answer(call, answer);
        } else {
            self.park_join(turn, call, id, join);
            self.rebalance(turn);
        }
    }

    pub(super) fn park_join(
        &mut self,
        turn: &mut GroupStep<'_>,
        call: Call,
        id: MemberId,
        join: &Join,
    ) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.session_ms = join.session_ms;
        member.rebalance_ms = join.patience_ms();
        member.protocols.clone_from(&join.protocols);
        let fresh = member.fresh;
        if let Some(replaced) = member.join.replace(call) {
            turn.answer(replaced, Joined::refused(id, Error::RebalanceInProgress));
        }
        if !fresh {
            self.cancel(Timer::Session(id));
        }
    }

    /// The answer to a member of the current generation; only the leader sees the others (G6).
    pub(super) fn joined(&self, id: MemberId) -> Answer {
        let members = self.members.iter().filter(|_| self.is_leader(id));
        let members = members.map(|(id, m)| (*id, (m.instance, m.metadata(self.protocol))));
        Answer::Joined(Joined {
            error: Error::None,
            generation: self.generation,
            kind: self.kind,
            protocol: self.protocol,
            leader: self.leader.unwrap_or(0),
            skip_assignment: false,
            member: id,
            members: members.collect(),
        })
    }
}
