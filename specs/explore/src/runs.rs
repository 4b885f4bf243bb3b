//! The runs that `check` makes and the tests repeat: each system within its bounds.

use plimsoll_model::Bounds;

use crate::{
    disk, groups,
    scope::Scope::{self, Code, Design, Disk, Groups},
};

/// A system within bounds, under a name of its own.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Its name: the system's, and what is special about the bounds.
    pub name: &'static str,
    /// Why these bounds.
    pub description: &'static str,
    /// The system within its bounds.
    pub scope: Scope,
    /// Distinct states, as counted by both searches; `None` for a run that only one makes.
    pub states: Option<usize>,
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
pub const ALL: [Run; 21] = [
    Run {
        name: "design",
        description: "everything at once",
        scope: Design(DESIGN),
        states: Some(1_114_654),
    },
    Run {
        name: "design, crash loop",
        description: "a consumer dies between effect and commit, again and again",
        scope: Design(CRASH_LOOP),
        states: Some(65_409),
    },
    Run {
        name: "design, batches",
        description: "a window of two records, and a zombie",
        scope: Design(BATCHES),
        states: Some(125_286),
    },
    Run {
        name: "design, failing append",
        description: "the offsets log refuses a write",
        scope: Design(FAILING_APPEND),
        states: Some(259_443),
    },
    Run {
        name: "code",
        description: "the power may fail before every step and in every recovery",
        scope: Code(CODE),
        states: Some(423_156),
    },
    CODE_FAILING,
    Run {
        name: "disk",
        description: "every workload of four steps from an empty log; writes are there or not, in any order",
        scope: Disk(disk::runs::DISK),
        states: Some(111_496),
    },
    Run {
        name: "disk, torn",
        description: "three steps on sectors smaller than a batch: writes are torn",
        scope: Disk(disk::runs::TORN),
        states: Some(11_587),
    },
    Run {
        name: "disk, to compact",
        description: "from a log in which there is something to compact",
        scope: Disk(disk::runs::TO_COMPACT),
        states: Some(28_255),
    },
    Run {
        name: "disk, to merge",
        description: "a pass of the cleaner that makes one segment of two",
        scope: Disk(disk::runs::TO_MERGE),
        states: Some(15_418),
    },
    Run {
        name: "disk, failing",
        description: "a sync or a write fails, and the process is killed and started again",
        scope: Disk(disk::runs::FAILING),
        states: Some(23_966),
    },
    Run {
        name: "groups, commits",
        description: "a client commits, an administrator deletes; the log is compacted, cut and loaded",
        scope: Groups(groups::runs::COMMITS),
        states: Some(6_107),
    },
    Run {
        name: "groups, transactions",
        description: "two offsets in transactions",
        scope: Groups(groups::runs::TRANSACTIONS),
        states: Some(27_087),
    },
    Run {
        name: "groups, mixed",
        description: "an offset in transactions and otherwise, deleted meanwhile",
        scope: Groups(groups::runs::MIXED),
        states: Some(12_617),
    },
    Run {
        name: "groups, members",
        description: "two dynamic members come, go, fall silent and come back",
        scope: Groups(groups::runs::MEMBERS),
        states: Some(28_239),
    },
    Run {
        name: "groups, static",
        description: "a static member dies and comes back",
        scope: Groups(groups::runs::STATIC),
        states: Some(15_203),
    },
    Run {
        name: "groups, expiry",
        description: "time passes over a group that is used and left",
        scope: Groups(groups::runs::EXPIRY),
        states: Some(6_515),
    },
    Run {
        name: "groups, expiry in transactions",
        description: "time passes over open transactions",
        scope: Groups(groups::runs::EXPIRY_IN_TRANSACTIONS),
        states: Some(48_655),
    },
    Run {
        name: "groups, group life",
        description: "a group is joined, left, deleted and used again",
        scope: Groups(groups::runs::GROUP_LIFE),
        states: Some(16_359),
    },
    Run {
        name: "groups, names",
        description: "names that run together, and hashes that are negative or not of single bytes",
        scope: Groups(groups::runs::NAMES),
        states: Some(1_021),
    },
    Run {
        name: "groups, left behind",
        description: "a log with records of another protocol",
        scope: Groups(groups::runs::LEFT_BEHIND),
        states: Some(367),
    },
];

/// What takes minutes, and is explored when it is asked for: only by one search, which uses every core. Within the bounds
/// of [`ALL`] the second one agrees.
pub const DEEP: [Run; 3] = [
    Run {
        name: "disk, five steps",
        description: "a step more from an empty log",
        scope: Disk(disk::runs::FIVE_STEPS),
        states: None,
    },
    Run {
        name: "disk, all torn",
        description: "every kind of step on sectors smaller than a batch",
        scope: Disk(disk::runs::ALL_TORN),
        states: None,
    },
    Run {
        name: "disk, all to compact",
        description: "every kind of step from a log in which there is something to compact, failing ones too",
        scope: Disk(disk::runs::ALL_TO_COMPACT),
        states: None,
    },
];

const CODE_FAILING: Run = Run {
    name: "code, failing append",
    description: "a write fails halfway",
    scope: Code(CODE_FAILING_APPEND),
    states: Some(12_502),
};

/// The runs of the code that a test has time for.
pub const CODE_IN_TESTS: [Run; 2] = [
    Run {
        name: "code, one record",
        description: "the code's run with a record fewer",
        scope: Code(CODE_SMALL),
        states: Some(156_750),
    },
    CODE_FAILING,
];
