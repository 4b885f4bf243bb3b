//! What users read: counterexamples as stories, sequence diagrams and traces; verdicts as a table, JSON lines and JUnit.
//!
//! Everything here is pure: data in, text out. A [`Counterexample`] holds a path that was walked again; [`story`],
//! [`mermaid`], [`html`] and [`Trace`] are four ways to write it down.
//!
//! | question | file |
//! |---|---|
//! | what was explored, so that it can be built again? | [`setup`] |
//! | what is a counterexample? | [`counterexample`] |
//! | how is it written down? | in words in `story`, drawn in `mermaid`, as a page in `html`: all from one list of scenes |
//! | how is it stored? | [`trace`] |
//! | what did an exploration find? | [`checked`], as a table in `table` |
//! | what did the judge find, for a build server? | [`junit`] |
//! | where would the groups of an offsets topic resume? | [`offsets`] |
//! | what does a partition's log hold, and where is it damaged? | [`log`] |

pub mod checked;
pub mod counterexample;
mod html;
pub mod junit;
pub mod log;
mod mermaid;
pub mod offsets;
pub mod setup;
mod story;
mod table;
mod text;
pub mod trace;

pub use checked::{Checked, SecondOpinion, Standing};
pub use counterexample::Counterexample;
pub use html::html;
pub use mermaid::mermaid;
pub use setup::Setup;
pub use story::story;
pub use table::table;
pub use text::{closest, counted, grouped, unknown};
pub use trace::{TRACE_VERSION, Trace, TraceError};
