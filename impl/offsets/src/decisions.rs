//! The decisions of replay on which K6, O1 and S9 hang, right by default.
//!
//! The other answers are known mistakes (semantics §5.1, §5.3), here so that the evidence can be shown to catch them.
//! Nothing outside a test or an explorer has a reason to choose one.

/// Where a transactional commit stands among the records of its key once its transaction is committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Materialise {
    /// Where its record stands (O1).
    #[default]
    WhereTheRecordStands,
    /// Where the marker stands.
    WhereTheMarkerStands,
}

/// What a tombstone does to a commit of its key that waits for a marker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PendingUnderTombstone {
    /// An older one is dropped with all that is remembered of it.
    #[default]
    Dropped,
    /// It stays, and comes back with its marker (S9).
    Kept,
}

/// What decides between two records of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Newer {
    /// Their offsets.
    #[default]
    ByRecordOffset,
    /// Their commit timestamps, which go back when another machine's clock does.
    ByCommitTimestamp,
}

/// Every decision, right by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decisions {
    /// Mutant C-8 ([`Materialise::WhereTheMarkerStands`]): an older transactional commit hides a newer plain one, until
    /// compaction removes the older. Breaks O1, K6.
    pub materialise: Materialise,
    /// Mutant C-9 ([`PendingUnderTombstone::Kept`]): a deleted offset comes back with a marker. Breaks O1, S9.
    pub tombstone: PendingUnderTombstone,
    /// Mutant O-19 ([`Newer::ByCommitTimestamp`]): a clock that went back hides newer commits. Breaks O1.
    pub newer: Newer,
}
