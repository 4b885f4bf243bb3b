//! How a partition gets a new owner: the classic group protocol, eager.

use super::{Machine, State, Step};
use crate::{Bound, Entry, Event, Id, Ids, MEMBERS, Phase, Place, Stage, log::Generation};

impl Machine {
    /// JoinGroup, with the detour for an id (KIP-394) in one step.
    pub(super) fn join(&self, step: &mut Step, place: Place) {
        if step.state.coordinator.phase != Phase::Preparing && self.last_generation(step) {
            return;
        }
        let mut id = step.state.member(place).id;
        if !step.state.coordinator.members.contains(id) {
            // An unknown id is answered UNKNOWN_MEMBER_ID, upon which the client drops it.
            step.member(place).id = 0;
            id = step.state.fresh_id(place);
        }
        let member = step.member(place);
        member.id = id;
        member.stage = Stage::Joining;
        step.note(Event::AskedToJoin { place, id });
        if step.state.coordinator.phase != Phase::Preparing {
            self.begin_rebalance(step);
        }
        step.state.coordinator.members.insert(id);
        step.state.coordinator.joined.insert(id);
    }

    /// JoinGroup of a known member that changes nothing: it is told the current generation.
    pub(super) fn join_current(&self, step: &mut Step, place: Place) {
        let generation = step.state.coordinator.generation;
        let member = step.member(place);
        member.stage = Stage::Joined;
        member.generation = generation;
        step.note(Event::Rejoined { place, generation });
    }

    /// An eager member gives up what it owns and joins the rebalance.
    pub(super) fn rejoin(&self, step: &mut Step, place: Place) {
        step.end_tenure(place);
        let id = step.state.member(place).id;
        step.member(place).leave_generation(id, Stage::Joining);
        step.note(Event::AskedToJoin { place, id });
        step.state.coordinator.joined.insert(id);
    }

    /// The group prepares a rebalance; parked SyncGroups are told so.
    fn begin_rebalance(&self, step: &mut Step) {
        step.state.coordinator.prepare();
        for place in 0..MEMBERS as Place {
            if step.state.member(place).stage == Stage::Syncing {
                step.member(place).stage = Stage::Joined;
            }
        }
    }

    /// Those whom the end of the joining drops: members that have not joined.
    fn missing(state: &State) -> Ids {
        state.coordinator.members.without(state.coordinator.joined)
    }

    pub(super) fn may_end_join(&self, state: &State) -> bool {
        let alive = Self::missing(state)
            .iter()
            .filter(|id| state.holder(*id).is_some())
            .count();
        alive <= usize::from(state.budgets.expiries)
    }

    /// A rebalance that could not end is not begun: the bound is noted and the step leads nowhere.
    fn last_generation(&self, step: &mut Step) -> bool {
        let last = step.state.coordinator.generation >= self.bounds.generations;
        if last {
            step.reach(Bound::Generations);
        }
        last
    }

    /// The joining ends; the generation number goes up, in memory only.
    pub(super) fn end_join(&self, step: &mut Step) {
        for id in Self::missing(&step.state).iter() {
            self.drop_member(step, id);
        }
        let coordinator = &mut step.state.coordinator;
        coordinator.generation += 1;
        coordinator.phase = Phase::Completing;
        coordinator.owner = 0;
        coordinator.parked = 0;
        let (generation, joined) = (
            coordinator.generation,
            std::mem::take(&mut coordinator.joined),
        );
        step.note(Event::GenerationFormed { generation });
        for id in joined.iter() {
            // A process that died while it waited is not told; its id stays a member until its session is lost.
            if let Some(place) = step.state.holder(id) {
                let member = step.member(place);
                member.stage = Stage::Joined;
                member.generation = generation;
                step.note(Event::ToldGeneration { place, generation });
            }
        }
    }

