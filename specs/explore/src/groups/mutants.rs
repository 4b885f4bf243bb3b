//! Mistakes of the coordinator and of its offsets topic, each with what must come of it.

use plimsoll_coordinator::{
    Acknowledge, Decisions, ExpiryBase, Fence, LoadDemand, LoadExtent, OpenTransactions,
    Replacement, StaticSession, SyncPhase, TombstoneKey, TransactionEnd,
};
use plimsoll_offsets::{KeyOf, Materialise, Newer, PendingUnderTombstone, Routing};
use plimsoll_promises::PromiseId::{self, G4, G8, K6, O1, O3, O6, O7, O8, S1, S6, S9, S10, V1, V2};

use super::{bounds::GroupsBounds, runs, system::GroupsSystem};
use crate::ledger::Watched;

/// A mistake that this system knows.
#[derive(Debug, Clone, Copy)]
pub struct GroupsMutant {
    /// Its number in the bug catalogue.
    pub name: &'static str,
    /// What goes wrong, in one sentence.
    pub told: &'static str,
    /// Makes the mistake.
    pub makes: fn(&mut Decisions),
    /// The bounds within which it is hunted.
    pub bounds: GroupsBounds,
    /// What it breaks within these bounds, and in how many steps at least; every other promise is blind to it there.
    pub breaks: &'static [(PromiseId, usize)],
    /// The promise that watches alone; where there is none, all of them do.
    pub watches: Option<PromiseId>,
    /// The promise that the mistake is about, whose story is kept besides the shortest one.
    pub about: PromiseId,
    /// What comes close and must pass.
    pub nearly: Nearly,
}

/// A run that comes close to one that breaks something, and must pass.
#[derive(Debug, Clone, Copy)]
pub struct Nearly {
    /// Why nothing breaks.
    pub told: &'static str,
    /// Its bounds.
    pub bounds: GroupsBounds,
    /// What of the mistake is made, if not all of it.
    pub makes: Option<fn(&mut Decisions)>,
    /// The promise that does not watch, if one would see the mistake at once.
    pub but: Option<PromiseId>,
}

const fn nearly(told: &'static str, bounds: GroupsBounds) -> Nearly {
    Nearly {
        told,
        bounds,
        makes: None,
        but: None,
    }
}

/// Two members, of which one comes while the other is there; nobody falls silent.
const HANDOVER: GroupsBounds = GroupsBounds {
    lives: 1,
    timers: false,
    ..runs::MEMBERS
};

