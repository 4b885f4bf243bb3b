//! Two searches that know nothing of each other's work: by levels (of one thread, or of a crew), and stateright's.

pub mod levels;
pub mod parallel;
pub mod second;
