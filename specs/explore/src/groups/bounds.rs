//! How far a run goes, and what its workloads are made of.

use serde::{Deserialize, Serialize};

use super::names::{OffsetKey, Who};

/// What stands in the log when a workload begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    /// Nothing.
    Nothing,
    /// Two epochs of a KIP-848 group, and between them a member of it: what another protocol left behind.
    AnotherProtocol,
}

/// Bounds of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupsBounds {
    /// What comes before.
    pub begin: Begin,
    /// Steps of a workload.
    pub steps: u8,
    /// Partitions that are committed, each in its group.
    pub spots: [Option<OffsetKey>; 4],
    /// Consumers.
    pub members: [Option<Who>; 2],
    /// Lives of each consumer.
    pub lives: u8,
    /// Clients outside the group protocol commit.
    pub simple: bool,
    /// A producer commits in transactions.
    pub transactions: bool,
    /// Administrators delete offsets and groups.
    pub deletions: bool,
    /// Members' timers run out.
    pub timers: bool,
    /// Steps of the clock, between passes of expiry; none without it.
    pub ticks: u8,
    /// How often the clock goes back.
    pub clocks_back: u8,
    /// Appends that fail.
    pub full_disks: u8,
    /// Passes of the cleaner.
    pub compactions: u8,
    /// Failovers.
    pub failovers: u8,
    /// Loads whose read fails.
    pub failed_reads: u8,
}

/// Nothing at all: what a run is made of is added to it.
pub const NONE: GroupsBounds = GroupsBounds {
    begin: Begin::Nothing,
    steps: 0,
    spots: [None; 4],
    members: [None; 2],
    lives: 1,
    simple: false,
    transactions: false,
    deletions: false,
    timers: false,
    ticks: 0,
    clocks_back: 0,
    full_disks: 0,
    compactions: 0,
    failovers: 0,
    failed_reads: 0,
};

impl GroupsBounds {
    pub(super) fn spots(&self) -> impl Iterator<Item = OffsetKey> + use<> {
        self.spots.into_iter().flatten()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = Who> + use<> {
        self.members.into_iter().flatten()
    }

    /// As name and number.
    pub(super) fn listed(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("steps", self.steps.into()),
            ("offsets", self.spots().count() as u64),
            ("members", self.members().count() as u64),
            ("lives", self.lives.into()),
            ("clock steps", self.ticks.into()),
            ("clocks back", self.clocks_back.into()),
            ("failed appends", self.full_disks.into()),
            ("compactions", self.compactions.into()),
            ("failovers", self.failovers.into()),
            ("failed reads", self.failed_reads.into()),
        ]
    }
}
