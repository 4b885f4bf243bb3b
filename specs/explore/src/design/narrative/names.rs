//! What members are called: `a/2` is the second member id of the process `a`.

use plimsoll_model::{IDS_PER_PLACE, Id, Ids, MEMBERS, Place, State, place_of};

const IDS: usize = MEMBERS * IDS_PER_PLACE as usize + 1;

/// The names of members and their ids.
///
/// The model recycles ids that nothing mentions any more; a story counts on, so that no two members share a name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Names {
    /// The number that each id goes by, at its place.
    numbers: [u8; IDS],
    /// Ids that each place was given so far.
    issued: [u8; MEMBERS],
}

/// The process at a place.
pub(super) fn process(place: Place) -> &'static str {
    ["a", "b"][usize::from(place)]
}

impl Names {
    /// A member was given this id anew.
    pub(super) fn issue(&mut self, id: Id) {
        let place = usize::from(place_of(id));
        self.issued[place] += 1;
        self.numbers[usize::from(id)] = self.issued[place];
    }

    /// An id.
    pub(super) fn id(&self, id: Id) -> String {
        let number = self.numbers[usize::from(id)];
        format!("{}/{number}", process(place_of(id)))
    }

    /// Several ids.
    pub(super) fn ids(&self, ids: Ids) -> Vec<String> {
        ids.iter().map(|id| self.id(id)).collect()
    }

    /// The member at a place: its id if it has one in this state, otherwise its process.
    pub(super) fn member(&self, state: &State, place: Place) -> String {
        match state.member(place).id {
            0 => process(place).to_owned(),
            id => self.id(id),
        }
    }

    /// Whether the process at a place ever had an id.
    pub(super) fn took_part(&self, place: Place) -> bool {
        self.issued[usize::from(place)] > 0
    }
}