/// All of them.
pub const ALL: [GroupsMutant; 18] = [
    GroupsMutant {
        name: "C-4",
        told: "a read that fails is taken for the end of the log, and the beginning of it is served",
        makes: |d| d.load = LoadExtent::UpToAFailedRead,
        bounds: runs::COMMITS,
        breaks: &[(S1, 2), (O1, 2), (O3, 2), (S6, 2), (S9, 4)],
        watches: None,
        about: S6,
        nearly: nearly(
            "no read fails",
            GroupsBounds {
                failed_reads: 0,
                ..runs::COMMITS
            },
        ),
    },
    GroupsMutant {
        name: "C-5",
        told: "the load demands that a member's group stands before it, although compaction has kept only a later record of \
               the group",
        makes: |d| d.demand = LoadDemand::GroupsBeforeTheirMembers,
        bounds: runs::LEFT_BEHIND,
        breaks: &[(K6, 2)],
        watches: None,
        about: K6,
        nearly: nearly(
            "nothing is compacted, so the group's first record stays",
            GroupsBounds {
                compactions: 0,
                ..runs::LEFT_BEHIND
            },
        ),
    },
    GroupsMutant {
        name: "C-6",
        told: "the load demands that what a tombstone removes is there",
        makes: |d| d.demand = LoadDemand::WhatTombstonesRemove,
        bounds: runs::COMMITS,
        breaks: &[(K6, 3)],
        watches: None,
        about: K6,
        nearly: nearly(
            "nothing is deleted, so there are no tombstones",
            GroupsBounds {
                deletions: false,
                ..runs::COMMITS
            },
        ),
    },
    GroupsMutant {
        name: "C-7",
        told: "the load refuses offsets of a group whose record was removed",
        makes: |d| d.demand = LoadDemand::RemovedGroupsStayRemoved,
        bounds: runs::GROUP_LIFE,
        breaks: &[(K6, 4)],
        watches: None,
        about: K6,
        nearly: nearly(
            "no group is ever deleted",
            GroupsBounds {
                deletions: false,
                ..runs::GROUP_LIFE
            },
        ),
    },
    GroupsMutant {
        name: "C-8",
        told: "a transaction's offset counts from where the marker stands, not from where its own record stands",
        makes: |d| d.replay.materialise = Materialise::WhereTheMarkerStands,
        bounds: runs::MIXED,
        breaks: &[(O1, 3), (O3, 4), (S1, 5)],
        watches: None,
        about: O1,
        nearly: nearly(
            "nobody commits outside transactions, of which one ends before the next begins: the order of their markers is that \
             of their records",
            runs::TRANSACTIONS,
        ),
    },
    GroupsMutant {
        name: "C-9",
        told: "a tombstone leaves alone what waits for a marker, and the marker brings it back",
        makes: |d| d.replay.tombstone = PendingUnderTombstone::Kept,
        bounds: runs::MIXED,
        breaks: &[(S1, 4), (O1, 4), (S9, 4), (O3, 5)],
        watches: None,
        about: S9,
        nearly: nearly(
            "nothing is deleted",
            GroupsBounds {
                deletions: false,
                ..runs::MIXED
            },
        ),
    },
    GroupsMutant {
        name: "C-10",
        told: "expiry removes a group of which nothing is left but an open transaction",
        makes: |d| d.open_transactions = OpenTransactions::AreOverlooked,
        bounds: runs::EXPIRY_IN_TRANSACTIONS,
        breaks: &[(O7, 2)],
        watches: None,
        about: O7,
        nearly: nearly(
            "there are no transactions",
            GroupsBounds {
                transactions: false,
                ..runs::EXPIRY_IN_TRANSACTIONS
            },
        ),
    },
    GroupsMutant {
        name: "G-2",
        told: "a commit of a later generation is accepted; and G3 is broken too (C-22), without which no member has one",
        makes: |d| {
            d.fence = Fence::CurrentOrLaterMember;
            d.sync = Acknowledge::OnceAppended;
        },
        bounds: HANDOVER,
        breaks: &[(G4, 7)],
        watches: Some(G4),
        about: G4,
        nearly: Nearly {
            told: "G3 holds, so whoever commits in a generation has been handed an assignment of it, and no failover forgets \
                   that generation: by itself the mistake changes nothing that a member can bring about. (A client that makes \
                   a generation up sees it: the table of the commit API has that cell.)",
            bounds: HANDOVER,
            makes: Some(|d| d.fence = Fence::CurrentOrLaterMember),
            but: None,
        },
    },
    GroupsMutant {
        name: "G-4",
        told: "the sync phase waits for every member, and nothing ends it",
        makes: |d| d.sync_phase = SyncPhase::WaitsForAll,
        bounds: HANDOVER,
        breaks: &[(V1, 1)],
        watches: None,
        about: V1,
        nearly: Nearly {
            told: "where every member syncs nobody misses the timer; V1, which sees that one might not, does not watch",
            bounds: HANDOVER,
            makes: None,
            but: Some(V1),
        },
    },
    GroupsMutant {
        name: "G-8",
        told: "a static member's new id is kept in memory only, and a failover revives the old one",
        makes: |d| d.replacement = Replacement::InMemoryOnly,
        bounds: runs::STATIC,
        breaks: &[(S1, 4), (G8, 5)],
        watches: None,
        about: G8,
        nearly: nearly(
            "the static member has one life, so nobody takes its place",
            GroupsBounds {
                lives: 1,
                ..runs::STATIC
            },
        ),
    },
    GroupsMutant {
        name: "G-15",
        told: "retention counts from the commit even if the group is in use",
        makes: |d| d.expiry_base = ExpiryBase::CommitTime,
        bounds: runs::EXPIRY,
        breaks: &[(O6, 7)],
        watches: None,
        about: O6,
        nearly: nearly(
            "less time passes than an offset is kept",
            GroupsBounds {
                ticks: 1,
                ..runs::EXPIRY
            },
        ),
    },
    GroupsMutant {
        name: "G-29",
        told: "a static member that is silent never loses its place",
        makes: |d| d.static_session = StaticSession::NeverEnds,
        bounds: runs::STATIC,
        breaks: &[(V2, 2), (V1, 3)],
        watches: None,
        about: V2,
        nearly: nearly("all members are dynamic", HANDOVER),
    },
    GroupsMutant {
        name: "O-1",
        told: "a tombstone is written under a key that was encoded twice",
        makes: |d| d.tombstone_key = TombstoneKey::EncodedTwice,
        bounds: runs::COMMITS,
        breaks: &[(S1, 2), (O1, 2), (O3, 3), (S9, 4)],
        watches: None,
        about: S9,
        nearly: nearly(
            "nothing is deleted",
            GroupsBounds {
                deletions: false,
                ..runs::COMMITS
            },
        ),
    },
    GroupsMutant {
        name: "O-6",
        told: "what commits a transaction is a record under its producer's key, of which compaction keeps the last",
        makes: |d| d.transaction_end = TransactionEnd::RecordOfTheProducer,
        bounds: runs::TRANSACTIONS,
        breaks: &[(S1, 5), (K6, 6), (O1, 6), (O3, 6)],
        watches: None,
        about: K6,
        nearly: nearly(
            "nothing is compacted",
            GroupsBounds {
                compactions: 0,
                ..runs::TRANSACTIONS
            },
        ),
    },
    GroupsMutant {
        name: "O-17",
        told: "an offset is remembered under its group's and its topic's names put together",
        makes: |d| d.replay.key = KeyOf::NamesPutTogether,
        bounds: runs::NAMES,
        breaks: &[(O1, 1), (O8, 1), (O3, 2)],
        watches: None,
        about: O8,
        nearly: nearly("no name has a dash in it", runs::COMMITS),
    },
    GroupsMutant {
        name: "O-18",
        told: "a group is routed by its hash with the sign bit masked",
        makes: |d| d.replay.routing = Routing::SignBitMasked,
        bounds: runs::NAMES,
        breaks: &[(S10, 1)],
        watches: None,
        about: S10,
        nearly: nearly("the hash of the only group is positive", runs::COMMITS),
    },
    GroupsMutant {
        name: "O-18-bytes",
        told: "a group is routed by a hash over the bytes of its name, not over its UTF-16 units",
        makes: |d| d.replay.routing = Routing::OverBytes,
        bounds: runs::NAMES,
        breaks: &[(S10, 1)],
        watches: None,
        about: S10,
        nearly: nearly("every letter of the only group is one byte", runs::COMMITS),
    },
    GroupsMutant {
        name: "O-19",
        told: "of two commits the one with the later time counts",
        makes: |d| d.replay.newer = Newer::ByCommitTimestamp,
        bounds: runs::COMMITS,
        breaks: &[(O1, 3), (O3, 4), (S1, 5), (K6, 6)],
        watches: None,
        about: O1,
        nearly: nearly(
            "no clock goes back",
            GroupsBounds {
                clocks_back: 0,
                ..runs::COMMITS
            },
        ),
    },
];

