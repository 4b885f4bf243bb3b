//! Each known mistake of a coordinator, and of the replay of its log, goes wrong in some story, and which short one is
//! told. Not those of KIP-848 groups (C-5), of names that run together or are routed otherwise (O-17, O-18: the stories
//! have plain names) and of how a marker is written (O-6: the broker asks for no decision there).

use plimsoll_coordinator::*;
use plimsoll_offsets::{Materialise, Newer, PendingUnderTombstone};
use plimsoll_tests::story;

use crate::world::World;

/// Stories that a mistake has to show itself in.
const CASES: u32 = 3000;

/// How many events the shortest story has that was found for a mistake; panics if none was.
fn caught(name: &str, change: impl Fn(&mut Decisions)) -> usize {
    let config = story::config(CASES, 1, 3000, None);
    let found = story::tell::<World>(
        config,
        crate::SHORT,
        |mut setup| {
            change(&mut setup.decisions);
            setup
        },
        |_| {},
    );
    match found {
        Ok(()) => panic!("{name}: nothing was noticed in {CASES} stories"),
        Err(failure) => {
            println!(
                "{name}, {} events. {}\n",
                failure.ops.len(),
                failure.description()
            );
            failure.ops.len()
        }
    }
}

macro_rules! caught {
    ($($name:ident: $($field:ident).+ = $mistake:expr;)+) => {
        $(
            #[test]
            fn $name() {
                let events = caught(stringify!($name), |decisions| decisions.$($field).+ = $mistake);
                assert!(events <= 20, "{events} events are no short story");
            }
        )+
    };
}

caught! {
    c6_tombstones_must_find_what_they_remove: demand = LoadDemand::WhatTombstonesRemove;
    c7_removed_groups_must_stay_removed: demand = LoadDemand::RemovedGroupsStayRemoved;
    c8_transactions_count_where_their_marker_stands: replay.materialise = Materialise::WhereTheMarkerStands;
    c9_pending_offsets_survive_a_tombstone: replay.tombstone = PendingUnderTombstone::Kept;
    c10_open_transactions_are_overlooked: open_transactions = OpenTransactions::AreOverlooked;
    c4_the_load_ends_at_a_failed_read: load = LoadExtent::UpToAFailedRead;
    c15_the_load_stops_early: load = LoadExtent::AllButTheLastBatch;
    c20_commits_acknowledged_once_appended: commit = Acknowledge::OnceAppended;
    c21_the_cache_is_updated_before_the_append: cache = UpdateCache::BeforeAppend;
    c22_assignments_handed_out_once_appended: sync = Acknowledge::OnceAppended;
    g1_commits_are_not_fenced: fence = Fence::Nobody;
    g2_later_generations_may_commit: fence = Fence::CurrentOrLaterMember;
    g4_the_sync_phase_waits_for_all: sync_phase = SyncPhase::WaitsForAll;
    g8_replacements_are_kept_in_memory: replacement = Replacement::InMemoryOnly;
    g15_offsets_expire_by_their_commit: expiry_base = ExpiryBase::CommitTime;
    g29_static_members_never_expire: static_session = StaticSession::NeverEnds;
    o1_tombstones_under_another_key: tombstone_key = TombstoneKey::EncodedTwice;
    o19_the_newer_commit_is_told_by_its_time: replay.newer = Newer::ByCommitTimestamp;
}
