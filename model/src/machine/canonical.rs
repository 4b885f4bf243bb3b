//! States that differ only in names behave alike: one of each kind is explored.

use super::{Action, State};
use crate::{IDS_PER_PLACE, Id, Ids, MEMBERS, Place};

const IDS: usize = MEMBERS * IDS_PER_PLACE as usize + 1;

/// New names for member ids and places: the places kept or exchanged, the ids of a place in some other order.
///
/// Sound because no rule prefers a name: ids and messages are renamed along with their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renaming {
    ids: [Id; IDS],
    exchanged: bool,
}

impl Renaming {
    /// Everything keeps its name.
    pub const NONE: Renaming = {
        let mut ids = [0; IDS];
        let mut id = 0;
        while id < IDS {
            ids[id] = id as Id;
            id += 1;
        }
        Renaming {
            ids,
            exchanged: false,
        }
    };

    /// The two places are exchanged.
    const EXCHANGE: Renaming = {
        let mut ids = [0; IDS];
        let mut id = 1;
        while id < IDS {
            ids[id] = (id as Id - 1 + IDS_PER_PLACE) % (IDS as Id - 1) + 1;
            id += 1;
        }
        Renaming {
            ids,
            exchanged: true,
        }
    };

    /// The new name of an id.
    pub fn id(&self, id: Id) -> Id {
        self.ids[usize::from(id)]
    }

    /// The new names of some ids.
    pub fn ids(&self, ids: Ids) -> Ids {
        let mut renamed = Ids::default();
        ids.iter().for_each(|id| renamed.insert(self.id(id)));
        renamed
    }

    /// The new name of a place.
    pub fn place(&self, place: Place) -> Place {
        if self.exchanged { 1 - place } else { place }
    }

    /// This renaming and then another.
    pub fn then(&self, next: &Renaming) -> Renaming {
        Renaming {
            ids: self.ids.map(|id| next.id(id)),
            exchanged: self.exchanged != next.exchanged,
        }
    }

    /// What undoes this renaming.
    pub fn inverse(&self) -> Renaming {
        let mut ids = [0; IDS];
        self.ids
            .iter()
            .enumerate()
            .for_each(|(old, new)| ids[usize::from(*new)] = old as Id);
        Renaming {
            ids,
            exchanged: self.exchanged,
        }
    }

    /// The step with these names.
    pub fn action(&self, action: Action) -> Action {
        let p = |place| self.place(place);
        match action {
            Action::Join(place) => Action::Join(p(place)),
            Action::JoinCurrent(place) => Action::JoinCurrent(p(place)),
            Action::Rejoin(place) => Action::Rejoin(p(place)),
            Action::Lead(place, id) => Action::Lead(p(place), self.id(id)),
            Action::Follow(place) => Action::Follow(p(place)),
            Action::Expire(id) => Action::Expire(self.id(id)),
            Action::FindOut(place) => Action::FindOut(p(place)),
            Action::Fetch(place) => Action::Fetch(p(place)),
            Action::Process(place) => Action::Process(p(place)),
            Action::Commit(place) => Action::Commit(p(place)),
            Action::Arrive(place) => Action::Arrive(p(place)),
            Action::ArriveLate(place) => Action::ArriveLate(p(place)),
            Action::ArriveFailing(place) => Action::ArriveFailing(p(place)),
            Action::GiveUp(place) => Action::GiveUp(p(place)),
            Action::Retry(place) => Action::Retry(p(place)),
            Action::CrashConsumer(place) => Action::CrashConsumer(p(place)),
            Action::Produce
            | Action::SyncData
            | Action::SyncOffsets
            | Action::EndJoin
            | Action::CrashBroker { .. }
            | Action::Load => action,
        }
    }
}

impl State {
    /// Forgets late commits that are bound to be refused: a newer generation than theirs is durable.
    pub fn forget_hopeless(&mut self) {
        let durable = self.log.replay_durable().generation.number;
        for member in &mut self.members {
            member.late.take_if(|message| message.generation < durable);
        }
    }

    /// The representative of all states that differ from this one only in names, and how to get there.
    pub fn canonical(self) -> (State, Renaming) {
        let first = self.ids_in_order();
        let ordered = if first == Renaming::NONE {
            self
        } else {
            self.renamed(&first)
        };
        let mirrored = ordered.renamed(&Renaming::EXCHANGE);
        if mirrored < ordered {
            (mirrored, first.then(&Renaming::EXCHANGE))
        } else {
            (ordered, first)
        }
    }

    /// At each place the living process's id comes first, then those that something names, then the free ones.
    fn ids_in_order(&self) -> Renaming {
        let mut renaming = Renaming::NONE;
        for place in 0..MEMBERS as Place {
            let first = place * IDS_PER_PLACE + 1;
            let rank = |id: Id| {
                if self.member(place).id == id {
                    0
                } else {
                    2 - u8::from(self.names(id))
                }
            };
            let mut ids: [Id; IDS_PER_PLACE as usize] = std::array::from_fn(|i| first + i as Id);
            ids.sort_by_key(|id| (rank(*id), *id));
            ids.iter()
                .zip(first..)
                .for_each(|(old, new)| renaming.ids[usize::from(*old)] = new);
        }
        renaming
    }

    /// The same state under other names.
    fn renamed(&self, names: &Renaming) -> State {
        let mut state = self.clone();
        if names.exchanged {
            state.members.swap(0, 1);
        }
        for member in &mut state.members {
            member.id = names.id(member.id);
            for message in [&mut member.sent, &mut member.late].into_iter().flatten() {
                message.id = names.id(message.id);
            }
        }
        let coordinator = &mut state.coordinator;
        coordinator.members = names.ids(coordinator.members);
        coordinator.joined = names.ids(coordinator.joined);
        coordinator.owner = names.id(coordinator.owner);
        coordinator.parked = names.id(coordinator.parked);
        state.log.rename(
            |id| names.id(id),
            |ids| names.ids(ids),
            |place| names.place(place),
        );
        state
    }
}
