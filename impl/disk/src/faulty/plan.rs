//! When which fault happens: by countdown, or by a seed.

use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::{Fault, Kind};

/// A counter that a read may raise, since reads take a disk that is shared.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Clone for Counter {
    fn clone(&self) -> Counter {
        Counter(AtomicU64::new(self.get()))
    }
}

impl Counter {
    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// Faults drawn by a seed.
#[derive(Clone, Debug)]
struct Draw {
    seed: u64,
    one_in: u64,
    faults: Vec<Fault>,
}

/// A fault that is due, and a number from which it takes its details.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) fault: Fault,
    details: u64,
}

impl Due {
    /// A part of `whole`, less than all of it: half, unless a seed has chosen.
    pub(super) fn part_of(self, whole: usize) -> usize {
        match self.details {
            HALF => whole / 2,
            drawn => (drawn % whole.max(1) as u64) as usize,
        }
    }
}

/// Says that no seed has chosen.
const HALF: u64 = u64::MAX;

/// What is armed, and how far each kind of operation has been counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    counts: [Counter; Kind::COUNT],
    /// With the number of the operation of its kind that it is for.
    armed: Vec<(u64, Fault)>,
    draw: Option<Draw>,
    fired: Counter,
}

impl Plan {
    pub(super) fn arm(&mut self, n: u64, fault: Fault) {
        let at = self.counted(fault.kind()).saturating_add(n);
        self.armed.push((at, fault));
    }

    pub(super) fn draw(&mut self, seed: u64, one_in: u64, faults: &[Fault]) {
        self.draw = Some(Draw {
            seed,
            one_in: one_in.max(1),
            faults: faults.to_vec(),
        });
    }

    pub(super) fn disarm(&mut self) {
        self.armed.clear();
        self.draw = None;
    }

    pub(super) fn counted(&self, kind: Kind) -> u64 {
        self.counts[kind as usize].get()
    }

    pub(super) fn fired(&self) -> u64 {
        self.fired.get()
    }

    /// Counts one operation of this kind, and gives the fault that is to happen at it.
    pub(super) fn next(&self, kind: Kind) -> Option<Due> {
        let number = self.counts[kind as usize].next();
        let is_due = |(at, fault): &&(u64, Fault)| *at == number && fault.kind() == kind;
        let armed = self.armed.iter().find(is_due).map(|(_, fault)| Due {
            fault: *fault,
            details: HALF,
        });
        let due = armed.or_else(|| self.draw.as_ref()?.due(kind, number));
        if due.is_some() {
            self.fired.next();
        }
        due
    }
}

impl Draw {
    fn due(&self, kind: Kind, number: u64) -> Option<Due> {
        let drawn = mixed(self.seed ^ mixed(number * Kind::COUNT as u64 + kind as u64));
        let fitting = || self.faults.iter().filter(|fault| fault.kind() == kind);
        let many = fitting().count() as u64;
        if many == 0 || !drawn.is_multiple_of(self.one_in) {
            return None;
        }
        let choice = mixed(drawn);
        let fault = fitting().nth((choice % many) as usize)?;
        Some(Due {
            fault: *fault,
            // Never the number that says that no seed has chosen.
            details: mixed(choice) >> 1,
        })
    }
}

/// The output function of splitmix64 (Steele, Lea, Flood 2014): neighbouring numbers give unrelated ones.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