/// Mistakes of the catalogue's first set that this system does not hunt, and where they are.
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

impl GroupsMutant {
    /// The mutant of this name, in any case.
    pub fn named(name: &str) -> Option<&'static GroupsMutant> {
        ALL.iter()
            .find(|mutant| mutant.name.eq_ignore_ascii_case(name))
    }

    /// What the coordinator with this mistake decides.
    pub fn decisions(&self) -> Decisions {
        deciding(self.makes)
    }

    /// The system with this mistake.
    pub fn system(&self) -> GroupsSystem {
        let mut system = GroupsSystem::new(self.bounds, deciding(self.makes));
        if let Some(alone) = self.watches {
            system.watched = Watched::these(&[alone]);
        }
        system
    }

    /// The companion run.
    pub fn nearly(&self) -> GroupsSystem {
        let makes = self.nearly.makes.unwrap_or(self.makes);
        let mut system = GroupsSystem::new(self.nearly.bounds, deciding(makes));
        if let Some(but) = self.nearly.but {
            system.watched = system.watched.without(but);
        }
        system
    }

    /// The promise that kills it in the fewest steps.
    pub fn killed_by(&self) -> PromiseId {
        self.breaks[0].0
    }

    /// The promises that are blind to it within its bounds.
    pub fn blind(&self) -> impl Iterator<Item = PromiseId> + '_ {
        let sees = |promise: &PromiseId| self.breaks.iter().any(|(seer, _)| seer == promise);
        let watched = self.system().watched;
        let all = PromiseId::OFFSETS_TOPIC.into_iter();
        all.filter(move |promise| watched.contains(*promise) && !sees(promise))
    }
}

fn deciding(makes: fn(&mut Decisions)) -> Decisions {
    let mut decisions = Decisions::default();
    makes(&mut decisions);
    decisions
}
