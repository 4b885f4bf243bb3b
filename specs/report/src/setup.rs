//! What was explored, in a form that can be stored and built again.

use plimsoll_explore::{
    descriptor::Watching, explorable::Explorable, ledger::Watched, mutants::KnownMutant,
    scope::Scope,
};
use plimsoll_promises::{Claim, PromiseId};

/// A system, what it may do, and who watches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The system within its bounds.
    pub scope: Scope,
    /// The mistake that is switched on, by its mutant's name; one that the system knows.
    pub mutant: Option<&'static str>,
    /// The claim that BR1 and BR2 are held to; none for a system without consumers.
    pub claim: Option<Claim>,
    /// The promises that watch.
    pub watched: Vec<PromiseId>,
}

impl Setup {
    /// The right system within these bounds, every promise watching.
    pub fn right(scope: Scope) -> Self {
        Self {
            claim: scope.default_claim(),
            watched: scope.system().promises(),
            mutant: None,
            scope,
        }
    }

    /// A mutant of a system within the bounds in which it is searched for; as the system itself declares it.
    pub fn mutant(mutant: &KnownMutant) -> Self {
        let right = Self::right(mutant.scope.clone());
        let setup = Self {
            mutant: Some(mutant.name),
            ..right
        };
        match mutant.watched_by {
            Some(alone) => setup.watching(alone),
            None => setup,
        }
    }

    /// With only this promise watching.
    pub fn watching(mut self, promise: PromiseId) -> Self {
        self.watched = vec![promise];
        self
    }

    /// The system's name.
    pub fn system(&self) -> &'static str {
        self.scope.name()
    }

    /// The mutant, if there is one.
    pub fn known_mutant(&self) -> Option<KnownMutant> {
        self.scope.system().mutant(self.mutant?)
    }

    /// `U + Z`: the most records that a resume may replay.
    pub fn per_resume(&self) -> u64 {
        self.claim.map_or(0, Claim::per_resume)
    }

    /// Builds the system that follows this, which stops where a promise is broken or goes on; `None` if it does not know
    /// the mutant.
    pub fn build(&self, beyond_breach: bool) -> Option<Box<dyn Explorable>> {
        let watching = Watching {
            claim: self.claim,
            watched: Watched::these(&self.watched),
            beyond_breach,
        };
        self.scope.build(self.mutant, watching)
    }
}
