//! Two searches that know nothing of each other's work: by levels, and stateright's.

pub mod levels;
pub mod second;
