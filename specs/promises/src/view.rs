//! What a system under exploration shows of its inside, so that invariants can be stated once for model and code.

use crate::{Broken, Kind, Offset, PromiseId};

/// The persistent part of a coordinator's state for one group on one partition (the projection π of S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Projection {
    /// The committed offset.
    pub committed: Option<Offset>,
    /// The last stabilised generation; `None` while a rebalance is under way, when memory is ahead of the log on purpose.
    pub generation: Option<i32>,
}

impl Projection {
    /// In the report's words.
    pub fn description(self) -> String {
        let committed = self.committed.map_or_else(
            || "no committed offset".to_owned(),
            |c| format!("committed offset {c}"),
        );
        match self.generation {
            Some(generation) => format!("{committed}, generation {generation}"),
            None => committed,
        }
    }
}

/// The inside of a coordinator and its log. Positions are those of the offsets log.
pub trait View {
    /// What the coordinator remembers; `None` while it is down or loading.
    fn memory(&self) -> Option<Projection>;

    /// What replaying the whole offsets log gives.
    fn replay(&self) -> Projection;

    /// Where the durable part of the offsets log ends, as a position of this view's choosing.
    fn durable_end(&self) -> u64;

    /// Where the durable part would have to end to hold every commit that was acknowledged.
    fn acked_end(&self) -> u64;

    /// The newest generation whose assignment was handed to a member.
    fn delivered_generation(&self) -> i32;

    /// The newest generation whose record is below the high watermark.
    fn durable_generation(&self) -> i32;
}

/// Every invariant of a coordinator and its log: what is broken of them.
pub fn broken_in(view: &dyn View) -> impl Iterator<Item = Broken> {
    let invariants = PromiseId::GROUP.iter().filter_map(|id| match id.kind() {
        Kind::State(invariant) => Some(invariant),
        _ => None,
    });
    invariants.filter_map(move |invariant| invariant(view).err())
}
