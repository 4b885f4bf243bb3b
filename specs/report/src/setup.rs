//! What was explored, in a form that can be stored and built again.

use plimsoll_explore::{
    code::CodeSystem,
    design::DesignSystem,
    disk::DiskSystem,
    groups::GroupsSystem,
    ledger::Watched,
    mutants::{AnyMutant, GroupMutant},
    narrate::Narrate,
    scope::Scope,
};
use plimsoll_model::{Bounds, Design};
use plimsoll_promises::{Claim, PromiseId};
use serde::{Serialize, de::DeserializeOwned};

/// A system, what it may do, and who watches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The system within its bounds.
    pub scope: Scope,
    /// The mistake that is switched on, by its mutant's name.
    pub mutant: Option<String>,
    /// The claim that BR1 and BR2 are held to; none for a system without consumers.
    pub claim: Option<Claim>,
    /// The promises that watch.
    pub watched: Vec<PromiseId>,
}

/// Something that is done with a system, whichever it is.
pub trait WithSystem {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit<S>(self, system: S) -> Self::Output
    where
        S: Narrate + Clone + 'static,
        S::Action: Serialize + DeserializeOwned;
}

/// Every promise that a system can be held to: only code is held to lock-step, with the design.
fn all(scope: &Scope) -> Vec<PromiseId> {
    match scope {
        Scope::Design(_) => {
            let mut all = PromiseId::GROUP.to_vec();
            all.retain(|promise| *promise != PromiseId::LockStep);
            all
        }
        Scope::Code(_) => PromiseId::GROUP.to_vec(),
        Scope::Disk(_) => PromiseId::STORAGE.to_vec(),
        Scope::Groups(_) => PromiseId::OFFSETS_TOPIC.to_vec(),
    }
}

/// What a system claims about replay unless something else is asked for.
fn claim(scope: &Scope) -> Option<Claim> {
    match scope {
        Scope::Design(bounds) | Scope::Code(bounds) => Some(Claim {
            u: bounds.window.into(),
            z: bounds.zombie.into(),
        }),
        Scope::Disk(_) | Scope::Groups(_) => None,
    }
}

impl Setup {
    /// The right system within these bounds, every promise watching.
    pub fn right(scope: Scope) -> Self {
        Self {
            scope,
            mutant: None,
            claim: claim(&scope),
            watched: all(&scope),
        }
    }

    /// A mutant within the bounds in which it is hunted; `None` if the system does not know it.
    pub fn mutant(system: &str, mutant: AnyMutant) -> Option<Self> {
        let setup = Self {
            mutant: Some(mutant.name().to_owned()),
            ..Self::right(mutant.scope(system)?)
        };
        Some(match mutant.watches() {
            Some(alone) => setup.watching(alone),
            None => setup,
        })
    }

    /// With only this promise watching.
    pub fn watching(mut self, promise: PromiseId) -> Self {
        self.watched = vec![promise];
        self
    }

    /// The system's name.
    pub fn system(&self) -> &'static str {
        self.scope.system()
    }

    /// The mutant, if there is one and it is known.
    pub fn known_mutant(&self) -> Option<AnyMutant> {
        AnyMutant::named(self.mutant.as_deref()?, Some(self.system()))
    }

    /// `U + Z`: the most records that a resume may replay.
    pub fn per_resume(&self) -> u64 {
        self.claim.map_or(0, Claim::per_resume)
    }

    /// Builds the system that follows this, and does something with it.
    pub fn visit<V: WithSystem>(&self, visitor: V) -> V::Output {
        match self.scope {
            Scope::Design(bounds) => visitor.visit(self.design(bounds)),
            Scope::Code(bounds) => visitor.visit(self.code(bounds)),
            Scope::Groups(bounds) => {
                let mut system = match self.known_mutant() {
                    Some(AnyMutant::Coordinator(mutant)) => mutant.within(bounds),
                    _ => GroupsSystem::right(bounds),
                };
                system.watched = Watched::these(&self.watched);
                visitor.visit(system)
            }
            Scope::Disk(bounds) => {
                let mut system = match self.known_mutant() {
                    Some(AnyMutant::Log(mutant)) => mutant.within(bounds),
                    _ => DiskSystem::right(bounds),
                };
                system.watched = Watched::these(&self.watched);
                visitor.visit(system)
            }
        }
    }

    fn group_mutant(&self) -> Option<&'static GroupMutant> {
        match self.known_mutant()? {
            AnyMutant::Group(mutant) => Some(mutant),
            AnyMutant::Log(_) | AnyMutant::Coordinator(_) => None,
        }
    }

    /// The model that follows this, within these bounds.
    pub fn design(&self, bounds: Bounds) -> DesignSystem {
        let design = self
            .group_mutant()
            .map_or_else(Design::default, |mutant| Design::with(mutant.mistake.model));
        let mut system = DesignSystem::new(bounds, design);
        if let Some(claim) = self.claim {
            system.claim = claim;
        }
        system.watched = Watched::these(&self.watched);
        system
    }

    /// The real broker that follows this, within these bounds.
    ///
    /// A mutant that is held to lock-step alone keeps the right model at its side: what is to be shown then is that the
    /// code leaves it.
    pub fn code(&self, bounds: Bounds) -> CodeSystem {
        let mut system = match self.group_mutant() {
            None => CodeSystem::new(bounds),
            Some(mutant) if self.watched == [PromiseId::LockStep] => {
                CodeSystem::mutant_against_correct_model(bounds, mutant.mistake.model)
            }
            Some(mutant) => CodeSystem::mutant(bounds, mutant.mistake.model),
        };
        if let Some(claim) = self.claim {
            system.design.claim = claim;
        }
        system.design.watched = Watched::these(&self.watched);
        system
    }
}
