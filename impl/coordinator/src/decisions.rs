//! The decisions on which the promises hang, asked for by name in one place each.
//!
//! The defaults are right. The other answers are known design mistakes by their KAFKA numbers or names, here so that the
//! evidence can be shown to catch them. Nothing outside a test or an explorer has a reason to choose one.

/// When an answer that depends on appended records may be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Acknowledge {
    /// When the high watermark has passed the records (S2).
    #[default]
    OnceDurable,
    /// As soon as they are in the local log, which a crash may still cut.
    OnceAppended,
}

/// When the cache takes over what a request appends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UpdateCache {
    /// When the append has succeeded (S5).
    #[default]
    AfterAppend,
    /// Before it is tried, and without taking it back when it fails.
    BeforeAppend,
}

/// Whom a commit with a generation must come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fence {
    /// A member of the current generation (G4).
    #[default]
    CurrentMember,
    /// A member of the current generation or of one that is yet to come.
    CurrentOrLaterMember,
    /// Anybody.
    Nobody,
}

/// How much of the log a load replays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LoadExtent {
    /// All of it (S6).
    #[default]
    ToTheEnd,
    /// All but the last batch.
    AllButTheLastBatch,
    /// What comes before a read that fails.
    UpToAFailedRead,
}

/// What a load expects of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LoadDemand {
    /// Nothing: compaction may have removed what a record once followed (K6).
    #[default]
    Nothing,
    /// Whatever a tombstone removes was there.
    WhatTombstonesRemove,
    /// A group whose record was removed has no offsets.
    RemovedGroupsStayRemoved,
    /// The record of a KIP-848 member's group stands before the member's own.
    GroupsBeforeTheirMembers,
}

/// Whether a sync phase ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SyncPhase {
    /// After the rebalance time-out (V1).
    #[default]
    Ends,
    /// When everybody has synced, and never if somebody is gone.
    WaitsForAll,
}

/// What becomes of a static member's new id before its join is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Replacement {
    /// It is written, and durable (G8).
    #[default]
    Written,
    /// It is kept in memory.
    InMemoryOnly,
}

/// Whether a static member that is silent loses its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StaticSession {
    /// After its session time-out, as any other.
    #[default]
    Ends,
    /// Never.
    NeverEnds,
}

/// From when on the retention of an offset counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExpiryBase {
    /// What the group's state says (O6, KIP-211).
    #[default]
    GroupState,
    /// The commit, whatever the group does.
    CommitTime,
}

/// Whether a group with open transactions may be removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OpenTransactions {
    /// No: their offsets may yet count (O7).
    #[default]
    KeepTheGroup,
    /// If it has no other offsets.
    AreOverlooked,
}

/// Under which key a tombstone is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TombstoneKey {
    /// That of the record it removes, byte for byte (S9).
    #[default]
    OfTheRecord,
    /// One that was encoded twice: the group's name is another.
    EncodedTwice,
}

/// What ends a transaction in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TransactionEnd {
    /// A control record, which compaction keeps as long as it keeps a record of the transaction (K7).
    #[default]
    Marker,
    /// A record under its producer's key, of which compaction keeps the last.
    RecordOfTheProducer,
}

/// What a high watermark means that is lower than one heard of before: they overtake each other on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WatermarkOrder {
    /// Nothing.
    #[default]
    Monotone,
    /// Whatever came last is true.
    LastWins,
}

/// Every decision, right by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decisions {
    /// Mutants C-8, C-9 and O-19 are decisions of the replay.
    pub replay: plimsoll_offsets::Decisions,
    /// Mutants C-5 ([`LoadDemand::GroupsBeforeTheirMembers`]), C-6 ([`LoadDemand::WhatTombstonesRemove`]) and C-7
    /// ([`LoadDemand::RemovedGroupsStayRemoved`]): a compacted log cannot be loaded. Break K6, V3.
    pub demand: LoadDemand,
    /// Mutant C-10 ([`OpenTransactions::AreOverlooked`]): a group with nothing but open transactions is removed. Breaks
    /// O7, D1.
    pub open_transactions: OpenTransactions,
    /// Mutant G-4 ([`SyncPhase::WaitsForAll`]): a member that never syncs holds up its group for ever. Breaks V1.
    pub sync_phase: SyncPhase,
    /// Mutant G-8 ([`Replacement::InMemoryOnly`]): a crash revives the id that was replaced. Breaks G8.
    pub replacement: Replacement,
    /// Mutant G-15 ([`ExpiryBase::CommitTime`]): the offset of an active group expires. Breaks O6, D1.
    pub expiry_base: ExpiryBase,
    /// Mutant G-29 ([`StaticSession::NeverEnds`]): a dead static member keeps its partitions for ever. Breaks V2, G8.
    pub static_session: StaticSession,
    /// Mutant O-1 ([`TombstoneKey::EncodedTwice`]): what was deleted comes back with the next load. Breaks S9.
    pub tombstone_key: TombstoneKey,
    /// Mutant O-6 ([`TransactionEnd::RecordOfTheProducer`]): compaction removes what committed a transaction, and its
    /// offsets are lost with the next load. Breaks K6.
    pub transaction_end: TransactionEnd,
    /// Mutants C-15 ([`LoadExtent::AllButTheLastBatch`]) and C-4 ([`LoadExtent::UpToAFailedRead`]): the load stops early
    /// and serves a stale cache. Break S6, S3.
    pub load: LoadExtent,
    /// Mutant C-20 ([`Acknowledge::OnceAppended`]): a commit is acknowledged before it is durable. Breaks S3.
    pub commit: Acknowledge,
    /// Mutant C-21 ([`UpdateCache::BeforeAppend`]): a failed append leaves its offset in memory. Breaks S1, S5.
    pub cache: UpdateCache,
    /// Mutant C-22 ([`Acknowledge::OnceAppended`]): an assignment is handed out before its generation is durable, so
    /// that a crash can use the generation's number again for another assignment. Breaks G3, O9.
    pub sync: Acknowledge,
    /// Mutants G-1 ([`Fence::Nobody`]): a commit is not fenced by member and generation, breaks O9, BR1; and G-2
    /// ([`Fence::CurrentOrLaterMember`]): one of a generation that a lost coordinator formed is accepted, breaks G4.
    pub fence: Fence,
    /// Breaks V4: who waits for what has long been durable is not told.
    pub watermark_order: WatermarkOrder,
    /// Mutant L-ack ([`Acknowledge::OnceAppended`]): a produced batch is acknowledged before its sync. Breaks L1.
    pub produce: Acknowledge,
}
