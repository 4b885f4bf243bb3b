//! The runs of the code.

use plimsoll_model::Bounds;

use crate::{design::runs::DESIGN, runs::RunWithin};

/// Everything at once.
pub const CODE: Bounds = Bounds {
    records: 2,
    lost_answers: 0,
    zombie: 0,
    ..DESIGN
};

/// A write fails halfway.
pub const FAILING_APPEND: Bounds = Bounds {
    records: 1,
    consumer_crashes: 0,
    expiries: 0,
    lost_answers: 1,
    write_errors: 1,
    ..CODE
};

const FAILING: RunWithin<Bounds> = RunWithin::new(
    "code, failing append",
    "a write fails halfway",
    FAILING_APPEND,
    12_502,
);

/// All of them.
pub const ALL: [RunWithin<Bounds>; 2] = [
    RunWithin::new(
        "code",
        "the power may fail before every step and in every recovery",
        CODE,
        423_156,
    ),
    FAILING,
];

/// Those that a test has time for.
pub const IN_TESTS: [RunWithin<Bounds>; 2] = [
    RunWithin::new(
        "code, one record",
        "the code's run with a record fewer",
        Bounds { records: 1, ..CODE },
        156_750,
    ),
    FAILING,
];
