//! The runs of the design.

use plimsoll_model::Bounds;

use crate::runs::RunWithin;

/// Everything at once.
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

/// All of them.
pub const ALL: [RunWithin<Bounds>; 4] = [
    RunWithin::new("design", "everything at once", DESIGN, 1_114_654),
    RunWithin::new(
        "design, crash loop",
        "a consumer dies between effect and commit, again and again",
        CRASH_LOOP,
        65_409,
    ),
    RunWithin::new(
        "design, batches",
        "a window of two records, and a zombie",
        BATCHES,
        125_286,
    ),
    RunWithin::new(
        "design, failing append",
        "the offsets log refuses a write",
        FAILING_APPEND,
        259_443,
    ),
];
