//! The coordinator over its log, as the registry knows it.

use plimsoll_coordinator::Decisions;
use plimsoll_promises::{Claim, PromiseId};

use super::{
    GroupsBounds, GroupsSystem,
    mutants::{COORDINATOR, CoordinatorMutant, OfCoordinator},
    runs,
};
use crate::{
    descriptor::{Descriptor, Watching},
    limits::at_most,
    runs::RunWithin,
};

/// The real coordinator over an offsets log that is compacted, lost and loaded again.
#[derive(Debug, Clone, Copy)]
pub struct Groups;

/// Of anything.
const BOUND_MAX: u16 = 12;

impl Descriptor for Groups {
    type Bounds = GroupsBounds;
    type Mistake = OfCoordinator;
    type System = GroupsSystem;

    const NAME: &'static str = "groups";
    const RUNS: &'static [RunWithin<GroupsBounds>] = &runs::ALL;
    const MUTANTS: &'static [CoordinatorMutant] = &COORDINATOR;

    fn promises(self) -> Vec<PromiseId> {
        PromiseId::OFFSETS_TOPIC.to_vec()
    }

    fn check_limits(self, b: &GroupsBounds, _: Option<Claim>) -> Result<(), String> {
        at_most(&[
            ("steps", b.steps.into(), BOUND_MAX),
            ("lives", b.lives.into(), BOUND_MAX),
            ("ticks", b.ticks.into(), BOUND_MAX),
            ("clocks_back", b.clocks_back.into(), BOUND_MAX),
            ("full_disks", b.full_disks.into(), BOUND_MAX),
            ("compactions", b.compactions.into(), BOUND_MAX),
            ("failovers", b.failovers.into(), BOUND_MAX),
            ("failed_reads", b.failed_reads.into(), BOUND_MAX),
        ])
    }

    fn build(
        self,
        bounds: GroupsBounds,
        mistake: Option<OfCoordinator>,
        watching: Watching,
    ) -> GroupsSystem {
        let decisions = mistake.map_or_else(Decisions::default, |mistake| mistake.decisions());
        let mut system = GroupsSystem::new(bounds, decisions);
        system.watched = watching.watched;
        system.beyond_breach = watching.beyond_breach;
        system
    }
}
