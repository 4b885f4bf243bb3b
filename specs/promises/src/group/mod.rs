//! What a consumer group on one partition is promised: automata over what its clients see.
//!
//! Each watches one group on one partition. Commits of different groups and partitions do not interact (O8), so whoever
//! feeds the automata keeps one set of them for each.

pub mod br1;
pub mod br2;
pub mod d1;
pub mod l1;
pub mod lock_step;
pub mod o2;
pub mod o9;
pub mod s3;
