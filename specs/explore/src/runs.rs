//! The runs that `check` makes and the tests repeat: each system within its bounds.

use plimsoll_model::{Bounds, Design};

use crate::{code::CodeSystem, design::DesignSystem};

/// A system within bounds, under a name of its own.
#[derive(Debug, Clone)]
pub struct Run<S> {
    /// Its name: the system's, and what is special about the bounds.
    pub name: &'static str,
    /// Why these bounds.
    pub told: &'static str,
    /// The system.
    pub system: S,
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

/// The design's runs.
pub fn design() -> Vec<Run<DesignSystem>> {
    let run = |name, told, bounds, states| Run {
        name,
        told,
        system: DesignSystem::new(bounds, Design::default()),
        states,
    };
    vec![
        run("design", "everything at once", DESIGN, 1_114_654),
        run(
            "design, crash loop",
            "a consumer dies between effect and commit, again and again",
            CRASH_LOOP,
            65_409,
        ),
        run(
            "design, batches",
            "a window of two records and a zombie",
            BATCHES,
            125_286,
        ),
        run(
            "design, failing append",
            "the offsets log refuses a write",
            FAILING_APPEND,
            259_443,
        ),
    ]
}

fn code_run(
    name: &'static str,
    told: &'static str,
    bounds: Bounds,
    states: usize,
) -> Run<CodeSystem> {
    Run {
        name,
        told,
        system: CodeSystem::new(bounds),
        states,
    }
}

/// The code's runs.
pub fn code() -> Vec<Run<CodeSystem>> {
    vec![
        code_run(
            "code",
            "the power may fail before every step and in every recovery",
            CODE,
            408_047,
        ),
        code_run(
            "code, failing append",
            "a write fails halfway",
            CODE_FAILING_APPEND,
            3_884,
        ),
    ]
}

/// The code's runs that a test has time for.
pub fn code_in_tests() -> Vec<Run<CodeSystem>> {
    vec![
        code_run(
            "code, one record",
            "the code's run with a record fewer",
            CODE_SMALL,
            148_091,
        ),
        code_run(
            "code, failing append",
            "a write fails halfway",
            CODE_FAILING_APPEND,
            3_884,
        ),
    ]
}
