//! The decisions on which the promises hang when leaders change and disks fail, asked for by name in one place each.
//!
//! The defaults are right. The other answers are known design mistakes, by their number in the catalogue of bugs
//! where they have one, here so that the explorations can be shown to catch them.

macro_rules! decision {
    ($(#[$doc:meta])* $name:ident { $(#[$right_doc:meta])* $right:ident, $($(#[$wrong_doc:meta])* $wrong:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[$right_doc])*
            #[default]
            $right,
            $($(#[$wrong_doc])* $wrong,)+
        }
    };
}

decision! {
    /// Which high watermarks say something about what was appended here.
    Watermark {
        /// Those of the epoch that appended it (S2).
        SameEpoch,
        /// C-1: those of later leaders, too.
        LaterEpochsToo,
        /// C-24: those of earlier leaders, too.
        EarlierEpochsToo,
    }
}

decision! {
    /// What an unload does with those who wait.
    Unload {
        /// Tells each of them, once (V4).
        TellsWaiters,
        /// C-25: forgets them.
        ForgetsWaiters,
    }
}

decision! {
    /// When a load that has ended counts.
    Completion {
        /// If the shard still waits for this load (S6, S7).
        IfStillWanted,
        /// C-26: always.
        Always,
    }
}

decision! {
    /// A high watermark that comes during the load.
    DuringLoad {
        /// Is kept until the load has ended.
        Kept,
        /// Is dropped, since there is nobody to tell yet.
        Dropped,
    }
}

decision! {
    /// What a load finds above the high watermark.
    Tail {
        /// Is pending: stable reads wait for it (S8; KAFKA-16973).
        Pending,
        /// C-3: counts as settled, since nobody here has appended it.
        Settled,
    }
}

decision! {
    /// The epoch in which a step's records are appended.
    AppendEpoch {
        /// The one that its state was loaded in (S7).
        OfTheState,
        /// O-4: the one that the log is led in by now.
        OfTheLog,
    }
}

decision! {
    /// What is made of a failed append.
    FailedAppend {
        /// What its report says: dropped if nothing was written, else the shard fails and loads again (S5).
        ByItsReport,
        /// C-2: dropped in any case.
        AlwaysDropped,
    }
}

decision! {
    /// What a request is told whose time has run out.
    TimeOut {
        /// That its outcome is open (S4).
        LeavesItOpen,
        /// C-30: that it failed.
        SaysFailed,
    }
}

/// Every decision, right by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decisions {
    /// Mutants C-1 and C-24. Break S2, S3.
    pub watermark: Watermark,
    /// Mutant C-25. Breaks V4.
    pub unload: Unload,
    /// Mutant C-26. Breaks S6, S7.
    pub completion: Completion,
    /// Breaks V4: nobody says it again.
    pub during_load: DuringLoad,
    /// Mutant C-3. Breaks S2, S8.
    pub tail: Tail,
    /// Mutant O-4. Breaks S1, S7.
    pub append_epoch: AppendEpoch,
    /// Mutant C-2. Breaks S1, S5.
    pub failed_append: FailedAppend,
    /// Mutant C-30. Breaks S4.
    pub time_out: TimeOut,
}
