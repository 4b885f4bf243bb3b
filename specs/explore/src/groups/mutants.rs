//! Mistakes of the coordinator and of its offsets topic, each with what must come of it.

use plimsoll_coordinator::{
    Acknowledge, Decisions, ExpiryBase, Fence, LoadDemand, LoadExtent, OpenTransactions,
    Replacement, StaticSession, SyncPhase, TombstoneKey, TransactionEnd,
};
use plimsoll_offsets::{KeyOf, Materialise, Newer, PendingUnderTombstone, Routing};
use plimsoll_promises::PromiseId::{self, G4, G8, K6, O1, O3, O6, O7, O8, S1, S6, S9, S10, V1, V2};

use super::{bounds::GroupsBounds, runs};
use crate::mutants::{MadeIn, Mistake, Mutant, PassingVariant};

/// A mistake of the coordinator or of its offsets topic.
pub type CoordinatorMutant = Mutant<OfCoordinator, GroupsBounds>;

/// What is decided wrongly, and what it is about.
#[derive(Debug, Clone, Copy)]
pub struct OfCoordinator {
    /// Makes the mistake.
    pub makes: fn(&mut Decisions),
    /// The promise that the mistake is about, whose story is kept besides the shortest one.
    pub about: PromiseId,
    /// The promise that watches alone; where there is none, all of them do.
    watched_by: Option<PromiseId>,
    made_in: MadeIn,
}

impl Mistake for OfCoordinator {
    fn made_in(&self) -> MadeIn {
        self.made_in
    }

    fn watched_by(&self) -> Option<PromiseId> {
        self.watched_by
    }
}

/// A mistake of the coordinator.
const fn about(about: PromiseId, makes: fn(&mut Decisions)) -> OfCoordinator {
    OfCoordinator {
        makes,
        about,
        watched_by: None,
        made_in: MadeIn::Code("plimsoll-coordinator"),
    }
}

/// A mistake in how a record of the offsets topic is replayed or placed.
const fn of_offsets(promise: PromiseId, makes: fn(&mut Decisions)) -> OfCoordinator {
    OfCoordinator {
        made_in: MadeIn::Code("plimsoll-offsets"),
        ..about(promise, makes)
    }
}

/// A mistake that only this explorer makes, at this place of it.
const fn in_harness(
    place: &'static str,
    promise: PromiseId,
    makes: fn(&mut Decisions),
) -> OfCoordinator {
    OfCoordinator {
        made_in: MadeIn::Harness(place),
        ..about(promise, makes)
    }
}

const fn within(
    description: &'static str,
    bounds: GroupsBounds,
) -> PassingVariant<OfCoordinator, GroupsBounds> {
    PassingVariant::Within {
        description,
        bounds,
    }
}

/// Two members, of which one comes while the other is there; nobody falls silent.
const HANDOVER: GroupsBounds = GroupsBounds {
    lives: 1,
    timers: false,
    ..runs::MEMBERS
};

