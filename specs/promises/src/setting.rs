//! What a promise may ask about its surroundings while it judges.

use crate::Offset;

/// The claim to be held: how far a resume may fall back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Claim {
    /// The uncommitted window `U`: records that a current member has processed and not yet committed, at most.
    pub u: u64,
    /// Zombie processing `Z`: records that one member processes after it was fenced, at most.
    pub z: u64,
}

impl Claim {
    /// The most records that one resume may fall back: `U + Z`.
    pub fn per_resume(self) -> u64 {
        self.u + self.z
    }
}

/// What is known of the lane besides what the automaton remembers itself.
pub trait Setting {
    /// How many records are known to stand in `from..to`. Markers, aborted and deleted records are none.
    fn records(&self, from: Offset, to: Offset) -> u64;

    /// The first record known to stand in `from..to`.
    fn first_record(&self, from: Offset, to: Offset) -> Option<Offset>;

    /// The claim that BR1 and BR2 are held to; without one they are never broken.
    fn claim(&self) -> Option<Claim>;

    /// Whether a commit of this offset (or, for `None`, a deletion) was asked for, its outcome is not known, and it
    /// may have taken effect or may yet.
    fn may_take_effect(&self, committed: Option<Offset>) -> bool;
}
