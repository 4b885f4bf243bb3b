//! The log on its disk, as the registry knows it.

use plimsoll_log::Decisions;
use plimsoll_promises::{Claim, PromiseId};

use super::{
    DiskBounds, DiskSystem,
    mutants::{LOG, LogMutant, OfLog},
    runs,
};
use crate::{
    descriptor::{Descriptor, Watching},
    limits::at_most,
    runs::RunWithin,
};

/// The real log on a simulated disk.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

/// Steps of a workload.
const STEPS_MAX: u16 = 12;

/// Disks of one power cut that are looked at.
const SURVIVORS_MAX: u16 = 4096;

/// Bytes of a sector, at least.
const SECTOR_BYTES_MIN: u16 = 16;

/// Faults of a kind.
const FAULTS_MAX: u16 = 4;

impl Descriptor for Disk {
    type Bounds = DiskBounds;
    type Mistake = OfLog;
    type System = DiskSystem;

    const NAME: &'static str = "disk";
    const RUNS: &'static [RunWithin<DiskBounds>] = &runs::ALL;
    const MUTANTS: &'static [LogMutant] = &LOG;
    /// L-ack is a mistake of the broker, in *design* and *code*.
    const RENAMED: &'static [(&'static str, &'static str)] = &[("L-ack", "L-ack-log")];

    fn promises(self) -> Vec<PromiseId> {
        PromiseId::STORAGE.to_vec()
    }

    fn check_limits(self, b: &DiskBounds, _: Option<Claim>) -> Result<(), String> {
        if b.sector_bytes < SECTOR_BYTES_MIN {
            return Err(format!(
                "`bounds.sector_bytes` is {}: smaller sectors leave too many disks; give at least {SECTOR_BYTES_MIN}",
                b.sector_bytes
            ));
        }
        at_most(&[
            ("steps", b.steps.into(), STEPS_MAX),
            ("survivors", b.survivors, SURVIVORS_MAX),
            ("recovery_cuts", b.recovery_cuts.into(), FAULTS_MAX),
            ("failures", b.failures.into(), FAULTS_MAX),
        ])
    }

    fn build(self, bounds: DiskBounds, mistake: Option<OfLog>, watching: Watching) -> DiskSystem {
        let decisions = mistake.map_or_else(Decisions::default, |mistake| mistake.decisions());
        let mut system = DiskSystem::new(bounds, decisions);
        system.watched = watching.watched;
        system.beyond_breach = watching.beyond_breach;
        system
    }
}
