//! The bounds of the runs that `check` makes of this system.

use super::{
    bounds::{Begin, DiskBounds},
    step::{Kind, Kinds},
};
use crate::runs::RunWithin;

/// From an empty log, everything but failing operations. A sector is larger than any file: a write is there or not.
pub const DISK: DiskBounds = DiskBounds {
    begin: Begin::Empty,
    steps: 4,
    kinds: Kinds::all(),
    sector_bytes: 512,
    survivors: 4096,
    recovery_cuts: 1,
    failures: 0,
};

/// A step fewer, on sectors smaller than a batch: writes are torn, and later parts of them are there without earlier ones.
pub const TORN: DiskBounds = DiskBounds {
    steps: 3,
    sector_bytes: 64,
    ..DISK
}
.of(&[
    Kind::Append,
    Kind::AppendTwo,
    Kind::Roll,
    Kind::Flush,
    Kind::Compact,
    Kind::Delete,
    Kind::Close,
]);

/// From a log in which there is something to compact.
pub const TO_COMPACT: DiskBounds = DiskBounds {
    begin: Begin::ToCompact,
    steps: 3,
    ..DISK
}
.of(&[Kind::Append, Kind::Flush, Kind::Compact, Kind::Clock]);

/// From such a log in two segments, which a pass makes one of.
pub const TO_MERGE: DiskBounds = DiskBounds {
    begin: Begin::ToMerge,
    steps: 1,
    ..DISK
}
.of(&[Kind::Append, Kind::Compact]);

/// Flushes and appends that fail, and processes that are killed and started again.
pub const FAILING: DiskBounds = DiskBounds {
    failures: 1,
    ..DISK
}
.of(&[
    Kind::Append,
    Kind::AppendTwo,
    Kind::Retry,
    Kind::Roll,
    Kind::Flush,
    Kind::Compact,
    Kind::Close,
    Kind::Restart,
    Kind::FailedFlush,
    Kind::FailedAppend,
]);

/// A step more.
pub const FIVE_STEPS: DiskBounds = DISK.steps(5);

/// Every kind of step on small sectors.
pub const ALL_TORN: DiskBounds = DiskBounds {
    kinds: Kinds::all(),
    failures: 1,
    ..TORN
};

/// Every kind of step from a log in which there is something to compact.
pub const ALL_TO_COMPACT: DiskBounds = DiskBounds {
    kinds: Kinds::all(),
    failures: 1,
    ..TO_COMPACT
};

/// All of them. Of the deep ones, the second search agrees within the bounds of the others.
pub const ALL: [RunWithin<DiskBounds>; 8] = [
    RunWithin::new(
        "disk",
        "every workload of four steps from an empty log; writes are there or not, in any order",
        DISK,
        111_496,
    ),
    RunWithin::new(
        "disk, torn",
        "three steps on sectors smaller than a batch: writes are torn",
        TORN,
        11_587,
    ),
    RunWithin::new(
        "disk, to compact",
        "from a log in which there is something to compact",
        TO_COMPACT,
        28_255,
    ),
    RunWithin::new(
        "disk, to merge",
        "a pass of the cleaner that makes one segment of two",
        TO_MERGE,
        15_418,
    ),
    RunWithin::new(
        "disk, failing",
        "a sync or a write fails, and the process is killed and started again",
        FAILING,
        23_966,
    ),
    RunWithin::deep(
        "disk, five steps",
        "a step more from an empty log",
        FIVE_STEPS,
    ),
    RunWithin::deep(
        "disk, all torn",
        "every kind of step on sectors smaller than a batch",
        ALL_TORN,
    ),
    RunWithin::deep(
        "disk, all to compact",
        "every kind of step from a log in which there is something to compact, failing ones too",
        ALL_TO_COMPACT,
    ),
];
