//! Requests about several groups, which several coordinators share.

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::{Fault, Faulty, SimDisk};

/// Groups `g`, `my-group` and `test-group` with an offset each: partitions 3, 12 and 12 of 50.
fn three_groups() -> Driver<SimDisk> {
    let many = Config {
        offsets_partitions: 50,
        ..config()
    };
    let mut driver = Driver::start(SimDisk::new(), &many);
    for group in ["g", "my-group", "test-group"] {
        let group = group.into();
        driver.send(OffsetCommit {
            group,
            ..commit(-1, 4)
        });
    }
    driver.flush(Flush::Offsets);
    driver
}

fn listed(driver: &mut Driver<SimDisk>) -> Vec<Text> {
    match driver.ask(GroupRequest::List(ListGroups::default())) {
        Some(Response::Group(GroupResponse::List(r))) => {
            r.groups.into_iter().map(|group| group.group).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn delete(driver: &mut Driver<SimDisk>, groups: &[&str]) -> Option<ErrorCode> {
    let groups = groups.iter().map(|id| Text::from(*id)).collect();
    let call = driver.send(GroupRequest::Delete(DeleteGroups { groups }));
    driver.flush(Flush::Offsets);
    driver.error(call)
}

#[test]
fn all_coordinators_together_know_all_groups() {
    let mut driver = three_groups();
    let names: [Text; 3] = ["g".into(), "my-group".into(), "test-group".into()];
    assert_eq!(listed(&mut driver), names);
    let groups = vec!["test-group".into(), "nobody".into(), "g".into()];
    let request = GroupRequest::Describe(DescribeGroups { groups, version: 5 });
    let Some(Response::Group(GroupResponse::Describe(answer))) = driver.ask(request) else {
        panic!("no answer")
    };
    let states: Vec<_> = answer.groups.iter().map(|group| group.state).collect();
    let (empty, dead) = (Some(GroupState::Empty), Some(GroupState::Dead));
    assert_eq!(states, [empty, dead, empty]);
}

#[test]
fn groups_of_one_coordinator_are_deleted_at_once_and_of_several_not_at_all() {
    let mut driver = three_groups();
    assert_eq!(
        delete(&mut driver, &["g", "my-group"]),
        Some(ErrorCode::CoordinatorNotAvailable)
    );
    assert_eq!(listed(&mut driver).len(), 3);
    assert_eq!(
        delete(&mut driver, &["my-group", "test-group"]),
        Some(ErrorCode::None)
    );
    assert_eq!(listed(&mut driver), ["g".into()] as [Text; 1]);
}

fn in_transaction(epoch: i16) -> GroupRequest {
    let plain = commit(-1, 4);
    GroupRequest::TxnCommit(TxnOffsetCommit {
        group: plain.group,
        member: plain.member,
        instance: None,
        generation: -1,
        producer: plimsoll_offsets::Producer { id: 7, epoch },
        offsets: plain.offsets,
    })
}

fn marker(epoch: i16, partition: i32) -> WriteMarker {
    let transaction = EndTransaction {
        producer: plimsoll_offsets::Producer { id: 7, epoch },
        coordinator_epoch: 0,
        ended: plimsoll_offsets::Ended::Committed,
    };
    WriteMarker {
        partition,
        transaction,
    }
}

#[test]
fn offsets_of_a_transaction_count_once_its_marker_is_durable() {
    let mut driver = sim();
    // The coordinator's batches all begin at sequence 0: the second is no repetition of the first.
    for _ in 0..2 {
        let call = driver.send(in_transaction(1));
        driver.flush(Flush::Offsets);
        assert_eq!(driver.error(call), Some(ErrorCode::None));
    }
    assert_eq!(driver.committed(), -1);
    let end = driver.send(marker(1, 0));
    assert_eq!((driver.committed(), driver.error(end)), (-1, None));
    driver.flush(Flush::Offsets);
    assert_eq!(
        (driver.committed(), driver.error(end)),
        (4, Some(ErrorCode::None))
    );
}

#[test]
fn a_producer_of_an_old_epoch_is_fenced_and_a_marker_needs_its_partition() {
    let mut driver = sim();
    driver.send(in_transaction(1));
    let old = driver.send(in_transaction(0));
    assert_eq!(driver.error(old), Some(ErrorCode::InvalidProducerEpoch));
    let old = driver.send(marker(0, 0));
    assert_eq!(driver.error(old), Some(ErrorCode::InvalidProducerEpoch));
    for partition in [1, -1] {
        let nowhere = driver.send(marker(1, partition));
        let error = Some(ErrorCode::UnknownTopicOrPartition);
        assert_eq!(driver.error(nowhere), error);
    }
    let unplaced = driver.send(GroupRequest::EndTxn(marker(1, 0).transaction));
    assert_eq!(driver.error(unplaced), Some(ErrorCode::InvalidRequest));
}

#[test]
fn a_resigned_partition_is_led_again_in_a_new_epoch() {
    let mut driver = sim();
    let waiting = driver.send(commit(-1, 4));
    driver.unload(0);
    assert_eq!(driver.error(waiting), Some(ErrorCode::NotCoordinator));
    assert_eq!(driver.error_of_commit(), Some(ErrorCode::NotCoordinator));
    let before = driver.broker.offsets_partition(0).unwrap().leader_epoch;
    driver.broker.lead(0);
    driver.broker.lead(0);
    let after = driver.broker.offsets_partition(0).unwrap().leader_epoch;
    assert_eq!(
        after,
        before + 1,
        "a partition that is led is not led twice"
    );
    let loading = Some(ErrorCode::CoordinatorLoadInProgress);
    assert_eq!(driver.error_of_commit(), loading);
    driver.reload();
    assert_eq!(
        driver.committed(),
        -1,
        "what was appended is there, and not durable yet"
    );
    driver.flush(Flush::Offsets);
    assert_eq!(driver.committed(), 4);
}

/// As many days later, a pass of expiry; how many records it wrote.
fn expired(driver: &mut Driver<Faulty<SimDisk>>, days: i64) -> i64 {
    let end = |driver: &Driver<Faulty<SimDisk>>| {
        let view = driver.broker.offsets_partition(0);
        view.unwrap().log_end_offset
    };
    let before = end(driver);
    let now = Timestamp(NOW.0 + days * 24 * 60 * 60 * 1000);
    let effects = driver.broker.expire_offsets(now);
    assert!(effects.is_empty(), "{effects:?}");
    end(driver) - before
}

#[test]
fn a_pass_of_expiry_that_fails_is_made_up_for_by_the_next() {
    let mut driver = sim();
    driver.send(commit(-1, 4));
    driver.flush(Flush::Offsets);
    assert_eq!(expired(&mut driver, 6), 0, "kept for a week");
    let disk = driver.broker.disk_mut();
    disk.fail_at(0, Fault::WriteNoSpace);
    assert_eq!(expired(&mut driver, 7), 0);
    assert_eq!(expired(&mut driver, 7), 2, "the offset and the group");
    driver.flush(Flush::Offsets);
    assert_eq!((driver.committed(), driver.broker.group("g")), (-1, None));
}

#[test]
fn compaction_of_the_offsets_topic_leaves_what_a_load_needs() {
    let mut config = config();
    config.offsets_log.segment_bytes = 1;
    let mut driver = Driver::start(SimDisk::new(), &config);
    for offset in 1..=5 {
        driver.send(commit(-1, offset));
    }
    driver.flush(Flush::Offsets);
    let (cleaned, effects) = driver.broker.clean_offsets(NOW, 0);
    let report = cleaned.unwrap().unwrap();
    assert_eq!((report.dropped.superseded, effects), (3, vec![]), "1 to 3");
    let mut after = Driver::start(driver.broker.into_disk(), &config);
    assert_eq!(after.committed(), 5);
    assert!(after.broker.clean_offsets(NOW, 1).0.is_none());
}
