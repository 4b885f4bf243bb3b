//! What consumer offset tracking promises, each promise written once.
//!
//! There are two kinds. A [`Promise`] is an automaton over what *clients* can see ([`Observation`]); it answers
//! *kept* or *broken, because*. An *invariant* (module [`invariants`]) is a relation over a [`View`] that the model and
//! the reference implementation both offer. Explorers step the automata along every transition and evaluate the
//! invariants in every state; the oracle steps the same automata along a recorded history.
//!
//! | id | what it says | where |
//! |---|---|---|
//! | D1 | a committed offset means processed | [`d1`] |
//! | BR1 | a resume falls back by at most `U + Z` records | [`br1`] |
//! | BR2 | all replay together is at most `E·(U + Z)` | [`br2`] |
//! | S3 | an acknowledged commit stays | [`s3`], and in the log: [`invariants::acked_commits_in_log`] |
//! | L1 | an acknowledged record stays | [`l1`] |
//! | O2 | one tenure's commits never go back | [`o2`] |
//! | O9 | a zombie's commit is refused | [`o9`] |
//! | S1 | memory equals replay | [`invariants::memory_equals_replay`] |
//! | G3 | an assignment is durable before it is handed out | [`invariants::assignment_durable_before_delivery`] |
//!
//! What a log by itself promises (L3 to L13, K1 to K10) has a table of its own: [`storage`]; and so has what the offsets
//! topic and the coordinator on it promise: [`topic`].
//!
//! Each automaton watches one *lane*: one group on one partition. Commits of different groups and partitions do not
//! interact (O8), so whoever feeds the automata keeps one set of them per lane.
//!
//! *Not here*: what may have happened. Only the oracle's history layer knows of outcomes that no client saw; it asks a
//! promise at the moment that is kindest to the system ([`Promise::KINDEST`]) and so finds a promise broken only where
//! it is broken in every possible world.

pub mod br1;
pub mod br2;
mod broken;
mod catalogue;
pub mod d1;
pub mod invariants;
pub mod l1;
pub mod memory;
pub mod o2;
pub mod o9;
mod observation;
pub mod s3;
mod setting;
pub mod storage;
pub mod topic;
mod view;

pub use br1::Br1;
pub use br2::Br2;
pub use broken::{Because, Broken};
pub use catalogue::{Fault, Kind, PromiseId, UnknownPromise};
pub use d1::D1;
pub use l1::L1;
pub use memory::{Growing, Memory, Small};
pub use o2::O2;
pub use o9::O9;
pub use observation::{Commit, Observation, Offset, Tenure, Value};
pub use s3::S3;
pub use setting::{Claim, Setting};
pub use view::{Projection, View};

/// An automaton over what clients of one group see on one partition.
pub trait Promise {
    /// Its entry in the catalogue.
    const ID: PromiseId;

    /// Where in the time between an operation's invoke and its completion the system looks best. What this promise
    /// remembers only ever makes it stricter (`Earliest`) or more lenient (`Latest`), so a check at that end alone
    /// decides whether it is broken in every world.
    const KINDEST: Moment;

    /// Would `seen` break the promise if it happened now?
    fn judge(&self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken>;

    /// `seen` happened. To be called after [`Promise::judge`], also when that found the promise broken.
    fn learn(&mut self, seen: &Observation, setting: &impl Setting);

    /// Judges and learns at once, for whoever knows the moment exactly.
    fn step(&mut self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken> {
        let verdict = self.judge(seen, setting);
        self.learn(seen, setting);
        verdict
    }
}

/// One end of an operation's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When the operation was invoked.
    Earliest,
    /// When its effect became certain.
    Latest,
}
