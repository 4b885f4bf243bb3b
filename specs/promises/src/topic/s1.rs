//! S1 ReplayEqualsLive.

use std::collections::BTreeSet;

use super::{Meaning, Name};
use crate::{Because, Broken, Fault, Kind, Level, Projection, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "S1",
    name: "Memory equals replay",
    sentence: "What the coordinator remembers is what replaying its log gives.",
    source: "Kafka SnapshottableCoordinator: state is the replay of the partition",
    levels: &[Level::Group, Level::OffsetsTopic],
    kind: Kind::State(|view| match view.memory() {
        Some(memory) => memory_equals_replay(&memory, &view.replay()),
        // While it is down or loading it remembers nothing.
        None => Ok(()),
    }),
    fault: Fault::Broker,
    clauses: &[],
};

/// All that is persistent in memory is what replay of the log gives.
pub fn memory_equals_replay<M: Persistent>(memory: &M, replay: &M::Replay) -> Result<(), Broken> {
    match memory.differs(replay) {
        None => Ok(()),
        Some((memory, replay)) => Err(Broken {
            promise: PromiseId::S1,
            because: Because::MemoryDiffers { memory, replay },
        }),
    }
}

/// What a coordinator remembers of what its log says, in one of two sizes: [`Projection`] in explored states, where one
/// group commits on one partition, and [`Settled`] for everything that a log can say.
pub trait Persistent {
    /// What replay of a log gives, in the same size.
    type Replay;

    /// Where the two differ, in words. A generation whose rebalance is under way lives in memory only, by design, and
    /// is left out; the group's offsets are not.
    fn differs(&self, replay: &Self::Replay) -> Option<(String, String)>;
}

impl Persistent for Projection {
    type Replay = Projection;

    fn differs(&self, replay: &Projection) -> Option<(String, String)> {
        let rebalancing = self.generation.is_none();
        let same = self.committed == replay.committed
            && (rebalancing || self.generation == replay.generation);
        (!same).then(|| (self.description(), replay.description()))
    }
}

/// What a coordinator remembers, and which of its groups are rebalancing.
#[derive(Debug, Clone, Copy)]
pub struct Settled<'a> {
    /// What it remembers.
    pub memory: &'a Meaning,
    /// The groups whose rebalance is under way.
    pub rebalancing: &'a BTreeSet<Name>,
}

impl Persistent for Settled<'_> {
    type Replay = Meaning;

    fn differs(&self, replay: &Meaning) -> Option<(String, String)> {
        self.memory.differ(replay, self.rebalancing)
    }
}
