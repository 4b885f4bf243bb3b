//! The tables of the group APIs as data: one [`Cell`] for each condition and group state, with
//! the answer that is expected there, what it does to the group, and where that is said.
//!
//! * [`cells`] are all of them. Which there have to be is listed a second time where they are tested, in `tests/cells/`.
//! * [`run`] takes one cell to a [`Subject`]: it brings a group into the cell's state by requests alone, asks, and holds
//!   the answer and the effect to the cell. What is refused changes nothing (S4′); what is accepted survives a reload.
//! * [`check`] takes all of them, and makes one finding of each cause; [`assert_conforms`] does so in a test.
//! * [`Reference`] is the coordinator of this project as a subject, in process. Any other that can be asked can be one,
//!   over the wire too: it implements [`Subject`], with requests and answers that are plain types ([`protocol`]), and
//!   [`Subjects`], which says what it supports. What it does not support is skipped, counted, and hides nothing else;
//!   without the feature `reference` nothing of this project's coordinator is compiled. `examples/toy.rs` is one, with a
//!   mistake in it: `cargo run -p plimsoll-conformance --example toy`.

mod answer;
mod ask;
mod capabilities;
mod cell;
mod effect;
mod offset;
pub mod protocol;
#[cfg(feature = "reference")]
mod reference;
mod report;
mod run;
mod scene;
mod snapshot;
mod subject;
mod tables;

pub use ask::{Ask, Asked, Gen, Instance, NamelessAsk, Names, Offer, Who};
pub use capabilities::Capabilities;
pub use cell::{Answer, Api, Cell, Effect, Expected, Row, State};
pub use offset::Offset;
#[cfg(feature = "reference")]
pub use reference::{Reference, ReferenceSubjects};
pub use report::{Cause, Report, assert_conforms, check, check_those};
pub use run::{Finding, Ran, run};
pub use scene::{Cast, Prior};
pub use snapshot::{Shown, Snapshot};
pub use subject::{OffsetsTopic, Phase, Settings, Subject, Subjects};
pub use tables::cells;
