//! Mistakes that can be switched on, each with what must come of it.

mod group;

pub use group::{GROUP, GroupMutant, OfGroup};
use plimsoll_promises::PromiseId;

use crate::{
    disk::mutants::{LOG, LogMutant},
    groups::mutants::{COORDINATOR, CoordinatorMutant},
    scope::Scope,
};

/// A named mistake of a system, `M`, with the bounds `B` within which it is hunted.
#[derive(Debug, Clone, Copy)]
pub struct Mutant<M: 'static, B: 'static> {
    /// Its name on the command line: the number in the bug catalogue, where it has one.
    pub name: &'static str,
    /// What goes wrong, in one sentence.
    pub description: &'static str,
    /// The mistake.
    pub mistake: M,
    /// The bounds within which it is hunted.
    pub bounds: B,
    /// What it breaks within these bounds, and in how many steps at least; every other promise is blind to it there.
    pub breaks: &'static [(PromiseId, usize)],
    /// A run that comes close and must pass.
    pub nearly: PassingVariant<B>,
}

/// What keeps a mutant from doing harm in its companion run.
#[derive(Debug, Clone, Copy)]
pub enum PassingVariant<B: 'static> {
    /// It runs within these bounds, which take away what it needs.
    Within {
        /// Why nothing breaks.
        description: &'static str,
        /// The bounds.
        bounds: B,
    },
    /// The claim is looser: `U` so many records greater than the client's window.
    LooserClaim {
        /// Why nothing breaks.
        description: &'static str,
        /// Records.
        by: u8,
    },
    /// Everything but this promise watches, within these bounds.
    Unwatched {
        /// Why nothing else breaks.
        description: &'static str,
        /// The promise.
        promise: PromiseId,
        /// The bounds.
        bounds: B,
    },
}

impl<M, B> Mutant<M, B> {
    /// The promise that kills it in the fewest steps.
    pub fn killed_by(&self) -> PromiseId {
        self.breaks[0].0
    }

    /// Of these promises, those that are blind to it within its bounds.
    pub(crate) fn blind_of(&self, promises: &[PromiseId]) -> Vec<PromiseId> {
        let sees = |promise: &PromiseId| self.breaks.iter().any(|(seer, _)| seer == promise);
        let promises = promises.iter().copied();
        promises.filter(|promise| !sees(promise)).collect()
    }
}

impl<B> PassingVariant<B> {
    /// Why nothing breaks.
    pub fn description(&self) -> &'static str {
        match self {
            PassingVariant::Within { description, .. }
            | PassingVariant::LooserClaim { description, .. }
            | PassingVariant::Unwatched { description, .. } => description,
        }
    }
}

/// A mutant of any system.
#[derive(Debug, Clone, Copy)]
pub enum AnyMutant {
    /// Of the coordinator or of a client: known in *design* and *code*.
    Group(&'static GroupMutant),
    /// Of the log: known in *disk*.
    Log(&'static LogMutant),
    /// Of the coordinator and its offsets topic: known in *groups*.
    Coordinator(&'static CoordinatorMutant),
}

impl AnyMutant {
    /// All of them. One name may stand for the same mistake in several systems.
    pub fn all() -> impl Iterator<Item = AnyMutant> {
        let group = GROUP.iter().map(AnyMutant::Group);
        let group = group.chain(LOG.iter().map(AnyMutant::Log));
        group.chain(COORDINATOR.iter().map(AnyMutant::Coordinator))
    }

    /// The first mutant of this name, in any case, that is known in that system or in any.
    pub fn named(name: &str, system: Option<&str>) -> Option<AnyMutant> {
        let mut named = Self::all().filter(|known| known.name().eq_ignore_ascii_case(name));
        named.find(|known| system.is_none_or(|system| known.systems().contains(&system)))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            AnyMutant::Group(mutant) => mutant.name,
            AnyMutant::Log(mutant) => mutant.name,
            AnyMutant::Coordinator(mutant) => mutant.name,
        }
    }

    /// What goes wrong, in one sentence.
    pub fn description(&self) -> &'static str {
        match self {
            AnyMutant::Group(mutant) => mutant.description,
            AnyMutant::Log(mutant) => mutant.description,
            AnyMutant::Coordinator(mutant) => mutant.description,
        }
    }

    /// The systems that it is known in; the first is where it is hunted unless something else is asked for.
    pub fn systems(&self) -> &'static [&'static str] {
        match self {
            AnyMutant::Group(_) => &["design", "code"],
            AnyMutant::Log(_) => &["disk"],
            AnyMutant::Coordinator(_) => &["groups"],
        }
    }

    /// Where it is made.
    pub fn made_in(&self) -> &'static str {
        match self {
            AnyMutant::Group(mutant) if mutant.mistake.in_code => "the model and the code",
            AnyMutant::Group(_) => "the model: it is the client's",
            AnyMutant::Log(_) => "the log",
            AnyMutant::Coordinator(_) => "the coordinator and its offsets topic",
        }
    }

    /// A system that knows it, within the bounds in which it is hunted.
    pub fn scope(&self, system: &str) -> Option<Scope> {
        match self {
            AnyMutant::Group(mutant) => Scope::Design(mutant.bounds).on(system),
            AnyMutant::Log(mutant) => Scope::Disk(mutant.bounds).on(system),
            AnyMutant::Coordinator(mutant) => Scope::Groups(mutant.bounds).on(system),
        }
    }

    /// The promise that watches alone unless something else is asked for, if one does.
    pub fn watches(&self) -> Option<PromiseId> {
        match self {
            AnyMutant::Coordinator(mutant) => mutant.mistake.watches,
            AnyMutant::Group(_) | AnyMutant::Log(_) => None,
        }
    }

    /// What it breaks within these bounds, and in how many steps at least.
    pub fn breaks(&self) -> &'static [(PromiseId, usize)] {
        match self {
            AnyMutant::Group(mutant) => mutant.breaks,
            AnyMutant::Log(mutant) => mutant.breaks,
            AnyMutant::Coordinator(mutant) => mutant.breaks,
        }
    }

    /// The promises that are blind to it.
    pub fn not_detected_by(&self) -> Vec<PromiseId> {
        match self {
            AnyMutant::Group(mutant) => mutant.not_detected_by(),
            AnyMutant::Log(mutant) => mutant.not_detected_by(),
            AnyMutant::Coordinator(mutant) => mutant.not_detected_by(),
        }
    }

    /// Why nothing breaks in its companion run.
    pub fn nearly(&self) -> &'static str {
        match self {
            AnyMutant::Group(mutant) => mutant.nearly.description(),
            AnyMutant::Log(mutant) => mutant.nearly.description(),
            AnyMutant::Coordinator(mutant) => mutant.nearly.description(),
        }
    }
}
