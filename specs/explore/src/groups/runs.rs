//! The runs of the system: small alphabets, each explored whole.

use super::{
    bounds::{Begin, GroupsBounds, NONE},
    names::{A_B_C, A_BC, CYRILLIC, FIRST, NEGATIVE_HASH, SECOND, Who},
};
use crate::runs::RunWithin;

/// Commits of a client outside the group protocol, deleted and made again, on a log that is compacted and lost.
pub const COMMITS: GroupsBounds = GroupsBounds {
    steps: 6,
    spots: [Some(FIRST), None, None, None],
    simple: true,
    deletions: true,
    clocks_back: 1,
    full_disks: 1,
    compactions: 2,
    failovers: 1,
    failed_reads: 1,
    ..NONE
};

/// Commits in transactions, on a log that is compacted and lost.
pub const TRANSACTIONS: GroupsBounds = GroupsBounds {
    steps: 6,
    spots: [Some(FIRST), Some(SECOND), None, None],
    transactions: true,
    compactions: 1,
    failovers: 1,
    ..NONE
};

/// A transaction and what others do to its offset meanwhile.
pub const MIXED: GroupsBounds = GroupsBounds {
    steps: 5,
    spots: [Some(FIRST), None, None, None],
    simple: true,
    transactions: true,
    deletions: true,
    compactions: 1,
    failovers: 1,
    ..NONE
};

/// Two dynamic members that come, go, fall silent and come back.
pub const MEMBERS: GroupsBounds = GroupsBounds {
    steps: 7,
    spots: [Some(FIRST), None, None, None],
    members: [Some(Who::A), Some(Who::B)],
    lives: 2,
    timers: true,
    failovers: 1,
    ..NONE
};

/// A static member that dies and comes back, next to a dynamic one.
pub const STATIC: GroupsBounds = GroupsBounds {
    steps: 8,
    spots: [Some(FIRST), None, None, None],
    members: [Some(Who::S), None],
    lives: 3,
    timers: true,
    full_disks: 1,
    failovers: 2,
    ..NONE
};

/// Time passes over a group that a member uses and leaves.
pub const EXPIRY: GroupsBounds = GroupsBounds {
    steps: 8,
    spots: [Some(FIRST), None, None, None],
    members: [Some(Who::A), None],
    timers: true,
    ticks: 3,
    failovers: 1,
    ..NONE
};

/// Time passes over offsets that are committed in transactions and otherwise.
pub const EXPIRY_IN_TRANSACTIONS: GroupsBounds = GroupsBounds {
    steps: 6,
    spots: [Some(FIRST), None, None, None],
    simple: true,
    transactions: true,
    ticks: 2,
    failovers: 1,
    ..NONE
};

/// A group that is joined, left, deleted and used again.
pub const GROUP_LIFE: GroupsBounds = GroupsBounds {
    steps: 7,
    spots: [Some(FIRST), None, None, None],
    members: [Some(Who::A), None],
    simple: true,
    deletions: true,
    compactions: 1,
    failovers: 1,
    ..NONE
};

/// Groups whose names run together with those of topics, or hash to a negative number, or are no single bytes.
pub const NAMES: GroupsBounds = GroupsBounds {
    steps: 4,
    spots: [Some(A_B_C), Some(A_BC), Some(NEGATIVE_HASH), Some(CYRILLIC)],
    simple: true,
    failovers: 1,
    ..NONE
};

/// What a KIP-848 group left in the log, under a coordinator that serves none.
pub const LEFT_BEHIND: GroupsBounds = GroupsBounds {
    begin: Begin::AnotherProtocol,
    steps: 6,
    spots: [Some(FIRST), None, None, None],
    simple: true,
    compactions: 2,
    failovers: 2,
    ..NONE
};

/// All of them.
pub const ALL: [RunWithin<GroupsBounds>; 10] = [
    RunWithin::new(
        "groups, commits",
        "a client commits, an administrator deletes; the log is compacted, cut and loaded",
        COMMITS,
        6_107,
    ),
    RunWithin::new(
        "groups, transactions",
        "two offsets in transactions",
        TRANSACTIONS,
        27_087,
    ),
    RunWithin::new(
        "groups, mixed",
        "an offset in transactions and otherwise, deleted meanwhile",
        MIXED,
        12_617,
    ),
    RunWithin::new(
        "groups, members",
        "two dynamic members come, go, fall silent and come back",
        MEMBERS,
        28_239,
    ),
    RunWithin::new(
        "groups, static",
        "a static member dies and comes back",
        STATIC,
        15_203,
    ),
    RunWithin::new(
        "groups, expiry",
        "time passes over a group that is used and left",
        EXPIRY,
        6_515,
    ),
    RunWithin::new(
        "groups, expiry in transactions",
        "time passes over open transactions",
        EXPIRY_IN_TRANSACTIONS,
        48_655,
    ),
    RunWithin::new(
        "groups, group life",
        "a group is joined, left, deleted and used again",
        GROUP_LIFE,
        16_359,
    ),
    RunWithin::new(
        "groups, names",
        "names that run together, and hashes that are negative or not of single bytes",
        NAMES,
        1_021,
    ),
    RunWithin::new(
        "groups, left behind",
        "a log with records of another protocol",
        LEFT_BEHIND,
        367,
    ),
];
