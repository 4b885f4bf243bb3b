//! Judges a recorded history of consumer groups.
//!
//! [`judge`] reads a history line by line and says, as a [`Report`], whether the promises of offset tracking were kept:
//! a verdict, findings with their evidence, figures, and what could not be judged. Displayed, a report is a text that can be
//! read in ten seconds; serialised, it is a public interface with a version.
//!
//! | file | what it knows |
//! |---|---|
//! | [`worlds`] | what certainly happened: the one home of uncertainty |
//! | `lane` | one group on one partition: its tenures and the promises that watch it |
//! | `ownership`, `tenure` | who owns the partition, since when, under which generation |
//! | `commit`, `accepted`, `exposure` | commits, what follows from one that took effect, the records it passed over |
//! | `log` | one partition's log: which records stand where |
//! | `settings`, `last` | what promises and findings ask of a lane's surroundings and past |
//! | `clients`, `groups`, `producers`, `admin` | which line concerns what |
//! | `figures`, `finding`, `report`, `verdict`, `text` | what is said in the end |
//!
//! The promises themselves are stated in `plimsoll-promises`; nothing here repeats one. Memory grows with partitions,
//! gaps, tenures of living processes, open operations and records that nobody has read yet, not with the history.

mod accepted;
mod admin;
mod breaks;
mod clients;
mod commit;
mod exposure;
mod figures;
mod finding;
mod group_partition;
mod groups;
mod judge;
mod last;
mod log;
mod operation;
mod ownership;
mod producers;
mod ranges;
mod report;
mod settings;
mod state;
mod story;
mod tenure;
mod text;
mod verdict;
pub mod worlds;

pub use figures::Figures;
pub use finding::Finding;
pub use judge::{judge, judge_history, judge_path};
pub use plimsoll_history::HistoryError;
pub use report::{Partition, REPORT_VERSION, Report};
pub use story::Fact;
pub use verdict::{NotJudged, Verdict};

/// How to judge.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The claim to hold the history to, in place of the header's.
    pub claim: Option<plimsoll_promises::Claim>,
}