/// All of them.
pub const COORDINATOR: [CoordinatorMutant; 18] = [
    Mutant {
        name: "C-4",
        description: "a read that fails is taken for the end of the log, and the beginning of it is served",
        mistake: in_harness(
            "the load of explore/groups/load.rs (the broker's own load makes it too, in the long stories)",
            S6,
            |d| d.load = LoadExtent::UpToAFailedRead,
        ),
        bounds: runs::COMMITS,
        breaks: &[(S1, 2), (O1, 2), (O3, 2), (S6, 2), (O8, 4), (S9, 4)],
        passes: within(
            "no read fails",
            GroupsBounds {
                failed_reads: 0,
                ..runs::COMMITS
            },
        ),
    },
    Mutant {
        name: "C-5",
        description: "the load demands that a member's group stands before it, although compaction has kept only a later record of \
               the group",
        mistake: about(K6, |d| d.demand = LoadDemand::GroupsBeforeTheirMembers),
        bounds: runs::LEFT_BEHIND,
        breaks: &[(K6, 2)],
        passes: within(
            "nothing is compacted, so the group's first record stays",
            GroupsBounds {
                compactions: 0,
                ..runs::LEFT_BEHIND
            },
        ),
    },
    Mutant {
        name: "C-6",
        description: "the load demands that what a tombstone removes is there",
        mistake: about(K6, |d| d.demand = LoadDemand::WhatTombstonesRemove),
        bounds: runs::COMMITS,
        breaks: &[(K6, 3)],
        passes: within(
            "nothing is deleted, so there are no tombstones",
            GroupsBounds {
                deletions: false,
                ..runs::COMMITS
            },
        ),
    },
    Mutant {
        name: "C-7",
        description: "the load refuses offsets of a group whose record was removed",
        mistake: about(K6, |d| d.demand = LoadDemand::RemovedGroupsStayRemoved),
        bounds: runs::GROUP_LIFE,
        breaks: &[(K6, 4)],
        passes: within(
            "no group is ever deleted",
            GroupsBounds {
                deletions: false,
                ..runs::GROUP_LIFE
            },
        ),
    },
    Mutant {
        name: "C-8",
        description: "a transaction's offset counts from where the marker stands, not from where its own record stands",
        mistake: of_offsets(O1, |d| {
            d.replay.materialise = Materialise::WhereTheMarkerStands
        }),
        bounds: runs::MIXED,
        breaks: &[(O1, 3), (O3, 4), (S1, 5)],
        passes: within(
            "nobody commits outside transactions, of which one ends before the next begins: the order of their markers is that \
             of their records",
            runs::TRANSACTIONS,
        ),
    },
    Mutant {
        name: "C-9",
        description: "a tombstone leaves alone what waits for a marker, and the marker brings it back",
        mistake: of_offsets(S9, |d| d.replay.tombstone = PendingUnderTombstone::Kept),
        bounds: runs::MIXED,
        breaks: &[(S1, 4), (O1, 4), (O8, 4), (S9, 4), (O3, 5)],
        passes: within(
            "nothing is deleted",
            GroupsBounds {
                deletions: false,
                ..runs::MIXED
            },
        ),
    },
    Mutant {
        name: "C-10",
        description: "expiry removes a group of which nothing is left but an open transaction",
        mistake: about(O7, |d| {
            d.open_transactions = OpenTransactions::AreOverlooked
        }),
        bounds: runs::EXPIRY_IN_TRANSACTIONS,
        breaks: &[(O7, 2)],
        passes: within(
            "there are no transactions",
            GroupsBounds {
                transactions: false,
                ..runs::EXPIRY_IN_TRANSACTIONS
            },
        ),
    },
    Mutant {
        name: "G-2",
        description: "a commit of a later generation is accepted; and G3 is broken too (C-22), without which no member has one",
        mistake: OfCoordinator {
            watched_by: Some(G4),
            ..about(G4, |d| {
                d.fence = Fence::CurrentOrLaterMember;
                d.sync = Acknowledge::OnceAppended;
            })
        },
        bounds: HANDOVER,
        breaks: &[(G4, 7)],
        passes: PassingVariant::OnlyPart {
            description: "G3 holds, so whoever commits in a generation has been handed an assignment of it, and no failover forgets \
                   that generation: by itself the mistake changes nothing that a member can bring about. (A client that makes \
                   a generation up sees it: the table of the commit API has that cell.)",
            mistake: about(G4, |d| d.fence = Fence::CurrentOrLaterMember),
        },
    },
    Mutant {
        name: "G-4",
        description: "the sync phase waits for every member, and nothing ends it",
        mistake: about(V1, |d| d.sync_phase = SyncPhase::WaitsForAll),
        bounds: HANDOVER,
        breaks: &[(V1, 1)],
        passes: PassingVariant::Unwatched {
            description: "where every member syncs nobody misses the timer; V1, which sees that one might not, does not watch",
            promise: V1,
            bounds: HANDOVER,
        },
    },
    Mutant {
        name: "G-8",
        description: "a static member's new id is kept in memory only, and a failover revives the old one",
        mistake: about(G8, |d| d.replacement = Replacement::InMemoryOnly),
        bounds: runs::STATIC,
        breaks: &[(S1, 4), (G8, 5)],
        passes: within(
            "the static member has one life, so nobody takes its place",
            GroupsBounds {
                lives: 1,
                ..runs::STATIC
            },
        ),
    },
    Mutant {
        name: "G-15",
        description: "retention counts from the commit even if the group is in use",
        mistake: about(O6, |d| d.expiry_base = ExpiryBase::CommitTime),
        bounds: runs::EXPIRY,
        breaks: &[(O6, 7), (O8, 7)],
        passes: within(
            "less time passes than an offset is kept",
            GroupsBounds {
                ticks: 1,
                ..runs::EXPIRY
            },
        ),
    },
    Mutant {
        name: "G-29",
        description: "a static member that is silent never loses its place",
        mistake: about(V2, |d| d.static_session = StaticSession::NeverEnds),
        bounds: runs::STATIC,
        breaks: &[(V2, 2), (V1, 3)],
        passes: within("all members are dynamic", HANDOVER),
    },
    Mutant {
        name: "O-1",
        description: "a tombstone is written under a key that was encoded twice",
        mistake: about(S9, |d| d.tombstone_key = TombstoneKey::EncodedTwice),
        bounds: runs::COMMITS,
        breaks: &[(S1, 2), (O1, 2), (O3, 3), (S9, 4)],
        passes: within(
            "nothing is deleted",
            GroupsBounds {
                deletions: false,
                ..runs::COMMITS
            },
        ),
    },
    Mutant {
        name: "O-6",
        description: "what commits a transaction is a record under its producer's key, of which compaction keeps the last",
        mistake: in_harness(
            "the cleaner of explore/groups/log.rs: no code that ships writes such a record",
            K6,
            |d| d.transaction_end = TransactionEnd::RecordOfTheProducer,
        ),
        bounds: runs::TRANSACTIONS,
        breaks: &[(S1, 5), (K6, 6), (O1, 6), (O3, 6)],
        passes: within(
            "nothing is compacted",
            GroupsBounds {
                compactions: 0,
                ..runs::TRANSACTIONS
            },
        ),
    },
    Mutant {
        name: "O-17",
        description: "an offset is remembered under its group's and its topic's names put together",
        mistake: of_offsets(O8, |d| d.replay.key = KeyOf::NamesPutTogether),
        bounds: runs::NAMES,
        breaks: &[(O1, 1), (O8, 1), (O3, 2)],
        passes: within("no name has a dash in it", runs::COMMITS),
    },
    Mutant {
        name: "O-18",
        description: "a group is routed by its hash with the sign bit masked",
        mistake: of_offsets(S10, |d| d.replay.routing = Routing::SignBitMasked),
        bounds: runs::NAMES,
        breaks: &[(S10, 1)],
        passes: within("the hash of the only group is positive", runs::COMMITS),
    },
    Mutant {
        name: "O-18-bytes",
        description: "a group is routed by a hash over the bytes of its name, not over its UTF-16 units",
        mistake: of_offsets(S10, |d| d.replay.routing = Routing::OverBytes),
        bounds: runs::NAMES,
        breaks: &[(S10, 1)],
        passes: within("every letter of the only group is one byte", runs::COMMITS),
    },
    Mutant {
        name: "O-19",
        description: "of two commits the one with the later time counts",
        mistake: of_offsets(O1, |d| d.replay.newer = Newer::ByCommitTimestamp),
        bounds: runs::COMMITS,
        breaks: &[(O1, 3), (O3, 4), (S1, 5), (K6, 6)],
        passes: within(
            "no clock goes back",
            GroupsBounds {
                clocks_back: 0,
                ..runs::COMMITS
            },
        ),
    },
];

/// Mistakes of the catalogue's first set that this system does not search for, and where they are.
pub const ELSEWHERE: [(&str, &str); 13] = [
    (
        "C-1",
        "threads: the loom kernel watermark_of_the_next_leader",
    ),
    ("C-2", "threads: the loom kernel failed_append_and_readers"),
    ("C-3", "threads: the loom kernel stable_read_after_load"),
    ("C-15", "design and code; S6 is broken by C-4 here"),
    ("C-16", "threads: the loom kernel two_conditional_writes"),
    ("C-20", "design and code"),
    ("C-21", "design and code"),
    ("C-22", "design and code; and here as a part of G-2"),
    ("C-23", "needs two brokers: not yet"),
    ("C-26", "threads: the loom kernel load_and_elections"),
    ("G-1", "design and code"),
    ("G-19", "needs two brokers: not yet"),
    (
        "O-4",
        "threads: the loom kernel leaders_between_check_and_append",
    ),
];

impl OfCoordinator {
    /// What the coordinator with this mistake decides.
    pub fn decisions(&self) -> Decisions {
        let mut decisions = Decisions::default();
        (self.makes)(&mut decisions);
        decisions
    }
}
