//! The system *groups*: the real coordinator and its cache over an offsets log that is compacted, lost and loaded again.
//!
//! A workload is a few steps: clients outside the group protocol commit, members join, sync, commit and leave, die and
//! come back, a producer commits in transactions, an administrator deletes, timers run out, time passes and goes back,
//! expiry makes its pass, the log is flushed, an append fails, the cleaner removes any record that it may, and the
//! coordinator is lost: any number of batches above the high watermark stays, and another one loads what is left.
//!
//! After every step the coordinator's memory is held to what was written (O1, S1, S9, O3), its members to their rules
//! (G4, G8, G3), its timers to their purpose (V1, V2); each request to its scope (O8) and place (S10), each pass of expiry
//! to what may go (O6, O7), and each load to the log (S6, K6).
//!
//! | question | file |
//! |---|---|
//! | what is a workload made of? | [`action`], about whom: [`names`] |
//! | how far does a run go? | [`bounds`], the runs: [`runs`] |
//! | what does the owner of a coordinator do? | `take`, `load` |
//! | what does the log hold, and what may a cleaner remove? | `log` |
//! | what were clients told? | `expect` |
//! | what is held to the promises? | `hold`, `recover` |
//! | what must be met? | `coverage` |
//! | what can be broken on purpose? | [`mutants`] |
//! | how is a path told? | `tale` |

pub mod action;
pub mod bounds;
mod checks;
mod coverage;
pub mod descriptor;
mod expect;
mod load;
mod log;
pub mod mutants;
pub mod names;
mod narrative;
mod recover;
mod routes;
mod run_step;
pub mod runs;
pub mod state;
mod system;
pub(crate) mod view;

pub use action::GroupsAction;
pub use bounds::GroupsBounds;
pub use descriptor::Groups;
pub use state::GroupsState;
pub use system::GroupsSystem;
