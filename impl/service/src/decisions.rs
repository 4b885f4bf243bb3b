//! The decisions on which the promises hang when threads meet, asked for by name in one place each.
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
    /// What a request's step sees between being worked out and being written.
    Step {
        /// Nothing: one critical section (S1).
        Atomic,
        /// C-16: others may come in between.
        CheckedThenWritten,
    }
}

decision! {
    /// When a timer that has run out is known to be the one that is armed.
    Timers {
        /// It is taken and acted on in one critical section (G9).
        UnderTheLock,
        /// C-27: it is taken in one and acted on in another.
        TakenFirst,
    }
}

decision! {
    /// Where answers are given.
    Answers {
        /// Under the lock, in the order of the log (A1, O1).
        InOrder,
        /// C-29: after the lock has been left.
        AfterUnlock,
    }
}

decision! {
    /// What an election means to a shard that is closing.
    Closing {
        /// Nothing.
        IsFinal,
        /// That it opens again, though the flusher may have gone home.
        EndsWithAnElection,
    }
}

decision! {
    /// How the flusher learns that there is something to sync.
    Work {
        /// It looks under the lock under which it falls asleep.
        SeenUnderTheLock,
        /// It looks, leaves the lock, and falls asleep under it later.
        SeenBefore,
    }
}

/// Every decision, right by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decisions {
    /// Those of the shard itself.
    pub shard: plimsoll_shard::Decisions,
    /// Mutant C-16. Breaks S1.
    pub step: Step,
    /// Mutant C-27. Breaks G9.
    pub timers: Timers,
    /// Mutant C-29. Breaks O1, A1.
    pub answers: Answers,
    /// Breaks V4.
    pub closing: Closing,
    /// Breaks V4: a wake-up is lost.
    pub work: Work,
}
