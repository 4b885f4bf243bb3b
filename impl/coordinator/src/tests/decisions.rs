//! Every decision that can be taken wrongly, taken both ways.

use plimsoll_offsets::ConsumerGroupEpoch;

use super::*;

fn with(decisions: Decisions, column: Column) -> World {
    let mut world = World::at(column);
    world.coordinator.decide_for_tests(decisions);
    world
}

#[test]
fn c20_a_commit_is_acknowledged_before_it_is_durable() {
    let answered = |commit_when| {
        let decisions = Decisions {
            commit: commit_when,
            ..Decisions::default()
        };
        with(decisions, Column::Stable).error(commit("b", GENERATION, 5))
    };
    assert_eq!(answered(Acknowledge::OnceDurable), short::WAIT);
    assert_eq!(answered(Acknowledge::OnceAppended), short::NONE);
}

#[test]
fn c21_a_failed_append_stays_in_memory() {
    let seen = |cache| {
        let decisions = Decisions {
            cache,
            ..Decisions::default()
        };
        let mut world = with(decisions, Column::Stable);
        world.ask_in_vain(commit("b", GENERATION, 5), ErrorCode::KafkaStorageError);
        world.ask(GroupRequest::Commit(commit_to(&[1], "b", GENERATION, 6)));
        world.raise();
        offset_in(world.ask(fetch_request(false)))
    };
    assert_eq!(seen(UpdateCache::AfterAppend), Some(-1));
    assert_eq!(
        seen(UpdateCache::BeforeAppend),
        Some(5),
        "an offset that no log holds"
    );
}

#[test]
fn c22_an_assignment_is_handed_out_before_its_generation_is_durable() {
    let answered = |sync_when| {
        let decisions = Decisions {
            sync: sync_when,
            ..Decisions::default()
        };
        let mut world = with(decisions, Column::Completing);
        world.error(sync("a", GENERATION, &[("a", "A")]))
    };
    assert_eq!(answered(Acknowledge::OnceDurable), short::WAIT);
    assert_eq!(answered(Acknowledge::OnceAppended), short::NONE);
}

#[test]
fn g1_a_commit_is_not_fenced() {
    let accepted = |fence, request: GroupRequest| {
        let decisions = Decisions {
            fence,
            ..Decisions::default()
        };
        let mut world = with(decisions, Column::Stable);
        let call = world.send(request);
        world.raise();
        world.answer_to(call).map(|r| error_of(&r))
    };
    for (request, error) in [
        (commit("b", GENERATION - 1, 1), short::ILG),
        (commit("x", GENERATION, 1), short::UMID),
    ] {
        assert_eq!(accepted(Fence::CurrentMember, request.clone()), error);
        assert_eq!(accepted(Fence::Nobody, request), short::NONE);
    }
}

/// A world that decides so from the beginning, and its log.
fn deciding(decisions: Decisions) -> World {
    World::with(CoordinatorConfig::default(), decisions)
}

#[test]
fn c5_c6_and_c7_a_compacted_log_cannot_be_loaded() {
    let tombstone = OffsetsRecord::Group {
        group: "g".into(),
        value: None,
    };
    let mut offsets = World::new();
    offsets.settle(commit("", -1, 5));
    let offset = offsets.log[0].clone();
    let status = |demand, log: &[OffsetsRecord]| {
        let decisions = Decisions {
            demand,
            ..Decisions::default()
        };
        let world = World::loaded(CoordinatorConfig::default(), decisions, log.to_vec());
        world.coordinator.status()
    };
    let only_tombstone = [tombstone.clone()];
    let came_back = [tombstone, offset.clone()];
    let gone_for_good = [offset];
    for (demand, log, expected) in [
        (LoadDemand::Nothing, &only_tombstone[..], Status::Active),
        (LoadDemand::Nothing, &came_back, Status::Active),
        (
            LoadDemand::WhatTombstonesRemove,
            &only_tombstone,
            Status::Failed,
        ),
        (
            LoadDemand::WhatTombstonesRemove,
            &gone_for_good,
            Status::Active,
        ),
        (
            LoadDemand::RemovedGroupsStayRemoved,
            &came_back,
            Status::Failed,
        ),
        (
            LoadDemand::RemovedGroupsStayRemoved,
            &only_tombstone,
            Status::Active,
        ),
    ] {
        assert_eq!(status(demand, log), expected, "{demand:?}");
    }
    let decisions = Decisions {
        demand: LoadDemand::WhatTombstonesRemove,
        ..Decisions::default()
    };
    let member = |group: &str| OffsetsRecord::ConsumerMember {
        group: group.into(),
        member: "m".into(),
        value: None,
    };
    let epoch = OffsetsRecord::ConsumerGroup {
        group: "g".into(),
        value: Some(ConsumerGroupEpoch {
            epoch: 1,
            metadata_hash: 0,
        }),
    };
    let (before, after) = ([epoch.clone(), member("g")], [member("g"), epoch]);
    for (demand, log, expected) in [
        (LoadDemand::Nothing, &after, Status::Active),
        (LoadDemand::GroupsBeforeTheirMembers, &after, Status::Failed),
        (
            LoadDemand::GroupsBeforeTheirMembers,
            &before,
            Status::Active,
        ),
    ] {
        assert_eq!(status(demand, log), expected, "{demand:?}");
    }
    let mut failed = World::loaded(
        CoordinatorConfig::default(),
        decisions,
        only_tombstone.to_vec(),
    );
    assert_eq!(
        failed.error(commit("", -1, 1)),
        Some(ErrorCode::NotCoordinator)
    );
}

