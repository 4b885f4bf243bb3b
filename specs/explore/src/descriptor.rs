//! What the rest of the house asks of a system, so that nobody has to list the systems.

use std::fmt::Debug;

use plimsoll_promises::{Claim, PromiseId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    explorable::{Erased, Explorable, JsonStep},
    ledger::Watched,
    mutants::{KnownMutant, Mistake, Mutant, PassingVariant},
    narrate::Narrate,
    runs::{Run, RunWithin},
    scope::Scope,
};

/// A system described: implemented once in each system's folder, by a type without fields.
pub trait Descriptor: Copy + Send + Sync + 'static {
    /// How far an exploration goes. As JSON it is a part of every trace, and so a public format.
    type Bounds: Copy + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What a mutant does.
    type Mistake: Mistake;
    /// The system itself.
    type System: Narrate<Action: Serialize + DeserializeOwned> + Clone + 'static;

    /// The name on the command line and in traces.
    const NAME: &'static str;
    /// What `check` explores.
    const RUNS: &'static [RunWithin<Self::Bounds>];
    /// The mistakes that can be switched on.
    const MUTANTS: &'static [Mutant<Self::Mistake, Self::Bounds>];
    /// Mutants that had another name once, with that name first: traces may still have it.
    const RENAMED: &'static [(&'static str, &'static str)] = &[];

    /// Every promise that it can be held to.
    fn promises(self) -> Vec<PromiseId>;

    /// What it claims about replay within these bounds unless something else is asked for; a system without consumers
    /// claims nothing.
    fn default_claim(self, _: &Self::Bounds) -> Option<Claim> {
        None
    }

    /// Whether a trace may ask for this.
    ///
    /// # Errors
    /// What is too much, and how much would not be.
    fn check_limits(self, bounds: &Self::Bounds, claim: Option<Claim>) -> Result<(), String>;

    /// The system within these bounds.
    fn build(
        self,
        bounds: Self::Bounds,
        mistake: Option<Self::Mistake>,
        watching: Watching,
    ) -> Self::System;

    /// Other systems whose bounds are bounds of this one, and whose traces it can walk.
    fn same_bounds_as(self) -> &'static [&'static str] {
        &[]
    }

    /// A mutant within the bounds in which it is searched for, with every promise watching that is to.
    fn build_mutant(self, mutant: &Mutant<Self::Mistake, Self::Bounds>) -> Self::System {
        let mut watching = self.all_watching(&mutant.bounds);
        if let Some(alone) = mutant.mistake.watched_by() {
            watching.watched = Watched::these(&[alone]);
        }
        self.build(mutant.bounds, Some(mutant.mistake), watching)
    }

    /// The run that comes close to a mutant's and must pass.
    fn passing_variant(self, mutant: &Mutant<Self::Mistake, Self::Bounds>) -> Self::System {
        let (mut bounds, mut mistake) = (mutant.bounds, mutant.mistake);
        match mutant.passes {
            PassingVariant::LooserClaim { .. } => {}
            PassingVariant::Within { bounds: other, .. }
            | PassingVariant::Unwatched { bounds: other, .. } => bounds = other,
            PassingVariant::OnlyPart { mistake: part, .. } => mistake = part,
        }
        let mut watching = self.all_watching(&bounds);
        match mutant.passes {
            PassingVariant::LooserClaim { by, .. } => {
                if let Some(claim) = &mut watching.claim {
                    claim.u += u64::from(by);
                }
            }
            PassingVariant::Unwatched { promise, .. } => {
                watching.watched = watching.watched.without(promise);
            }
            PassingVariant::Within { .. } | PassingVariant::OnlyPart { .. } => {}
        }
        self.build(bounds, Some(mistake), watching)
    }

    /// Everything that watches unless something else is asked for.
    fn all_watching(self, bounds: &Self::Bounds) -> Watching {
        Watching {
            claim: self.default_claim(bounds),
            watched: Watched::these(&self.promises()),
            beyond_breach: false,
        }
    }
}

/// What a system is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watching {
    /// The claim that BR1 and BR2 are held to; none for a system without consumers.
    pub claim: Option<Claim>,
    /// The promises that watch.
    pub watched: Watched,
    /// Whether to go on after a promise is broken, to see what else breaks.
    pub beyond_breach: bool,
}

