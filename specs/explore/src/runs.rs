//! The runs that `check` makes and the tests repeat: each system within its bounds.

use plimsoll_model::{Bounds, Design};

use crate::{code::CodeSystem, design::DesignSystem};

/// A system within bounds, under a name of its own.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Its name: the system's, and what is special about the bounds.
    pub name: &'static str,
    /// The system's name.
    pub system: &'static str,
    /// Why these bounds.
    pub told: &'static str,
    /// The bounds.
    pub bounds: Bounds,
    /// Distinct states, as counted by both searches.
    pub states: usize,
}

/// The design's own bounds: everything at once.
pub const DESIGN: Bounds = Bounds {
    records: 3,
    consumer_crashes: 1,
    failovers: 1,
    generations: 2,
    expiries: 1,
    lost_answers: 1,
    write_errors: 0,
    window: 1,
    zombie: 1,
};

/// A consumer that dies again and again between effect and commit, and nothing else: the bound is met exactly.
pub const CRASH_LOOP: Bounds = Bounds {
    records: 1,
    consumer_crashes: 2,
    failovers: 0,
    generations: 3,
    expiries: 0,
    lost_answers: 0,
    zombie: 0,
    ..DESIGN
};

/// A wider window: a batch of two between commits.
pub const BATCHES: Bounds = Bounds {
    failovers: 0,
    window: 2,
    ..DESIGN
};

/// Appends to the offsets log that fail.
pub const FAILING_APPEND: Bounds = Bounds {
    records: 2,
    lost_answers: 0,
    write_errors: 1,
    zombie: 0,
    ..DESIGN
};

/// The code's own bounds.
pub const CODE: Bounds = Bounds {
    records: 2,
    lost_answers: 0,
    zombie: 0,
    ..DESIGN
};

/// The code within bounds that a test has time for.
pub const CODE_SMALL: Bounds = Bounds { records: 1, ..CODE };

/// The code on a disk whose write fails.
pub const CODE_FAILING_APPEND: Bounds = Bounds {
    records: 1,
    consumer_crashes: 0,
    expiries: 0,
    lost_answers: 1,
    write_errors: 1,
    ..CODE
};

/// What `check` explores.
pub const ALL: [Run; 6] = [
    Run {
        name: "design",
        system: "design",
        told: "everything at once",
        bounds: DESIGN,
        states: 1_114_654,
    },
    Run {
        name: "design, crash loop",
        system: "design",
        told: "a consumer dies between effect and commit, again and again",
        bounds: CRASH_LOOP,
        states: 65_409,
    },
    Run {
        name: "design, batches",
        system: "design",
        told: "a window of two records, and a zombie",
        bounds: BATCHES,
        states: 125_286,
    },
    Run {
        name: "design, failing append",
        system: "design",
        told: "the offsets log refuses a write",
        bounds: FAILING_APPEND,
        states: 259_443,
    },
    Run {
        name: "code",
        system: "code",
        told: "the power may fail before every step and in every recovery",
        bounds: CODE,
        states: 423_156,
    },
    CODE_FAILING,
];

const CODE_FAILING: Run = Run {
    name: "code, failing append",
    system: "code",
    told: "a write fails halfway",
    bounds: CODE_FAILING_APPEND,
    states: 12_502,
};

/// The runs of the code that a test has time for.
pub const CODE_IN_TESTS: [Run; 2] = [
    Run {
        name: "code, one record",
        system: "code",
        told: "the code's run with a record fewer",
        bounds: CODE_SMALL,
        states: 156_750,
    },
    CODE_FAILING,
];

impl Run {
    /// The design within these bounds.
    pub fn design(&self) -> DesignSystem {
        DesignSystem::new(self.bounds, Design::default())
    }

    /// The code within these bounds.
    pub fn code(&self) -> CodeSystem {
        CodeSystem::new(self.bounds)
    }
}
