//! What was explored, in a form that can be stored and built again.

use plimsoll_explore::{code::CodeSystem, design::DesignSystem, ledger::Watched, mutants::Mutant};
use plimsoll_model::{Bounds, Design};
use plimsoll_promises::{Claim, PromiseId};

/// A system, what it may do, and who watches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The system's name.
    pub system: String,
    /// The mistake that is switched on, by its mutant's name.
    pub mutant: Option<String>,
    /// How far it goes.
    pub bounds: Bounds,
    /// The claim that BR1 and BR2 are held to.
    pub claim: Claim,
    /// The promises that watch.
    pub watched: Vec<PromiseId>,
}

/// Every promise that a system can be held to: only code is held to lock-step, with the design.
fn all(system: &str) -> Vec<PromiseId> {
    let mut all = PromiseId::GROUP.to_vec();
    all.retain(|promise| *promise != PromiseId::LockStep || system == "code");
    all
}

impl Setup {
    /// The right design or code within these bounds, every promise watching.
    pub fn right(system: &str, bounds: Bounds) -> Self {
        Self {
            system: system.to_owned(),
            mutant: None,
            bounds,
            claim: Claim {
                u: bounds.window.into(),
                z: bounds.zombie.into(),
            },
            watched: all(system),
        }
    }

    /// A mutant within the bounds in which it is hunted.
    pub fn mutant(system: &str, mutant: &Mutant) -> Self {
        Self {
            mutant: Some(mutant.name.to_owned()),
            ..Self::right(system, mutant.bounds)
        }
    }

    /// With only this promise watching.
    pub fn watching(mut self, promise: PromiseId) -> Self {
        self.watched = vec![promise];
        self
    }

    /// The mutant, if there is one and it is known.
    pub fn known_mutant(&self) -> Option<&'static Mutant> {
        Mutant::named(self.mutant.as_deref()?)
    }

    /// The model that follows this.
    pub fn design(&self) -> DesignSystem {
        let design = self
            .known_mutant()
            .map_or_else(Design::default, |mutant| Design::with(mutant.mistake));
        let mut system = DesignSystem::new(self.bounds, design);
        system.claim = self.claim;
        system.watched = Watched::these(&self.watched);
        system
    }

    /// The real broker that follows this.
    ///
    /// A mutant that is held to lock-step alone keeps the right model at its side: what is to be shown then is that the
    /// code leaves it.
    pub fn code(&self) -> CodeSystem {
        let mut system = match self.known_mutant() {
            None => CodeSystem::new(self.bounds),
            Some(mutant) if self.watched == [PromiseId::LockStep] => {
                CodeSystem::astray(self.bounds, mutant.mistake)
            }
            Some(mutant) => CodeSystem::mutant(self.bounds, mutant.mistake),
        };
        system.design.claim = self.claim;
        system.design.watched = Watched::these(&self.watched);
        system
    }
}
