//! How many workloads there are within bounds, as steps in order: the paths that lead to the states which are explored
//! once.

use std::hash::BuildHasher as _;

use foldhash::{HashMap, HashMapExt as _, quality::FixedState};

use super::{
    state::{DiskState, Running},
    system::DiskSystem,
};
use crate::system::System;

/// What workloads there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workloads {
    /// Workloads of any length within the bounds, the empty one included.
    pub workloads: u64,
    /// The states that they lead to while the power is on.
    pub states: u64,
}

/// Walks every workload without a crash; those that meet are walked together.
pub fn count_workloads(system: &DiskSystem) -> Workloads {
    let hasher = FixedState::default();
    let mut level: Vec<(Running, u64)> = Vec::new();
    if let DiskState::Running(start) = system.start() {
        level.push((*start, 1));
    }
    let mut counted = Workloads {
        workloads: 0,
        states: 0,
    };
    while !level.is_empty() {
        counted.workloads += level.iter().map(|(_, paths)| paths).sum::<u64>();
        counted.states += level.len() as u64;
        let mut next: HashMap<u64, (Running, u64)> = HashMap::new();
        for (running, paths) in level {
            for step in system.steps(&running) {
                let Some(reached) = system.take(&running, step, false).next else {
                    continue;
                };
                let fingerprint = hasher.hash_one(&reached);
                next.entry(fingerprint).or_insert((reached, 0)).1 += paths;
            }
        }
        level = next.into_values().collect();
    }
    counted
}
