//! Recorded histories of consumer groups: the format, a streaming reader, and what can be wrong with a file.
//!
//! A history is what the clients of one system saw, one JSON object a line. [`open`] reads the header; then
//! [`HistoryReader::next_event`] gives one typed [`Event`] after the other. Only what spans lines is remembered: open
//! operations, numbers of closed ones (as ranges), names. An event borrows the reader's buffers, so reading allocates
//! nothing per line.
//!
//! ```
//! # fn main() -> Result<(), plimsoll_history::HistoryError> {
//! use plimsoll_history::{HistoryReader, What};
//!
//! let text = r#"{"plimsoll":1}
//! {"t":5,"proc":"c","type":"event","f":"process","topic":"t","p":0,"off":3,"v":"x"}
//! "#;
//! let mut history = HistoryReader::new(text.as_bytes(), "example")?;
//! while let Some(event) = history.next_event()? {
//!     assert!(matches!(event.what, What::Process { off: 3, .. }));
//! }
//! # Ok(())
//! # }
//! ```

mod error;
mod event;
mod fields;
mod header;
mod names;
mod reader;
mod rows;
mod rules;
mod scalars;
mod shape;
mod words;

pub use error::{HistoryError, LINE_BYTES_MAX, Problem};
pub use event::{
    AdminAct, BrokerAct, End, Event, Fetched, GroupApi, LogEnds, Part, PartErr, Record, Slot, What,
};
pub use header::{Bound, Header, Protocol, Reset, VERSION};
pub use names::{Name, Names, Value};
pub use reader::{HistoryReader, open};
