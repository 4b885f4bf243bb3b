//! What consumer offset tracking promises, each promise written once.
//!
//! One file a promise, all in one layout: a `const PROMISE` ([`Promise`]: id, name, sentence, source, whose fault) and
//! beside it the statement. Whatever lists promises is made from those ([`PromiseId::ALL`]). They are about a consumer
//! group on one partition ([`group`]), a log by itself ([`storage`]), or the offsets topic and the coordinator on it
//! ([`topic`]). To add one: its file with its `mod` line, and its line in the list in `catalogue.rs`.
//!
//! There are two kinds of statement. An [`Automaton`] runs over what *clients* can see ([`Observation`]) and answers
//! *kept* or *broken, because*. An *invariant* is a relation over what the model and the reference implementation both
//! show of their inside ([`View`], [`storage::LogView`], [`topic::Meaning`]). Explorers step the automata along every
//! transition and evaluate the invariants in every state; the oracle steps the same automata along a recorded history.
//!
//! *Not here*: what may have happened. Only the oracle's history layer knows of outcomes that no client saw; it asks an
//! automaton at the moment that is kindest to the system ([`Automaton::KINDEST`]) and so finds a promise broken only
//! where it is broken in every possible world.

mod automaton;
mod broken;
mod catalogue;
pub mod group;
pub mod memory;
mod observation;
mod promise;
mod setting;
pub mod storage;
pub mod topic;
mod view;

pub use automaton::{Automaton, Moment};
pub use broken::{Because, Broken};
pub use catalogue::{PromiseId, UnknownPromise};
pub use group::{br1::Br1, br2::Br2, d1::D1, l1::L1, o2::O2, o9::O9, s3, s3::S3};
pub use memory::{Growing, Memory, Small};
pub use observation::{Commit, Observation, Offset, Tenure, Value};
pub use promise::{Fault, Kind, Level, Promise};
pub use setting::{Claim, Setting};
pub use view::{Projection, View, broken_in};