#[test]
fn c8_an_older_transactional_commit_hides_a_newer_one() {
    let resumes_at = |materialise, transaction_first: bool| {
        let mut decisions = Decisions::default();
        decisions.replay.materialise = materialise;
        let mut world = deciding(decisions);
        let mut commits = [txn_commit("", -1, 10), commit("", -1, 20)];
        if !transaction_first {
            commits.reverse();
        }
        for commit in commits {
            world.settle(commit);
        }
        world.settle(end_txn(Ended::Committed));
        world.offset(true).0
    };
    use plimsoll_offsets::Materialise::*;
    assert_eq!(resumes_at(WhereTheRecordStands, true), 20);
    assert_eq!(resumes_at(WhereTheMarkerStands, true), 10);
    assert_eq!(
        resumes_at(WhereTheMarkerStands, false),
        10,
        "right by accident"
    );
    assert_eq!(resumes_at(WhereTheRecordStands, false), 10);
}

const LATER: Timestamp = Timestamp(1_000_000_000_000);

#[test]
fn c10_a_group_with_nothing_but_an_open_transaction_is_removed() {
    let removed = |open_transactions, open: bool| {
        let mut world = deciding(Decisions {
            open_transactions,
            ..Decisions::default()
        });
        world.settle(txn_commit("", -1, 9));
        if !open {
            world.settle(end_txn(Ended::Committed));
        }
        world.expire();
        world.coordinator.group("g").is_none()
    };
    assert!(!removed(OpenTransactions::KeepTheGroup, true));
    assert!(removed(OpenTransactions::AreOverlooked, true));
    assert!(
        !removed(OpenTransactions::AreOverlooked, false),
        "over in time"
    );
}

#[test]
fn g2_a_generation_of_a_lost_coordinator_is_accepted() {
    let error = |fence, generation| {
        let decisions = Decisions {
            fence,
            ..Decisions::default()
        };
        let mut world = with(decisions, Column::Stable);
        world
            .settle(commit("b", generation, 1))
            .map(|r| error_of(&r))
    };
    let later = GENERATION + 1;
    assert_eq!(error(Fence::CurrentMember, later), short::ILG);
    assert_eq!(error(Fence::CurrentOrLaterMember, later), short::NONE);
    assert_eq!(
        error(Fence::CurrentOrLaterMember, GENERATION - 1),
        short::ILG
    );
}

#[test]
fn g4_a_member_that_never_syncs_holds_up_its_group() {
    let armed = |sync_phase, synced: bool| {
        let mut world = with(
            Decisions {
                sync_phase,
                ..Decisions::default()
            },
            Column::Stable,
        );
        world.ask(changed(join("b")));
        world.ask(join("a"));
        if synced {
            world.sync_both_of(GENERATION + 1);
            return world.state().0 == GroupState::Stable;
        }
        world.armed(TimerName::Sync).is_some()
    };
    assert!(armed(SyncPhase::Ends, false));
    assert!(
        !armed(SyncPhase::WaitsForAll, false),
        "nothing will ever end it"
    );
    assert!(
        armed(SyncPhase::WaitsForAll, true),
        "if all sync nobody notices"
    );
}

