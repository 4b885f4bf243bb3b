//! The design, as the registry knows it.

use plimsoll_model::{Bounds, Design as Rules, IDS_PER_PLACE};
use plimsoll_promises::{Claim, PromiseId};

use super::{
    DesignSystem,
    mutants::{GROUP, GroupMutant, OfGroup},
    runs,
};
use crate::{
    descriptor::{Descriptor, Watching},
    limits::at_most,
    runs::RunWithin,
};

/// The model of a consumer group.
#[derive(Debug, Clone, Copy)]
pub struct Design;

impl Descriptor for Design {
    type Bounds = Bounds;
    type Mistake = OfGroup;
    type System = DesignSystem;

    const NAME: &'static str = "design";
    const RUNS: &'static [RunWithin<Bounds>] = &runs::ALL;
    const MUTANTS: &'static [GroupMutant] = &GROUP;

    /// Only code is held to lock-step, with the design.
    fn promises(self) -> Vec<PromiseId> {
        let mut all = PromiseId::GROUP.to_vec();
        all.retain(|promise| *promise != PromiseId::LockStep);
        all
    }

    fn default_claim(self, bounds: &Bounds) -> Option<Claim> {
        Some(claim(bounds))
    }

    fn check_limits(self, bounds: &Bounds, claim: Option<Claim>) -> Result<(), String> {
        check_limits(bounds, claim)
    }

    fn build(self, bounds: Bounds, mistake: Option<OfGroup>, watching: Watching) -> DesignSystem {
        let rules = mistake.map_or_else(Rules::default, |mistake| Rules::with(mistake.model));
        let mut system = DesignSystem::new(bounds, rules);
        system.watch(watching);
        system
    }
}

/// What is claimed unless something else is asked for: the client's own window and zombie term.
pub(crate) fn claim(bounds: &Bounds) -> Claim {
    Claim {
        u: bounds.window.into(),
        z: bounds.zombie.into(),
    }
}

/// More than this no trace may ask for: the model's states have room for a handful of everything.
const BOUND_MAX: u16 = 4;

/// Nor for more crashes and expiries together.
const FAULTS_MAX: u8 = IDS_PER_PLACE - 1;

/// Records of a claim, at most.
const CLAIM_MAX: u64 = 1_000;

/// Whether a trace of the design or of the code may ask for this.
pub(crate) fn check_limits(b: &Bounds, claim: Option<Claim>) -> Result<(), String> {
    at_most(&[
        ("consumer_crashes", b.consumer_crashes.into(), BOUND_MAX),
        ("failovers", b.failovers.into(), BOUND_MAX),
        ("generations", b.generations.into(), BOUND_MAX),
        ("expiries", b.expiries.into(), BOUND_MAX),
        ("lost_answers", b.lost_answers.into(), BOUND_MAX),
        ("write_errors", b.write_errors.into(), BOUND_MAX),
        ("records", b.records.into(), BOUND_MAX),
        ("window", b.window.into(), BOUND_MAX),
        ("zombie", b.zombie.into(), BOUND_MAX),
    ])?;
    // Each of these may cost a member id, and a place has four.
    let faults = b.consumer_crashes + b.failovers + b.expiries;
    if faults > FAULTS_MAX {
        return Err(format!(
            "`bounds` asks for {faults} crashes and expiries, which is more than a trace may; give at most {FAULTS_MAX}"
        ));
    }
    if claim.is_none_or(|claim| claim.u.max(claim.z) > CLAIM_MAX) {
        return Err(format!(
            "`claim` is missing or out of range; give U and Z of at most {CLAIM_MAX}"
        ));
    }
    Ok(())
}