    /// SyncGroup of the leader: the assignment is appended to the offsets log.
    pub(super) fn lead(&self, step: &mut Step, place: Place, owner: Id) {
        let parked = step.state.member(place).id;
        let coordinator = &mut step.state.coordinator;
        coordinator.owner = owner;
        coordinator.parked = parked;
        let record = Generation {
            number: coordinator.generation,
            members: coordinator.members,
            owner,
        };
        let generation = coordinator.generation;
        step.state.log.append(Entry::Group(record));
        step.member(place).stage = Stage::Syncing;
        step.note(Event::AssignmentAppended {
            leader: place,
            owner,
            generation,
        });
        if !self.design.sync_answer_waits() {
            self.stabilise(step);
        }
    }

    /// SyncGroup of a follower. One that came earlier would have waited until now: no client can tell the difference.
    pub(super) fn follow(&self, step: &mut Step, place: Place) {
        self.deliver(step, place);
    }

    /// The generation's record is durable: the group is stable, and whoever waits gets its assignment.
    pub(super) fn stabilise(&self, step: &mut Step) {
        step.state.coordinator.phase = Phase::Stable;
        step.state.coordinator.parked = 0;
        for place in 0..MEMBERS as Place {
            if step.state.member(place).stage == Stage::Syncing {
                self.deliver(step, place);
            }
        }
    }

    fn deliver(&self, step: &mut Step, place: Place) {
        let owner = step.state.coordinator.owner;
        let generation = step.state.coordinator.generation;
        let id = step.state.member(place).id;
        let mut tenure = 0;
        if owner == id {
            step.state.tenures += 1;
            tenure = step.state.tenures;
        }
        let member = step.member(place);
        member.stage = if tenure > 0 {
            Stage::Assigned
        } else {
            Stage::Standby
        };
        member.tenure = tenure;
        step.note(Event::Delivered {
            place,
            id,
            generation,
            tenure,
        });
    }

    pub(super) fn may_expire(&self, state: &State, id: Id) -> bool {
        state.holder(id).is_none() || state.budgets.expiries > 0
    }

    /// A session is lost: of a dead process sooner or later, of a live one at a price.
    pub(super) fn expire(&self, step: &mut Step, id: Id) {
        if step.state.coordinator.phase != Phase::Preparing && self.last_generation(step) {
            return;
        }
        let remaining = step.state.coordinator.members.without(Ids::one(id));
        self.drop_member(step, id);
        if remaining.is_empty() {
            self.empty(step);
        } else if step.state.coordinator.phase != Phase::Preparing {
            self.begin_rebalance(step);
        }
    }

    fn drop_member(&self, step: &mut Step, id: Id) {
        let holder = step.state.holder(id);
        step.note(Event::Expired {
            id,
            alive: holder.is_some(),
        });
        step.state.coordinator.members.remove(id);
        if let Some(place) = holder {
            step.state.budgets.expiries -= 1;
            // A parked SyncGroup is answered UNKNOWN_MEMBER_ID.
            if step.state.member(place).stage == Stage::Syncing {
                step.member(place).stage = Stage::Joined;
            }
        }
    }

    fn empty(&self, step: &mut Step) {
        let coordinator = &mut step.state.coordinator;
        coordinator.prepare();
        coordinator.phase = Phase::Empty;
        coordinator.generation += 1;
        let generation = coordinator.generation;
        step.state.log.append(Entry::Group(Generation {
            number: generation,
            ..Generation::default()
        }));
        step.note(Event::GroupEmptied { generation });
    }

    /// Whatever tells a member that the group goes on without it: a heartbeat, a SyncGroup.
    pub(super) fn find_out(&self, step: &mut Step, place: Place) {
        let id = step.state.member(place).id;
        self.told_to_rejoin(step, place, step.state.coordinator.members.contains(id));
    }

    /// The member has to join again; it keeps its id unless the coordinator does not know it.
    pub(super) fn told_to_rejoin(&self, step: &mut Step, place: Place, keeps_id: bool) {
        step.end_tenure(place);
        let id = if keeps_id {
            step.state.member(place).id
        } else {
            0
        };
        step.member(place).leave_generation(id, Stage::Idle);
        step.note(Event::ToldToRejoin { place, keeps_id });
    }
}