#[test]
fn g8_a_crash_revives_the_id_that_was_replaced() {
    let description = |replacement, crash: bool| {
        let mut world = statics::stable();
        world.coordinator.decide_for_tests(Decisions {
            replacement,
            ..Decisions::default()
        });
        let answer = world.settle(static_join("", "i", "s2"));
        assert_eq!(answer.map(|r| error_of(&r)), short::NONE);
        let mut world = if crash {
            World::reloaded(&world)
        } else {
            world
        };
        world.error(with_instance(heartbeat("s2", GENERATION), "i"))
    };
    assert_eq!(description(Replacement::Written, true), short::NONE);
    assert_eq!(description(Replacement::InMemoryOnly, true), short::FII);
    assert_eq!(
        description(Replacement::InMemoryOnly, false),
        short::NONE,
        "no crash"
    );
}

#[test]
fn g15_the_offset_of_an_active_group_expires() {
    let resumes_at = |expiry_base, now| {
        let mut world = deciding(Decisions {
            expiry_base,
            ..Decisions::default()
        });
        let mut request = join_request("", "a", 3);
        request.protocols[0].metadata = subscription(&["t"]);
        world.ask(GroupRequest::Join(request));
        world.settle(sync("a", 1, &[]));
        world.settle(commit("a", 1, 5));
        world.now = now;
        world.expire();
        world.offset(true).0
    };
    assert_eq!(resumes_at(ExpiryBase::GroupState, LATER), 5);
    assert_eq!(resumes_at(ExpiryBase::CommitTime, LATER), -1);
    assert_eq!(
        resumes_at(ExpiryBase::CommitTime, NOW),
        5,
        "committed just now"
    );
}

#[test]
fn g29_a_dead_static_member_keeps_its_place() {
    let members = |static_session, name: &str| {
        let mut world = statics::stable();
        world.coordinator.decide_for_tests(Decisions {
            static_session,
            ..Decisions::default()
        });
        world.fire(TimerName::Session(name.into()));
        world.members().len()
    };
    assert_eq!(members(StaticSession::Ends, "s1"), 1);
    assert_eq!(members(StaticSession::NeverEnds, "s1"), 2);
    assert_eq!(
        members(StaticSession::NeverEnds, "a"),
        1,
        "dynamic ones lose theirs"
    );
}

#[test]
fn o1_what_was_deleted_comes_back_with_the_next_load() {
    let groups = |tombstone_key, deletes: bool| {
        let mut world = deciding(Decisions {
            tombstone_key,
            ..Decisions::default()
        });
        world.settle(commit("", -1, 5));
        if deletes {
            world.settle(GroupRequest::Delete(DeleteGroups {
                groups: vec!["g".into()],
            }));
            assert!(world.coordinator.group("g").is_none(), "gone from memory");
        }
        World::reloaded(&world).coordinator.group("g").is_some()
    };
    assert!(!groups(TombstoneKey::OfTheRecord, true));
    assert!(groups(TombstoneKey::EncodedTwice, true));
    assert!(
        groups(TombstoneKey::EncodedTwice, false),
        "nothing was deleted"
    );
}

#[test]
fn o6_a_marker_has_the_key_of_its_producer() {
    let key = |transaction_end| {
        let world = deciding(Decisions {
            transaction_end,
            ..Decisions::default()
        });
        let step = world
            .coordinator
            .request(NOW, CallId(1), &end_txn(Ended::Committed));
        (step.marker().is_some(), step.marker_key().is_some())
    };
    assert_eq!(key(TransactionEnd::Marker), (true, false));
    assert_eq!(key(TransactionEnd::RecordOfTheProducer), (true, true));
}

#[test]
fn o19_a_clock_that_goes_back_hides_newer_commits() {
    let resumes_at = |newer, second: i64| {
        let mut decisions = Decisions::default();
        decisions.replay.newer = newer;
        let mut world = deciding(decisions);
        world.settle(commit("", -1, 5));
        world.now = Timestamp(NOW.0 + second);
        world.settle(commit("", -1, 6));
        World::reloaded(&world).offset(true).0
    };
    use plimsoll_offsets::Newer::*;
    assert_eq!(resumes_at(ByRecordOffset, -1), 6);
    assert_eq!(resumes_at(ByCommitTimestamp, -1), 5);
    assert_eq!(resumes_at(ByCommitTimestamp, 1), 6);
}
