//! The decisions of replay on which K6, O1 and S9 hang, right by default.
//!
//! The other answers are known mistakes, here so that the evidence can be shown to catch them.
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

/// What an offset is remembered under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyOf {
    /// Its group, topic and partition, each a field (O8).
    #[default]
    Fields,
    /// The two names put together with a dash between them, which names may hold themselves.
    NamesPutTogether,
}

/// Which partition of the offsets topic a group is sent to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Routing {
    /// The absolute value of Java's hash of its name, over UTF-16 code units (S10).
    #[default]
    AsKafka,
    /// The same hash with its sign bit masked, as keyed producers do it.
    SignBitMasked,
    /// The same formula over UTF-8 bytes.
    OverBytes,
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
    /// Mutant O-17 ([`KeyOf::NamesPutTogether`]): groups and topics whose names run together share an offset. Breaks O8.
    pub key: KeyOf,
    /// Mutants O-18 ([`Routing::SignBitMasked`], [`Routing::OverBytes`]): a group's records stand where no other broker
    /// looks for them. Breaks S10.
    pub routing: Routing,
}
