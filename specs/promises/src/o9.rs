//! O9 ZombieCommitRejected: a former owner's commit is refused.

use crate::{
    Because, Broken, Memory, Moment, Observation, Promise, PromiseId, Setting, Tenure, memory::List,
};

/// Remembers the newest delivered assignment, and the generations under which the others were delivered.
///
/// A commit counts as a zombie's if it carries the identity of a tenure that another has followed: an older generation
/// than the newest assignment's, or the same one if its own tenure had that number too (a generation number reused, an
/// instance id taken over). A *current* member that commits a partition it does not own is another matter (G12): Kafka
/// accepts that on purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct O9<M: Memory> {
    newest: Option<(Tenure, Option<i32>)>,
    former: M::List<(Tenure, Option<i32>)>,
}

impl<M: Memory> O9<M> {
    /// The newest delivered assignment: its tenure, and its generation if known.
    pub fn newest(&self) -> Option<(Tenure, Option<i32>)> {
        self.newest
    }

    fn stale(&self, tenure: Tenure, carried: i32, newest: i32) -> bool {
        let own = self
            .former
            .items()
            .iter()
            .find(|(t, _)| *t == tenure)
            .and_then(|(_, generation)| *generation);
        carried < newest || (carried == newest && own.is_none_or(|own| own == carried))
    }
}

impl<M: Memory> Promise for O9<M> {
    const ID: PromiseId = PromiseId::O9;
    // Assignments only become more, so a commit looks best when it was issued.
    const KINDEST: Moment = Moment::Earliest;

    fn judge(&self, seen: &Observation, _: &impl Setting) -> Result<(), Broken> {
        let Observation::Committed(commit) = seen else {
            return Ok(());
        };
        let (Some(tenure), Some((newer, Some(newest))), Some(carried)) =
            (commit.tenure, self.newest, commit.generation)
        else {
            return Ok(());
        };
        if tenure == newer || !self.stale(tenure, carried, newest) {
            return Ok(());
        }
        Err(Broken {
            promise: PromiseId::O9,
            because: Because::ZombieAccepted {
                tenure,
                generation: commit.generation,
                newer,
                newer_generation: Some(newest),
                offset: commit.offset,
            },
        })
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        match *seen {
            Observation::Assigned { tenure, generation } => {
                if let Some(before) = self.newest.replace((tenure, generation)) {
                    self.former.push(before);
                }
            }
            Observation::Ended { tenure } => self.former.retain(|(t, _)| *t != tenure),
            _ => {}
        }
    }
}
