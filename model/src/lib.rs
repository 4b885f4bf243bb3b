//! The abstract machine that consumer offset tracking is checked against.
//!
//! One group, one data partition, two members, one broker that can crash. Pure state machines: no I/O, no threads, no
//! clock; whoever explores chooses each [`Action`] and gets the next [`State`] and what happened ([`Event`]).
//!
//! | question | file |
//! |---|---|
//! | what does a crash take away? | [`log`] (offsets), [`data`] (records) |
//! | what does the coordinator remember, and what does it load? | [`coordinator`] |
//! | what happens to a commit while the group rebalances? | `machine/commit.rs` |
//! | how does a partition get a new owner? | `machine/rebalance.rs` |
//! | how does a client read, process and give up? | `machine/consume.rs` |
//! | how far does exploration go? | [`bounds`] |
//! | what can be broken on purpose? | [`design`] |
//! | what is a log by itself: synced, cut, deduplicated, compacted? | [`storage`], a model of its own |
//! | what does a coordinator answer, over every API and whole groups? | [`groups`], a model of its own |
//!
//! *Modelled differently from Kafka, knowingly*: heartbeats stand for whatever tells a member what it did not know; a new
//! member's two JoinGroup requests (KIP-394) are one step; whichever member of a generation sends its assignment first
//! is the leader (a superset of G6); answers that waited for the high watermark arrive with it, so a late answer is one
//! that a client gave up on. *Not modelled*: tombstones, static members, cooperative rebalancing, leaving in good order,
//! transactions, compaction, a second replica and the zombie coordinator it makes possible.

pub mod bounds;
pub mod coordinator;
pub mod data;
pub mod design;
pub mod event;
pub mod groups;
pub mod log;
mod machine;
pub mod member;
pub mod storage;

pub use bounds::{Bound, Bounds, Budgets};
pub use coordinator::{Coordinator, Phase};
pub use data::DataLog;
pub use design::{Design, Mistake};
pub use event::Event;
pub use log::{Entry, OffsetsLog, Replayed};
pub use machine::{Action, Machine, Renaming, State, Step};
pub use member::{Member, Message, Stage};

/// How many members the group has.
pub const MEMBERS: usize = 2;

/// The offset of the next record, in a partition of at most a handful of records.
pub type Offset = u8;

/// A member's place: a process that is started again keeps its place and gets a new member id.
pub type Place = u8;

/// A member id that the coordinator issued; 0 is none.
///
/// Ids are recycled once nothing names them any more, so that finitely many suffice: place `p` has the ids `4p + 1` to
/// `4p + 4`.
pub type Id = u8;

/// How many ids a place has.
pub const IDS_PER_PLACE: u8 = 4;

/// A set of ids, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ids(u8);

impl Ids {
    /// The set of one id.
    pub fn one(id: Id) -> Self {
        let mut ids = Self::default();
        ids.insert(id);
        ids
    }

    /// Adds one.
    pub fn insert(&mut self, id: Id) {
        assert!((1..=8).contains(&id), "member ids are 1 to 8");
        self.0 |= 1 << (id - 1);
    }

    /// Takes one out.
    pub fn remove(&mut self, id: Id) {
        if id > 0 {
            self.0 &= !(1 << (id - 1));
        }
    }

    /// Whether it is there.
    pub fn contains(self, id: Id) -> bool {
        id > 0 && self.0 & (1 << (id - 1)) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are not in `other`.
    pub fn without(self, other: Ids) -> Ids {
        Ids(self.0 & !other.0)
    }

    /// In order.
    pub fn iter(self) -> impl Iterator<Item = Id> {
        (1..=8).filter(move |id| self.contains(*id))
    }
}

/// The place that an id was issued to.
pub fn place_of(id: Id) -> Place {
    (id - 1) / IDS_PER_PLACE
}
