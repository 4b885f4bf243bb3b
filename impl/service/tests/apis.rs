//! One request at a time through everything: routing, transactions, expiry, and what is said when nobody serves.

mod common;

use std::time::Duration;

use common::shared::Shared;
use common::*;
use plimsoll_coordinator::{
    DeleteGroups, DescribeGroups, EndTransaction, Endpoint, ErrorCode, FindCoordinator,
    GroupRequest, GroupResponse, GroupState, Heartbeat, ListGroups, Timestamp, TxnOffsetCommit,
};
use plimsoll_disk::{Fault, Faulty, RealDisk, SimDisk};
use plimsoll_offsets::{Ended, Producer, Text, partition_for};
use plimsoll_service::{Config, StartError, Status};

type Sim = Shared<Faulty<SimDisk>>;

fn sim() -> Sim {
    Shared::new(Faulty::new(SimDisk::new()))
}

fn active() -> World<Sim> {
    World::active(sim(), &config())
}

fn list() -> GroupRequest {
    GroupRequest::List(ListGroups::default())
}

fn heartbeat(group: &str) -> GroupRequest {
    GroupRequest::Heartbeat(Heartbeat {
        group: group.into(),
        member: "m".into(),
        instance: None,
        generation: 1,
    })
}

fn describe(groups: &[Text]) -> GroupRequest {
    GroupRequest::Describe(DescribeGroups {
        groups: groups.to_vec(),
        version: 6,
    })
}

fn delete(groups: &[Text]) -> GroupRequest {
    GroupRequest::Delete(DeleteGroups {
        groups: groups.to_vec(),
    })
}

