//! What several kinds of evidence share: paths, and the table of recorded histories.

pub mod dump;
pub mod kill;
