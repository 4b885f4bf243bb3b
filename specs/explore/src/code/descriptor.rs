//! The code, as the registry knows it.

use plimsoll_model::Bounds;
use plimsoll_promises::{Claim, PromiseId};

use super::{CodeSystem, runs};
use crate::{
    descriptor::{Descriptor, Watching},
    design::{
        self,
        mutants::{GROUP, GroupMutant, OfGroup},
    },
    ledger::Watched,
    runs::RunWithin,
};

/// The real broker, in lock-step with the design.
#[derive(Debug, Clone, Copy)]
pub struct Code;

impl Descriptor for Code {
    type Bounds = Bounds;
    type Mistake = OfGroup;
    type System = CodeSystem;

    const NAME: &'static str = "code";
    const RUNS: &'static [RunWithin<Bounds>] = &runs::ALL;
    const MUTANTS: &'static [GroupMutant] = &GROUP;

    fn promises(self) -> Vec<PromiseId> {
        PromiseId::GROUP.to_vec()
    }

    fn default_claim(self, bounds: &Bounds) -> Option<Claim> {
        Some(design::descriptor::claim(bounds))
    }

    fn check_limits(self, bounds: &Bounds, claim: Option<Claim>) -> Result<(), String> {
        design::descriptor::check_limits(bounds, claim)
    }

    /// A mutant that is held to lock-step alone keeps the right model at its side: what is to be shown then is that the
    /// code leaves it.
    fn build(self, bounds: Bounds, mistake: Option<OfGroup>, watching: Watching) -> CodeSystem {
        let lock_step_alone = watching.watched == Watched::these(&[PromiseId::LockStep]);
        let mut system = match mistake {
            None => CodeSystem::new(bounds),
            Some(mistake) if lock_step_alone => {
                CodeSystem::mutant_against_correct_model(bounds, mistake.model)
            }
            Some(mistake) => CodeSystem::mutant(bounds, mistake.model),
        };
        system.design.watch(watching);
        system
    }

    fn same_bounds_as(self) -> &'static [&'static str] {
        &["design"]
    }
}
