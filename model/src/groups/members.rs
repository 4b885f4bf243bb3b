//! Heartbeat and LeaveGroup.

use super::api::{Committer, Error, Leave};
use super::group::{Group, Phase, Timer};
use super::group_step::GroupStep;
use super::{Answer, Call, Instance, MemberId};

impl Leave {
    /// Before version 3 there is one member, whose error is the answer.
    pub(super) fn answer(&self, fates: Vec<(MemberId, Option<Instance>, Error)>) -> Answer {
        let mut errors = fates.iter().map(|(_, _, error)| *error);
        match self.version {
            ..3 => {
                let failed = errors.find(|error| *error != Error::None);
                Answer::Left(failed.unwrap_or(Error::None), Vec::new())
            }
            _ => Answer::Left(Error::None, fates),
        }
    }
}

impl Group {
    pub(super) fn heartbeat(&mut self, turn: &mut GroupStep<'_>, call: Call, by: &Committer) {
        let preparing = self.phase == Phase::Preparing;
        let error = match self.validate_generation(by) {
            Some(error) => error,
            None => {
                self.renew(by.member, turn.now);
                match preparing {
                    true => Error::RebalanceInProgress,
                    false => Error::None,
                }
            }
        };
        turn.answer(call, Answer::Heartbeat(error));
    }

    pub(super) fn leave(&mut self, turn: &mut GroupStep<'_>, call: Call, leave: &Leave) {
        let mut fates = Vec::new();
        for (member, instance) in &leave.members {
            fates.push((*member, *instance, self.leave_one(turn, *member, *instance)));
        }
        let somebody_left = fates.iter().any(|(_, _, error)| *error == Error::None);
        if somebody_left && self.phase != Phase::Empty {
            self.rebalance(turn);
        }
        // Had that emptied the group, a crash must not bring back whom it told that it is out (G9).
        turn.answer_once_durable(call, leave.answer(fates));
    }

    fn leave_one(
        &mut self,
        turn: &mut GroupStep<'_>,
        member: MemberId,
        instance: Option<Instance>,
    ) -> Error {
        if member == 0 {
            // An administrator knows the instance only.
            let holder = instance.and_then(|instance| self.holder(instance));
            let Some(holder) = holder else {
                return Error::UnknownMemberId;
            };
            self.remove(turn, holder);
            return Error::None;
        }
        if self.pending.remove(&member) {
            self.cancel(Timer::Pending(member));
            return Error::None;
        }
        let by = Committer {
            member,
            instance,
            generation: -1,
        };
        match self.validate(&by) {
            Some(error) => error,
            None => {
                self.remove(turn, member);
                Error::None
            }
        }
    }
}
