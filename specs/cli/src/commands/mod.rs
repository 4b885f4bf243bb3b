//! One file for each command.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod judge;
pub(crate) mod log;
pub(crate) mod mutants;
pub(crate) mod offsets;
pub(crate) mod replay;
mod show;
pub(crate) mod table;
