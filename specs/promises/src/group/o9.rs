//! O9 ZombieCommitRejected: a former owner's commit is refused.

use crate::{
    Automaton, Because, Broken, Fault, Kind, Level, Memory, Moment, Observation, Promise,
    PromiseId, Setting, Tenure, Value, memory::List,
};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "O9",
    name: "Former owners are fenced",
    sentence: "Once a partition's new assignment is delivered, no commit of the former owner is accepted.",
    source: "Kafka OffsetMetadataManager.validateOffsetCommit; KIP-848 member epochs",
    levels: &[Level::Group],
    kind: Kind::Automaton,
    fault: Fault::Broker,
    clauses: &[],
};

/// Remembers the newest delivered assignment, and the generations under which the others were delivered.
///
/// A commit counts as a zombie's if it carries the identity of a tenure that another has followed: an older generation
/// than the newest assignment's, or the same one if its own tenure had that number too (a generation number reused, an
/// instance id taken over), unless both tenures are the same member's in the same generation. A *current* member that commits a partition it does not own is another matter (G12): Kafka
/// accepts that on purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct O9<M: Memory> {
    newest: Option<Delivered>,
    former: M::List<Delivered>,
}

/// A delivered assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Delivered {
    /// The tenure that it opened.
    pub tenure: Tenure,
    /// Its generation or member epoch, if known.
    pub generation: Option<i32>,
    /// Its member, if known.
    pub member: Option<Value>,
}

impl<M: Memory> O9<M> {
    /// The newest delivered assignment.
    pub fn newest(&self) -> Option<Delivered> {
        self.newest
    }

    /// Renames members, for explorers that treat mirror images as one.
    pub fn rename(&mut self, member: impl Fn(Value) -> Value) {
        self.newest
            .iter_mut()
            .chain(self.former.items_mut())
            .for_each(|d| d.member = d.member.map(&member));
    }

    /// Does a commit of `tenure` that carries generation `carried` come from a former owner?
    fn stale(&self, tenure: Tenure, carried: i32, newest: &Delivered) -> bool {
        let Some(current) = newest.generation else {
            return false;
        };
        let own = self
            .former
            .items()
            .iter()
            .find(|former| former.tenure == tenure);
        let own_generation = own.and_then(|own| own.generation);
        let same_member =
            own.is_some_and(|own| own.member.is_some() && own.member == newest.member);
        carried < current
            || (carried == current
                && !same_member
                && own_generation.is_none_or(|own| own == carried))
    }
}

impl<M: Memory> Automaton for O9<M> {
    const ID: PromiseId = PromiseId::O9;
    // Assignments only become more, so a commit looks best when it was issued.
    const KINDEST: Moment = Moment::Earliest;

    fn judge(&self, seen: &Observation, _: &impl Setting) -> Result<(), Broken> {
        let Observation::Accepted(commit) = seen else {
            return Ok(());
        };
        let (Some(tenure), Some(newest), Some(carried)) =
            (commit.tenure, self.newest, commit.generation)
        else {
            return Ok(());
        };
        if tenure == newest.tenure || !self.stale(tenure, carried, &newest) {
            return Ok(());
        }
        Err(Broken {
            promise: PromiseId::O9,
            because: Because::ZombieAccepted {
                tenure,
                generation: commit.generation,
                newer: newest.tenure,
                newer_generation: newest.generation,
                offset: commit.offset,
            },
        })
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        match *seen {
            Observation::Assigned {
                tenure,
                generation,
                member,
            } => {
                if let Some(before) = self.newest.replace(Delivered {
                    tenure,
                    generation,
                    member,
                }) {
                    self.former.push(before);
                }
            }
            Observation::Ended { tenure } => self.former.retain(|former| former.tenure != tenure),
            _ => {}
        }
    }
}
