//! What the group coordinator remembers.

use crate::{Id, Ids, Offset, Replayed};

/// Where the classic group protocol stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// The coordinator has not replayed its log yet; it answers nothing.
    #[default]
    Loading,
    /// No members.
    Empty,
    /// Members are joining.
    Preparing,
    /// A generation was formed, in memory only; its leader has yet to send the assignment, or the record is not durable.
    Completing,
    /// The generation's record is durable.
    Stable,
}

/// The coordinator's memory of the group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Coordinator {
    /// Where the protocol stands.
    pub phase: Phase,
    /// The generation in memory; ahead of the log while a rebalance is under way.
    pub generation: u8,
    /// The members.
    pub members: Ids,
    /// While preparing: the members that have joined.
    pub joined: Ids,
    /// The owner of the partition in this generation; 0 while no assignment is known.
    pub owner: Id,
    /// The leader while its SyncGroup waits for the record to be durable: until then its session cannot be lost.
    pub parked: Id,
    /// The committed offset with everything appended.
    pub committed: Option<Offset>,
    /// The committed offset below the high watermark: what OffsetFetch answers.
    pub visible: Option<Offset>,
}

impl Coordinator {
    /// A coordinator that has replayed this much: rebalances under way do not survive a failover.
    pub fn loaded(replayed: Replayed) -> Self {
        let generation = replayed.generation;
        Self {
            phase: if generation.members.is_empty() {
                Phase::Empty
            } else {
                Phase::Stable
            },
            generation: generation.number,
            members: generation.members,
            joined: Ids::default(),
            owner: generation.owner,
            parked: 0,
            committed: replayed.committed,
            visible: replayed.committed,
        }
    }

    /// Whether it answers.
    pub fn serves(&self) -> bool {
        self.phase != Phase::Loading
    }

    /// Whether this member belongs to the current generation.
    pub fn knows(&self, id: Id, generation: u8) -> bool {
        self.members.contains(id) && self.generation == generation
    }

    /// A rebalance begins: everybody has to join again.
    pub fn prepare(&mut self) {
        self.phase = Phase::Preparing;
        self.joined = Ids::default();
        self.owner = 0;
        self.parked = 0;
    }

    /// The members whose session can be lost: those that wait for an answer are taken to be alive.
    pub fn expirable(&self) -> Ids {
        self.members
            .without(self.joined)
            .without(if self.parked > 0 {
                Ids::one(self.parked)
            } else {
                Ids::default()
            })
    }
}
