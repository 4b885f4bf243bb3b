//! The tables of the group APIs as data: one [`Cell`] for each condition and group state, with
//! the answer that is expected there, what it does to the group, and where that is said.
//!
//! * [`cells`] are all of them. Which there have to be is listed a second time where they are tested, in `tests/cells/`.
//! * [`run`] takes one cell to a [`Subject`]: it brings a group into the cell's state by requests alone, asks, and holds
//!   the answer and the effect to the cell. What is refused changes nothing (S4′); what is accepted survives a reload.
//! * [`Reference`] is the coordinator of this project as a subject, in process. Any other that can be asked, waited for
//!   and restarted can be one, over the wire too.

mod answer;
mod ask;
mod cell;
mod effect;
mod offset;
mod reference;
mod run;
mod scene;
mod snapshot;
mod subject;
mod tables;

pub use ask::{Ask, Asked, Gen, Instance, NamelessAsk, Names, Offer, Who};
pub use cell::{Answer, Api, Cell, Effect, Expected, Row, State};
pub use offset::Offset;
pub use reference::{Reference, ReferenceSubjects};
pub use run::{Finding, Ran, run};
pub use scene::{Cast, Prior};
pub use snapshot::{Shown, Snapshot};
pub use subject::{OffsetsTopic, Phase, Settings, Subject, Subjects};
pub use tables::cells;
