//! The decisions on which the promises hang, asked for by name in one place each.
//!
//! The defaults are right. The other answers are the mutants of semantics §5: known design mistakes, here so that the
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
}

/// Every decision, right by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decisions {
    /// Mutant C-15 ([`LoadExtent::AllButTheLastBatch`]): the load stops early and serves a stale cache. Breaks S6, S3.
    pub load: LoadExtent,
    /// Mutant C-20 ([`Acknowledge::OnceAppended`]): a commit is acknowledged before it is durable. Breaks S3.
    pub commit: Acknowledge,
    /// Mutant C-21 ([`UpdateCache::BeforeAppend`]): a failed append leaves its offset in memory. Breaks S1, S5.
    pub cache: UpdateCache,
    /// Mutant C-22 ([`Acknowledge::OnceAppended`]): an assignment is handed out before its generation is durable, so
    /// that a crash can use the generation's number again for another assignment. Breaks G3, O9.
    pub sync: Acknowledge,
    /// Mutant G-1 ([`Fence::Nobody`]): a commit is not fenced by member and generation. Breaks O9, BR1.
    pub fence: Fence,
    /// Mutant L-ack ([`Acknowledge::OnceAppended`]): a produced batch is acknowledged before its sync. Breaks L1.
    pub produce: Acknowledge,
}
