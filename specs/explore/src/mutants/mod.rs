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
    pub told: &'static str,
    /// The mistake.
    pub mistake: M,
    /// The bounds within which it is hunted.
    pub bounds: B,
    /// What it breaks within these bounds, and in how many steps at least; every other promise is blind to it there.
    pub breaks: &'static [(PromiseId, usize)],
    /// A run that comes close and must pass.
    pub nearly: Nearly<B>,
}

/// What keeps a mutant from doing harm in its companion run.
#[derive(Debug, Clone, Copy)]
pub enum Nearly<B: 'static> {
    /// It runs within these bounds, which take away what it needs.
    Within {
        /// Why nothing breaks.
        told: &'static str,
        /// The bounds.
        bounds: B,
    },
    /// The claim is looser: `U` so many records greater than the client's window.
    LooserClaim {
        /// Why nothing breaks.
        told: &'static str,
        /// Records.
        by: u8,
    },
    /// Everything but this promise watches, within these bounds.
    Unwatched {
        /// Why nothing else breaks.
        told: &'static str,
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

impl<B> Nearly<B> {
    /// Why nothing breaks.
    pub fn told(&self) -> &'static str {
        match self {
            Nearly::Within { told, .. }
            | Nearly::LooserClaim { told, .. }
            | Nearly::Unwatched { told, .. } => told,
        }
    }
}

/// A mutant of any system.
#[derive(Debug, Clone, Copy)]
pub enum Known {
    /// Of the coordinator or of a client: known in *design* and *code*.
    Group(&'static GroupMutant),
    /// Of the log: known in *disk*.
    Log(&'static LogMutant),
    /// Of the coordinator and its offsets topic: known in *groups*.
    Coordinator(&'static CoordinatorMutant),
}

impl Known {
    /// All of them. One name may stand for the same mistake in several systems.
    pub fn all() -> impl Iterator<Item = Known> {
        let group = GROUP.iter().map(Known::Group);
        let group = group.chain(LOG.iter().map(Known::Log));
        group.chain(COORDINATOR.iter().map(Known::Coordinator))
    }

    /// The first mutant of this name, in any case, that is known in that system or in any.
    pub fn named(name: &str, system: Option<&str>) -> Option<Known> {
        let mut named = Self::all().filter(|known| known.name().eq_ignore_ascii_case(name));
        named.find(|known| system.is_none_or(|system| known.systems().contains(&system)))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Known::Group(mutant) => mutant.name,
            Known::Log(mutant) => mutant.name,
            Known::Coordinator(mutant) => mutant.name,
        }
    }

    /// What goes wrong, in one sentence.
    pub fn told(&self) -> &'static str {
        match self {
            Known::Group(mutant) => mutant.told,
            Known::Log(mutant) => mutant.told,
            Known::Coordinator(mutant) => mutant.told,
        }
    }

    /// The systems that it is known in; the first is where it is hunted unless something else is asked for.
    pub fn systems(&self) -> &'static [&'static str] {
        match self {
            Known::Group(_) => &["design", "code"],
            Known::Log(_) => &["disk"],
            Known::Coordinator(_) => &["groups"],
        }
    }

    /// Where it is made.
    pub fn made_in(&self) -> &'static str {
        match self {
            Known::Group(mutant) if mutant.mistake.in_code => "the model and the code",
            Known::Group(_) => "the model: it is the client's",
            Known::Log(_) => "the log",
            Known::Coordinator(_) => "the coordinator and its offsets topic",
        }
    }

    /// A system that knows it, within the bounds in which it is hunted.
    pub fn scope(&self, system: &str) -> Option<Scope> {
        match self {
            Known::Group(mutant) => Scope::Design(mutant.bounds).on(system),
            Known::Log(mutant) => Scope::Disk(mutant.bounds).on(system),
            Known::Coordinator(mutant) => Scope::Groups(mutant.bounds).on(system),
        }
    }

    /// The promise that watches alone unless something else is asked for, if one does.
    pub fn watches(&self) -> Option<PromiseId> {
        match self {
            Known::Coordinator(mutant) => mutant.mistake.watches,
            Known::Group(_) | Known::Log(_) => None,
        }
    }

    /// What it breaks within these bounds, and in how many steps at least.
    pub fn breaks(&self) -> &'static [(PromiseId, usize)] {
        match self {
            Known::Group(mutant) => mutant.breaks,
            Known::Log(mutant) => mutant.breaks,
            Known::Coordinator(mutant) => mutant.breaks,
        }
    }

    /// The promises that are blind to it.
    pub fn blind(&self) -> Vec<PromiseId> {
        match self {
            Known::Group(mutant) => mutant.blind(),
            Known::Log(mutant) => mutant.blind(),
            Known::Coordinator(mutant) => mutant.blind(),
        }
    }

    /// Why nothing breaks in its companion run.
    pub fn nearly(&self) -> &'static str {
        match self {
            Known::Group(mutant) => mutant.nearly.told(),
            Known::Log(mutant) => mutant.nearly.told(),
            Known::Coordinator(mutant) => mutant.nearly.told(),
        }
    }
}
