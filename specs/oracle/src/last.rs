//! The latest events on a lane that a finding may want to tell.

use plimsoll_history::Name;
use plimsoll_promises::{Offset, Tenure as TenureId};

use crate::{
    commit::Committing,
    story::{Fact, Place, Teller},
    tenure::{Generation, Tenure},
};

/// The newest tenure of a lane, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The tenure.
    pub id: TenureId,
    /// Whose it is.
    pub proc: Name,
    /// Where it was assigned.
    pub opened: Place,
    /// Its generation, as far as known.
    pub generation: Option<Generation>,
    /// No `assigned` event tells of it.
    pub concluded: bool,
}

impl Owner {
    pub(crate) fn of(tenure: &Tenure) -> Self {
        Self {
            id: tenure.id,
            proc: tenure.proc,
            opened: tenure.opened,
            generation: tenure.generation,
            concluded: tenure.concluded,
        }
    }

    /// The line that opened it.
    pub(crate) fn tell(&self, teller: &Teller<'_>) -> Fact {
        let generation = self.generation.filter(|generation| generation.exact);
        let generation = generation.map(|generation| generation.number);
        self.opened
            .says(teller.assigned(self.proc, generation, self.concluded))
    }
}

/// The latest of what a finding may want to tell.
#[derive(Debug, Default)]
pub(crate) struct Last {
    pub accepted: Option<LastAccepted>,
    pub processed: Option<(Place, Name, Offset)>,
    pub owner_gone: Option<(Place, Name, &'static str)>,
}

/// The last commit that certainly took effect.
#[derive(Debug, Clone)]
pub(crate) struct LastAccepted {
    pub commit: Committing,
    pub place: Place,
    pub acked: bool,
}

impl Last {
    /// The lines that stand before a change of owner.
    pub(crate) fn tell(&self, teller: &Teller<'_>) -> Vec<Fact> {
        let mut window = Vec::new();
        if let Some(LastAccepted {
            commit,
            place,
            acked,
        }) = &self.accepted
        {
            let generation = commit.commit.generation;
            window.push(
                commit
                    .asked
                    .says(teller.commits(commit.proc, commit.offset, generation)),
            );
            window.push(place.says(teller.accepted(commit.proc, commit.offset, *acked)));
        }
        if let Some((place, proc, offset)) = self.processed {
            window.push(place.says(teller.processes(proc, offset)));
        }
        if let Some((place, proc, how)) = self.owner_gone {
            window.push(place.says(format!("{} {how}", teller.who(proc))));
        }
        window
    }
}

impl LastAccepted {
    /// Its invoke, and where it became certain.
    pub(crate) fn tell(&self, teller: &Teller<'_>) -> Vec<Fact> {
        let by = &self.commit;
        vec![
            by.asked
                .says(teller.commits(by.proc, by.offset, by.commit.generation)),
            self.place
                .says(teller.accepted(by.proc, by.offset, self.acked)),
        ]
    }
}