/// A system as the registry knows it, whatever its types are. Implemented for every [`Descriptor`].
pub trait Registered: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Every promise that it can be held to.
    fn promises(&self) -> Vec<PromiseId>;

    /// Other systems whose bounds are bounds of this one, and whose traces it can walk.
    fn same_bounds_as(&self) -> &'static [&'static str];

    /// What `check` explores.
    fn runs(&'static self) -> Vec<Run>;

    /// The mistakes that can be switched on.
    fn mutants(&'static self) -> Vec<KnownMutant>;

    /// The mutant of this name, or that once had it in this system, in any case.
    fn mutant(&'static self, name: &str) -> Option<KnownMutant>;

    /// The system within bounds that are given as JSON.
    ///
    /// # Errors
    /// They are not bounds of this system.
    fn scope(&'static self, bounds: &str) -> serde_json::Result<Scope>;

    /// The `bounds` and `steps` of a trace.
    ///
    /// # Errors
    /// One of them is missing or not of this system; line and column are those of the trace.
    fn read(&'static self, trace: &str) -> serde_json::Result<(Scope, Vec<JsonStep>)>;

    /// The run that comes close to a mutant's and must pass; `None` if it does not know the mutant.
    fn passing_variant(&self, mutant: &str) -> Option<Box<dyn Explorable>>;
}

/// What a trace says in words of a system's own.
#[derive(Deserialize)]
struct OfSystem<B, A> {
    bounds: B,
    steps: Vec<A>,
}

type ActionOf<D> = <<D as Descriptor>::System as crate::system::System>::Action;

impl<D: Descriptor> Registered for D {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn promises(&self) -> Vec<PromiseId> {
        Descriptor::promises(*self)
    }

    fn same_bounds_as(&self) -> &'static [&'static str] {
        Descriptor::same_bounds_as(*self)
    }

    fn runs(&'static self) -> Vec<Run> {
        let run = |run: &RunWithin<D::Bounds>| Run {
            name: run.name,
            description: run.description,
            scope: Scope::new(self, run.bounds),
            states: run.states,
            deep: run.deep,
        };
        D::RUNS.iter().map(run).collect()
    }

    fn mutants(&'static self) -> Vec<KnownMutant> {
        let promises = Descriptor::promises(*self);
        let known = |mutant: &Mutant<D::Mistake, D::Bounds>| KnownMutant {
            name: mutant.name,
            description: mutant.description,
            made_in: mutant.mistake.made_in(),
            systems: vec![D::NAME],
            scope: Scope::new(self, mutant.bounds),
            breaks: mutant.breaks,
            watched_by: mutant.mistake.watched_by(),
            not_detected_by: mutant.not_detected_by(&promises),
            passes: mutant.passes.description(),
        };
        D::MUTANTS.iter().map(known).collect()
    }

    fn mutant(&'static self, name: &str) -> Option<KnownMutant> {
        let mut renamed = D::RENAMED.iter();
        let renamed = renamed.find(|(former, _)| former.eq_ignore_ascii_case(name));
        let name = renamed.map_or(name, |(_, now)| now);
        let mut all = Registered::mutants(self).into_iter();
        all.find(|known| known.name.eq_ignore_ascii_case(name))
    }

    fn scope(&'static self, bounds: &str) -> serde_json::Result<Scope> {
        Ok(Scope::new(self, serde_json::from_str::<D::Bounds>(bounds)?))
    }

    fn read(&'static self, trace: &str) -> serde_json::Result<(Scope, Vec<JsonStep>)> {
        let read: OfSystem<D::Bounds, ActionOf<D>> = serde_json::from_str(trace)?;
        let steps: serde_json::Result<_> = read.steps.iter().map(serde_json::to_string).collect();
        Ok((Scope::new(self, read.bounds), steps?))
    }

    fn passing_variant(&self, mutant: &str) -> Option<Box<dyn Explorable>> {
        let mutant = D::MUTANTS.iter().find(|known| known.name == mutant)?;
        let system = Descriptor::passing_variant(*self, mutant);
        Some(Box::new(Erased(system)))
    }
}
