//! Explores every crash and rebalance interleaving, of the model and of the reference broker.
//!
//! | question | file |
//! |---|---|
//! | what can be explored? | [`system`] |
//! | how is it searched, and by whom a second time? | [`search`] |
//! | what do promises remember of a path? | [`ledger`] |
//! | does the *design* keep the promises? | [`design`] |
//! | does the *code* do what the design allows? | [`code`] |
//! | does the *log* keep what it promised, whatever a power cut leaves? | [`disk`] |
//! | does the *coordinator* keep its log's meaning, whatever is done to both? | [`groups`] |
//! | which systems are there, and what does the rest of the house ask of them? | [`registry`], [`descriptor`] |
//! | how is one used by code that does not know its types? | [`explorable`], [`scope`] |
//! | what is a run? how much may a trace ask for? | [`runs`], [`limits`] |
//! | how is a path put into words? | [`narrate`] |
//! | how are numbers and lists written? | [`text`] |
//! | what can be broken on purpose, and what must come of it? | [`mutants`] |

pub mod code;
mod coordinator_memory;
pub mod descriptor;
pub mod design;
pub mod disk;
pub mod explorable;
pub mod groups;
pub mod ledger;
pub mod limits;
pub mod mutants;
pub mod narrate;
mod offsets_topic;
pub mod registry;
pub mod runs;
pub mod scope;
pub mod search;
pub mod system;
pub mod text;
