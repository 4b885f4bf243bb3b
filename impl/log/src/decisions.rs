//! The decisions on which the promises of a log hang, asked for by name in one place each.
//!
//! The defaults are right. The other answers are known mistakes of logs, here so that the evidence can be shown to catch
//! them. Nothing outside a test or an explorer has a reason to choose one.

macro_rules! decision {
    ($(#[$about:meta])* $name:ident { $(#[$right_about:meta])* $right:ident, $($(#[$wrong_about:meta])* $wrong:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[$right_about])*
            #[default]
            $right,
            $($(#[$wrong_about])* $wrong,)+
        }

        impl $name {
            /// The known mistakes.
            pub const WRONG: &[$name] = &[$($name::$wrong),+];
        }
    };
}

decision! {
    /// How long compaction keeps a tombstone.
    Tombstones {
        /// Until the delete horizon that the first pass set has passed (K4).
        UntilHorizon,
        /// Not at all: a slow reader misses the deletion.
        RemovedAtOnce,
        /// For ever: the log grows without bound.
        KeptForever,
    }
}

decision! {
    /// What compaction does with the last batch of what it cleans.
    LastBatch {
        /// Keeps it, empty if need be, so that the end and the producers' state survive (K8).
        Kept,
        /// Drops it like any other: offsets are given twice.
        Dropped,
    }
}

decision! {
    /// Whether records of aborted transactions count as the latest of their key.
    AbortedRecords {
        /// They never enter the offset map (K7).
        LeftOut,
        /// They do, and shadow a committed record.
        Entered,
    }
}

decision! {
    /// When the recovery point moves forward.
    AdvanceRecoveryPoint {
        /// When everything below it is synced (L9).
        AfterSync,
        /// Before: an unverified tail is trusted.
        BeforeSync,
    }
}

decision! {
    /// What recovery does with the segments behind a tear.
    LaterSegments {
        /// Removes them before it cuts the torn one (L9).
        Removed,
        /// Keeps them: the log has a hole.
        Kept,
    }
}

decision! {
    /// What recovery does with a torn tail.
    TornTail {
        /// Cuts it off (L9).
        Truncated,
        /// Steps over it: what is appended next lies behind garbage.
        Skipped,
    }
}

decision! {
    /// Whether recovery computes checksums.
    RecoveryChecksum {
        /// It does (L9).
        Checked,
        /// It looks at headers only: a half-written batch is served.
        NotChecked,
    }
}

decision! {
    /// How many batches of a producer are remembered (L8).
    DedupWindow {
        /// Five, which is what a producer may have in flight.
        Five,
        /// One: a retry of the second-last batch is appended again, or refused.
        One,
    }
}

decision! {
    /// What recovery makes of the producers' state.
    RecoverProducers {
        /// It is that of the log (L8, L11).
        Rebuilt,
        /// It begins anew: a retry after a crash is appended again.
        Forgotten,
    }
}

decision! {
    /// What a fetch at an offset inside a batch gets.
    FetchInside {
        /// The whole batch (L7).
        WholeBatch,
        /// The next one: records are passed over.
        NextBatch,
    }
}

decision! {
    /// Up to where what was appended may be acknowledged.
    Acknowledge {
        /// What is synced (L1).
        OnceSynced,
        /// What is written.
        AtAppend,
    }
}

decision! {
    /// Whether a sync after a roll also syncs the directory.
    NewNames {
        /// It does, before anything in the new file counts as durable (L1).
        Synced,
        /// It does not: the new segment may be gone with all that is in it.
        NotSynced,
    }
}

decision! {
    /// What comes after a failed sync.
    FailedSync {
        /// Nothing: the log stops until it is opened anew.
        Stop,
        /// Another try, which succeeds without having written anything.
        Retry,
    }
}

decision! {
    /// What a process that is started after a failed sync makes of what it reads.
    AfterFailedSync {
        /// It writes it again: nothing else makes it durable (L9).
        WriteAgain,
        /// It syncs it, which succeeds without having written anything.
        Sync,
    }
}

decision! {
    /// Whether index files are believed.
    IndexFiles {
        /// Only those whose checksum the checkpoint knows (L11).
        Checked,
        /// All, also those of a crash.
        Trusted,
    }
}

decision! {
    /// How compaction puts its output in the place of what it read.
    Swap {
        /// By a name that recovery finishes from, wherever a crash comes (K9).
        ByMarker,
        /// By removing first and renaming then.
        InPlace,
    }
}

/// Every decision, right by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decisions {
    /// Mutant L-4 ([`Tombstones::RemovedAtOnce`], [`Tombstones::KeptForever`]). Breaks K4.
    pub tombstones: Tombstones,
    /// Mutant L-5 ([`LastBatch::Dropped`]). Breaks K8, L2.
    pub last_batch: LastBatch,
    /// Mutant L-7 ([`AbortedRecords::Entered`]). Breaks K7, K6.
    pub aborted_records: AbortedRecords,
    /// Mutant L-9 ([`AdvanceRecoveryPoint::BeforeSync`]). Breaks L9, L10.
    pub recovery_point: AdvanceRecoveryPoint,
    /// Mutant L-10 ([`LaterSegments::Kept`]). Breaks L9.
    pub later_segments: LaterSegments,
    /// Mutant L-10 ([`RecoveryChecksum::NotChecked`]). Breaks L9.
    pub recovery_checksum: RecoveryChecksum,
    /// Mutant L-11 ([`TornTail::Skipped`]). Breaks L9, L3.
    pub torn_tail: TornTail,
    /// Mutant L-20 ([`DedupWindow::One`]). Breaks L8.
    pub dedup_window: DedupWindow,
    /// Mutant L-20 ([`RecoverProducers::Forgotten`]). Breaks L8, L11.
    pub recover_producers: RecoverProducers,
    /// Mutant L-23 ([`FetchInside::NextBatch`]). Breaks L7.
    pub fetch_inside: FetchInside,
    /// Mutant L-ack ([`Acknowledge::AtAppend`]). Breaks L1.
    pub acknowledge: Acknowledge,
    /// Mutant L-name ([`NewNames::NotSynced`]). Breaks L1.
    pub new_names: NewNames,
    /// Mutant L-fsync ([`FailedSync::Retry`]). Breaks L1.
    pub failed_sync: FailedSync,
    /// Mutant L-cache ([`AfterFailedSync::Sync`]). Breaks L9, L1.
    pub after_failed_sync: AfterFailedSync,
    /// Mutant L-index ([`IndexFiles::Trusted`]). Breaks L11.
    pub index_files: IndexFiles,
    /// Mutant L-swap ([`Swap::InPlace`]). Breaks K9.
    pub swap: Swap,
}
