//! A partition of the offsets topic that holds what cannot be replayed: its load fails by name and offset, nobody is served
//! from what stands before it, and the other partitions go on (S6).

mod common;

use common::shared::Shared;
use common::*;
use plimsoll_coordinator::{
    DescribeGroups, ErrorCode, GroupRequest, GroupResponse, Heartbeat, ListGroups,
};
use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{Log, NewBatch, NewRecord};
use plimsoll_offsets::{CommittedOffset, OffsetsRecord, encode, partition_for};
use plimsoll_service::Status;

type Sim = Shared<SimDisk>;

fn home() -> i32 {
    partition_for("g", 4).expect("there are partitions")
}

fn file() -> String {
    format!("__consumer_offsets-{}/00000000000000000000.log", home())
}

fn offset(value: i64) -> NewRecord {
    let record = OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value: Some(CommittedOffset {
            offset: value,
            leader_epoch: 1,
            metadata: "m".into(),
            commit_timestamp_ms: 7,
            expire_timestamp_ms: -1,
            topic_id: None,
        }),
    };
    let (key, value) = encode(&record).expect("it can be written");
    NewRecord {
        key: Some(key),
        value,
        ..NewRecord::default()
    }
}

/// Record 0 commits 1, record 1 is the stranger, and record 2 commits 3.
fn around(stranger: NewRecord) -> Sim {
    let mut disk = SimDisk::new();
    let directory = format!("__consumer_offsets-{}", home());
    let (mut log, _) = Log::open(&mut disk, &directory, Default::default(), 0).expect("a log");
    for record in [offset(1), stranger, offset(3)] {
        let new = NewBatch {
            records: vec![record],
            ..NewBatch::default()
        };
        let batch = new.build().expect("a batch");
        log.append(&mut disk, &batch, 0, 0).expect("room");
    }
    log.sync(&mut disk).expect("the disk is well");
    Shared::new(disk)
}

/// The load of the one partition has failed for this reason, and the others serve.
fn has_failed(world: &World<Sim>) -> String {
    world.until("failed", |s| {
        matches!(s.status(home()), Some((Status::Failed, _)))
    });
    world.until("the others are active", |s| {
        let active = |p| matches!(s.status(p), Some((Status::Active, _)));
        (0..s.partitions()).filter(|p| *p != home()).all(active)
    });
    let failure = world.service.failure(home());
    failure.expect("it stays so").to_string()
}

fn only_the_others_are_served(world: &World<Sim>) {
    let heartbeat = GroupRequest::Heartbeat(Heartbeat {
        group: "g".into(),
        member: "m".into(),
        instance: None,
        generation: 1,
    });
    let describe = GroupRequest::Describe(DescribeGroups {
        groups: vec!["g".into()],
        version: 6,
    });
    for request in [
        fetch("g", Some(0), false),
        fetch("g", Some(0), true),
        fetch("g", None, false),
        commit("g", 0, 9),
        join("g", "", "m"),
        heartbeat,
        describe,
    ] {
        let description = error_of(&world.ask(request.clone()));
        assert_eq!(description, ErrorCode::NotCoordinator, "{request:?}");
    }
    let other = one_group_in_each()
        .into_iter()
        .find(|group| partition_for(group, 4) != Some(home()))
        .expect("three of them");
    assert_eq!(world.commit(&other, 0, 5), ErrorCode::None);
    let GroupResponse::List(list) = world.ask(GroupRequest::List(ListGroups::default())) else {
        panic!("another answer")
    };
    let listed: Vec<_> = list.groups.iter().map(|g| g.group.clone()).collect();
    assert_eq!((list.error, listed), (ErrorCode::None, vec![other]));
}

#[test]
fn a_record_that_is_none_of_the_topic_is_told_by_its_offset() {
    let whole = offset(2);
    let (key, value) = (whole.key.expect("a key"), whole.value.expect("a value"));
    let later = [&[0, 5], &value[2..]].concat();
    for (key, value, expected) in [
        (None, Some(&*value), "record 1: key: the record has no key"),
        (Some(&key[..7]), Some(&*value), "record 1: key: "),
        (Some(&*key), Some(&value[..9]), "record 1: value: offset "),
        (
            Some(&*key),
            Some(&*later),
            "record 1: value: offset value of unknown version 5",
        ),
    ] {
        let stranger = NewRecord {
            key: key.map(Into::into),
            value: value.map(Into::into),
            ..NewRecord::default()
        };
        let world = World::start(around(stranger), &config());
        world.service.elect_all();
        let reason = has_failed(&world);
        assert!(reason.contains(expected), "{reason}, not {expected}");
        only_the_others_are_served(&world);
    }
}

#[test]
fn what_says_nothing_about_offsets_is_passed_over() {
    for key_type in [-1_i16, 4, 7, 16, 23, 99] {
        let stranger = NewRecord {
            key: Some(key_type.to_be_bytes()[..].into()),
            value: Some(b"\xff\xff garbage"[..].into()),
            ..NewRecord::default()
        };
        let world = World::active(around(stranger), &config());
        assert_eq!(world.committed("g", 0), 3, "type {key_type}");
    }
}

/// Damage that comes between recovery and load; once it is undone, the next election loads.
#[test]
fn a_damaged_batch_is_told_and_can_be_mended() {
    let disk = around(offset(2));
    let world = World::start(disk.clone(), &config());
    let flip = || {
        let mut disk = disk.get();
        let byte = disk.read_at(&file(), 100, 1).expect("a byte")[0];
        disk.write_at(&file(), 100, &[!byte]).expect("room");
    };
    flip();
    world.service.elect_all();
    let reason = has_failed(&world);
    assert!(
        reason.contains(&file()) && reason.contains("byte 0"),
        "{reason}"
    );
    only_the_others_are_served(&world);
    flip();
    world.service.elect_all();
    world.until_active();
    assert_eq!(world.committed("g", 0), 3);
}