fn listed(response: GroupResponse) -> Vec<Text> {
    match response {
        GroupResponse::List(r) => {
            assert_eq!(r.error, ErrorCode::None);
            r.groups.into_iter().map(|g| g.group).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn requests_about_several_groups_go_to_all_their_partitions() {
    let world = active();
    let groups = one_group_in_each();
    for group in &groups {
        assert_eq!(world.commit(group, 0, 5), ErrorCode::None);
    }
    let mut sorted = groups.clone();
    sorted.sort();
    assert_eq!(listed(world.ask(list())), sorted);
    let asked = [&groups[..], &["nobody".into()]].concat();
    let GroupResponse::Describe(described) = world.ask(describe(&asked)) else {
        panic!("another answer")
    };
    let states: Vec<_> = described
        .groups
        .iter()
        .map(|g| (&g.group, g.state))
        .collect();
    let expected: Vec<_> = (groups.iter().map(|group| (group, Some(GroupState::Empty))))
        .chain([(&asked[4], Some(GroupState::Dead))])
        .collect();
    assert_eq!(states, expected, "in the order of the request");
    let GroupResponse::Delete(deleted) = world.ask(delete(&asked)) else {
        panic!("another answer")
    };
    let (gone, none) = (ErrorCode::GroupIdNotFound, ErrorCode::None);
    let fates: Vec<_> = deleted.groups.iter().map(|(_, error)| *error).collect();
    assert_eq!(fates, [none, none, none, none, gone]);
    assert_eq!(listed(world.ask(list())), [""; 0].map(Text::from));
    assert!(matches!(world.ask(delete(&[])), GroupResponse::Delete(r) if r.groups.is_empty()));
}

#[test]
fn a_group_is_where_its_name_says() {
    let world = active();
    world.commit("g", 3, 7);
    let home = partition_for("g", 4).expect("there are partitions");
    for partition in 0..4 {
        let log = world.service.log(partition).expect("there is one");
        assert_eq!(log.look(|log| log.log_end_offset()) > 0, partition == home);
    }
    let endpoint = Endpoint {
        host: "here".into(),
        port: 9_092,
    };
    world.service.resign((home + 1) % 4, 100);
    let find = |key: &str| {
        let request = FindCoordinator {
            key_type: 0,
            keys: vec![key.into()],
            version: 4,
        };
        let view = world.service.topic_view(1, endpoint.clone());
        view.find(&request).coordinators[0].error
    };
    assert_eq!(find("g"), ErrorCode::None);
    let elsewhere = one_group_in_each()[usize::try_from((home + 1) % 4).expect("small")].clone();
    assert_eq!(find(&elsewhere), ErrorCode::CoordinatorNotAvailable);
    let answer = answer(world.service.ask_partition(9, list()));
    assert_eq!(
        error_of(&answer),
        ErrorCode::NotCoordinator,
        "there is no such partition"
    );
}

const PRODUCER: Producer = Producer { id: 7, epoch: 2 };

fn txn_commit(producer: Producer, partition: i32, offset: i64) -> GroupRequest {
    GroupRequest::TxnCommit(TxnOffsetCommit {
        group: "g".into(),
        member: "".into(),
        instance: None,
        generation: -1,
        producer,
        offsets: vec![to_commit(partition, offset)],
    })
}

fn end(producer: Producer, coordinator_epoch: i32, ended: Ended) -> GroupRequest {
    GroupRequest::EndTxn(EndTransaction {
        producer,
        coordinator_epoch,
        ended,
    })
}

#[test]
fn offsets_of_a_transaction_count_once_it_commits_and_after_a_reload() {
    let world = active();
    let home = partition_for("g", 4).expect("there are partitions");
    let ask = |request| error_of(&world.ask(request));
    let unstable = |partition| match world.ask(fetch("g", Some(partition), true)) {
        GroupResponse::Fetch(r) => r.partitions[0].error,
        other => panic!("{other:?}"),
    };
    world.commit("g", 0, 3);
    // Two batches of one producer: nothing tells the second from a repetition but that it is not one.
    for (partition, offset) in [(0, 10), (1, 20)] {
        assert_eq!(
            ask(txn_commit(PRODUCER, partition, offset)),
            ErrorCode::None
        );
    }
    assert_eq!(
        [0, 1, 2].map(unstable),
        [
            ErrorCode::UnstableOffsetCommit,
            ErrorCode::UnstableOffsetCommit,
            ErrorCode::None
        ]
    );
    let older = Producer {
        epoch: 1,
        ..PRODUCER
    };
    assert_eq!(
        ask(txn_commit(older, 2, 9)),
        ErrorCode::InvalidProducerEpoch
    );
    // A reload in the middle of the transaction.
    world.service.elect(home, 50);
    world.until_active();
    assert_eq!(unstable(1), ErrorCode::UnstableOffsetCommit);
    let description = answer(
        world
            .service
            .ask_partition(home, end(PRODUCER, 4, Ended::Committed)),
    );
    assert_eq!(error_of(&description), ErrorCode::None);
    assert_eq!([0, 1, 2].map(|p| world.committed("g", p)), [10, 20, -1]);
    let fenced = answer(
        world
            .service
            .ask_partition(home, end(PRODUCER, 3, Ended::Aborted)),
    );
    assert_eq!(error_of(&fenced), ErrorCode::TransactionCoordinatorFenced);
    // One that is aborted, told to all partitions.
    assert_eq!(ask(txn_commit(PRODUCER, 0, 99)), ErrorCode::None);
    assert_eq!(ask(end(PRODUCER, 4, Ended::Aborted)), ErrorCode::None);
    world.service.elect(home, 51);
    world.until_active();
    assert_eq!([0, 1, 2].map(|p| world.committed("g", p)), [10, 20, -1]);
}

#[test]
fn who_is_told_what_when_nobody_serves() {
    let world = World::start(sim(), &config());
    let ask = |request| error_of(&world.ask(request));
    let empty_name = join("", "", "fresh");
    let (not_here, nothing_wrong) = (ErrorCode::NotCoordinator, ErrorCode::None);
    assert_eq!(ask(commit("g", 0, 1)), not_here);
    assert_eq!(ask(heartbeat("g")), not_here);
    assert_eq!(ask(empty_name.clone()), ErrorCode::InvalidGroupId);
    assert_eq!(listed(world.ask(list())), [""; 0].map(Text::from));
    // Loading: the disk is held, so that no load gets on. The loader takes one partition at a time.
    let disk = sim();
    let world = World::start(disk.clone(), &config());
    let ask = |request| error_of(&world.ask(request));
    world.service.elect_all();
    world.until_active();
    world.commit("g", 0, 1);
    let held = disk.get();
    world
        .service
        .elect(partition_for("g", 4).expect("there are partitions"), 9);
    assert_eq!(ask(commit("g", 0, 1)), ErrorCode::CoordinatorLoadInProgress);
    assert_eq!(
        ask(heartbeat("g")),
        nothing_wrong,
        "a member is not sent away by a failover"
    );
    assert_eq!(ask(empty_name), ErrorCode::InvalidGroupId);
    assert_eq!(ask(list()), ErrorCode::CoordinatorLoadInProgress);
    drop(held);
    world.until_active();
    assert_eq!(ask(heartbeat("g")), ErrorCode::UnknownMemberId);
}

#[test]
fn the_outcome_is_open_when_time_runs_out_and_the_commit_takes_effect_later() {
    let (disk, clock) = (sim(), clock_at(0));
    let config = Config {
        commit_timeout: Duration::from_secs(5),
        ..config()
    };
    let world = World::with_clock(disk.clone(), &config, clock.clone());
    world.service.elect_all();
    world.until_active();
    let held = disk.hold_syncs();
    let late = world.service.ask(commit("g", 0, 1));
    let stable = world.service.ask(fetch("g", Some(0), true));
    let snapshot = world.service.ask(fetch("g", Some(0), false));
    assert!(matches!(answer(snapshot), GroupResponse::Fetch(r) if r.partitions[0].offset == -1));
    clock.set(Timestamp(5_000));
    assert_eq!(error_of(&answer(late)), ErrorCode::CoordinatorNotAvailable);
    assert_eq!(error_of(&answer(stable)), ErrorCode::NotCoordinator);
    drop(held);
    assert_eq!(world.committed("g", 0), 1, "S4");
}

#[test]
fn an_append_that_was_undone_left_no_trace() {
    let disk = sim();
    let world = World::active(disk.clone(), &config());
    world.commit("g", 0, 1);
    disk.get().fail_at(0, Fault::WriteNoSpace);
    assert_eq!(world.commit("g", 0, 2), ErrorCode::NotCoordinator);
    assert_eq!(world.committed("g", 0), 1, "S5");
    assert_eq!(world.commit("g", 0, 3), ErrorCode::None, "the log goes on");
    assert!(world.counters.to_string().contains("append_failures 1"));
}

#[test]
fn an_append_that_could_not_be_undone_fails_the_shard_until_the_next_election() {
    let disk = sim();
    let world = World::active(disk.clone(), &config());
    let home = partition_for("g", 4).expect("there are partitions");
    world.commit("g", 0, 1);
    disk.get().fail_at(0, Fault::WriteIo);
    disk.get().fail_at(0, Fault::TruncateIo);
    assert_eq!(world.commit("g", 0, 2), ErrorCode::NotCoordinator);
    assert!(matches!(
        world.service.status(home),
        Some((Status::Failed, _))
    ));
    assert_eq!(world.commit("g", 0, 3), ErrorCode::NotCoordinator);
    world.service.elect_all();
    world.until_active();
    assert_eq!(world.committed("g", 0), 1);
}

#[test]
fn a_log_that_cannot_be_read_is_a_failed_load() {
    let disk = sim();
    let world = World::active(disk.clone(), &config());
    let home = partition_for("g", 4).expect("there are partitions");
    world.commit("g", 0, 1);
    disk.get().fail_at(0, Fault::ReadIo);
    world.service.elect(home, 9);
    world.until("failed", |s| {
        matches!(s.status(home), Some((Status::Failed, 9)))
    });
    assert_eq!(world.commit("g", 0, 2), ErrorCode::NotCoordinator);
    world.service.elect(home, 10);
    world.until_active();
    assert_eq!(world.committed("g", 0), 1);
}

#[test]
fn offsets_expire_slice_by_slice() {
    let clock = clock_at(0);
    let mut config = config();
    config.expiry_interval_ms = 1_000;
    config.coordinator.offsets_retention_ms = 10_000;
    config.coordinator.tombstones_per_step = 50;
    let world = World::with_clock(sim(), &config, clock.clone());
    world.service.elect_all();
    world.until_active();
    // More groups than a slice looks at, and one with more offsets than a step removes.
    let tickets: Vec<_> = (0..3_000)
        .map(|n| world.service.ask(commit(&format!("g{n}"), 0, 1)))
        .chain((1..120).map(|partition| world.service.ask(commit("g7", partition, 1))))
        .collect();
    for ticket in tickets {
        assert_eq!(error_of(&answer(ticket)), ErrorCode::None);
    }
    clock.set(Timestamp(5_000));
    assert_eq!(world.commit("late", 0, 1), ErrorCode::None);
    // Slices follow each other as time goes on; everything but the late one goes.
    for ms in 11_000.. {
        clock.set(Timestamp(ms));
        if listed(world.ask(list())) == ["late".into()] {
            break;
        }
        assert!(ms < 14_000, "they never expire, or far too slowly");
        std::thread::sleep(Duration::from_millis(1));
    }
    world.service.elect_all();
    world.until_active();
    assert_eq!(
        listed(world.ask(list())),
        ["late".into()],
        "and they stay away"
    );
    assert_eq!(world.committed("g7", 3), -1);
}

#[test]
fn compaction_keeps_what_a_load_needs() {
    let mut config = config();
    config.log.segment_bytes = 4_096;
    let world = World::active(sim(), &config);
    let home = partition_for("g", 4).expect("there are partitions");
    for offset in 1..=300 {
        assert_eq!(world.commit("g", 0, offset), ErrorCode::None);
    }
    let log = world.service.log(home).expect("there is one");
    let before = log.look(|log| log.bytes());
    log.clean(Timestamp(i64::MAX / 2))
        .expect("the disk is well");
    let after = log.look(|log| log.bytes());
    assert!(after < before / 3, "{before} bytes, then {after}");
    world.service.elect_all();
    world.until_active();
    assert_eq!(world.committed("g", 0), 300);
}

#[test]
fn lag_is_told_to_whoever_knows_the_end() {
    let world = active();
    assert_eq!(world.service.lag("g", "t", 0, 10), None);
    world.commit("g", 0, 7);
    assert_eq!(world.service.lag("g", "t", 0, 10), Some(3));
    assert_eq!(
        world.service.lag("g", "t", 0, 5),
        Some(0),
        "committed beyond the end"
    );
    world
        .service
        .resign(partition_for("g", 4).expect("there are partitions"), 100);
    assert_eq!(world.service.lag("g", "t", 0, 10), None);
}

#[test]
fn what_does_not_start_says_why() {
    let directory = tempfile::tempdir().expect("a directory");
    let disk = RealDisk::open(directory.path()).expect("nobody else has it");
    let start = |config: &Config| {
        let clock = clock_at(0);
        let metrics = std::sync::Arc::new(plimsoll_service::NoMetrics);
        plimsoll_service::Service::start(disk.clone(), config, clock, metrics)
    };
    let none = Config {
        offsets_partitions: 0,
        ..config()
    };
    assert!(matches!(start(&none), Err(StartError::Partitions(0))));
    let mut wrong = config();
    wrong.log.segment_bytes = 0;
    let Err(StartError::Log(error)) = start(&wrong) else {
        panic!("it started")
    };
    assert!(error.to_string().contains("segment_bytes"), "{error}");
}
