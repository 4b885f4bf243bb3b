//! Two searches that know nothing of each other's work: by levels (of one thread, or of several), and stateright's.

pub mod cancel;
pub mod levels;
pub mod parallel;
pub mod second;
