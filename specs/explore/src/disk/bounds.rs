//! How far the exploration of the log on its disk goes.

use serde::{Deserialize, Serialize};

use super::step::{Kind, Kinds};

/// Where the workloads begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    /// At an empty log.
    #[default]
    Empty,
    /// At a log of which everything is synced and much can be compacted: two records of a key, an aborted one of that
    /// key and a tombstone of another in a closed segment, and an empty segment to go on in.
    ToCompact,
    /// The same in two closed segments, which a pass makes one of: the transaction ends in the second one.
    ToMerge,
}

/// Bounds, fault budgets included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskBounds {
    /// Where workloads begin.
    pub begin: Begin,
    /// Steps of a workload, at most.
    pub steps: u8,
    /// The steps that it is made of.
    pub kinds: Kinds,
    /// Bytes of a sector: what a power cut cannot tear.
    pub sector_bytes: u16,
    /// How many of the disks that one power cut may leave are looked at, at most; how many are not is counted.
    pub survivors: u16,
    /// How often the power fails again during recovery.
    pub recovery_cuts: u8,
    /// Steps of which a disk operation fails.
    pub failures: u8,
}

impl DiskBounds {
    /// With so many steps.
    pub const fn steps(self, steps: u8) -> Self {
        Self { steps, ..self }
    }

    /// Only of these steps.
    pub const fn of(self, kinds: &[Kind]) -> Self {
        Self {
            kinds: Kinds::these(kinds),
            ..self
        }
    }

    /// As name and number.
    pub fn listed(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("steps", self.steps.into()),
            ("kinds of steps", self.kinds.len()),
            ("bytes of a sector", self.sector_bytes.into()),
            ("disks looked at per cut", self.survivors.into()),
            ("cuts", 1),
            ("cuts in recovery", self.recovery_cuts.into()),
            ("failed operations", self.failures.into()),
        ]
    }
}
