//! Which steps a state offers.

use super::{Action, Machine, State};
use crate::{MEMBERS, Phase, Place, Stage};

impl Machine {
    /// Every step that may be taken.
    pub fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.broker_actions(state, actions);
        for place in 0..MEMBERS as Place {
            self.group_actions(state, place, actions);
            self.consumer_actions(state, place, actions);
        }
    }

    fn broker_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let (data, log) = (&state.data, &state.log);
        if self.producing(state) && data.produced < self.bounds.records {
            actions.push(Action::Produce);
        }
        if data.synced < data.end {
            actions.push(Action::SyncData);
        }
        if log.durable() < log.end() {
            actions.push(Action::SyncOffsets);
        }
        if !state.coordinator.serves() {
            actions.push(Action::Load);
        }
        if state.budgets.failovers > 0 && state.coordinator.serves() {
            for offsets in 0..=log.end() - log.durable() {
                for records in 0..=data.end - data.synced {
                    actions.push(Action::CrashBroker { offsets, records });
                }
            }
        }
        if state.coordinator.phase == Phase::Preparing
            && !state.coordinator.joined.is_empty()
            && self.may_end_join(state)
        {
            actions.push(Action::EndJoin);
        }
        if state.coordinator.serves() {
            let expirable = state.coordinator.expirable();
            actions.extend(
                expirable
                    .iter()
                    .filter(|id| self.may_expire(state, *id))
                    .map(Action::Expire),
            );
        }
    }

    fn group_actions(&self, state: &State, place: Place, actions: &mut Vec<Action>) {
        let (coordinator, member) = (&state.coordinator, state.member(place));
        if !coordinator.serves() || self.producing(state) {
            return;
        }
        let known = coordinator.members.contains(member.id);
        match member.stage {
            Stage::Idle => {
                actions.push(Action::Join(place));
                if known && coordinator.phase == Phase::Stable {
                    actions.push(Action::JoinCurrent(place));
                }
            }
            Stage::Joined if coordinator.knows(member.id, member.generation) => {
                match coordinator.phase {
                    Phase::Completing if coordinator.owner == 0 => {
                        let owners = coordinator.members.iter();
                        actions.extend(owners.map(|owner| Action::Lead(place, owner)));
                    }
                    Phase::Stable => actions.push(Action::Follow(place)),
                    _ => {}
                }
            }
            _ => {}
        }
        // A client that waits for its commit learns from the answer to that.
        if !member.waiting {
            if state.out_of_date(member) {
                actions.push(Action::FindOut(place));
            } else if coordinator.phase == Phase::Preparing
                && !coordinator.joined.contains(member.id)
                && matches!(
                    member.stage,
                    Stage::Joined | Stage::Standby | Stage::Assigned | Stage::Owning
                )
            {
                actions.push(Action::Rejoin(place));
            }
        }
    }

    fn consumer_actions(&self, state: &State, place: Place, actions: &mut Vec<Action>) {
        let member = state.member(place);
        let serves = state.coordinator.serves();
        match member.stage {
            Stage::Assigned if serves => actions.push(Action::Fetch(place)),
            Stage::Owning => {
                if self.may_process(state, member) {
                    actions.push(Action::Process(place));
                }
                if self.may_commit(state, member) {
                    actions.push(Action::Commit(place));
                }
                if !member.waiting && member.kept.is_some_and(|kept| kept < member.secured) {
                    actions.push(Action::Retry(place));
                }
            }
            _ => {}
        }
        if let Some(message) = member.sent.filter(|_| serves) {
            actions.push(Action::Arrive(place));
            if state.budgets.write_errors > 0 && self.accepts(state, message) {
                actions.push(Action::ArriveFailing(place));
            }
        }
        if serves && member.late.is_some() {
            actions.push(Action::ArriveLate(place));
        }
        if member.waiting && state.budgets.lost_answers > 0 {
            actions.push(Action::GiveUp(place));
        }
        if member.stage != Stage::Idle && state.budgets.consumer_crashes > 0 {
            actions.push(Action::CrashConsumer(place));
        }
    }
}
