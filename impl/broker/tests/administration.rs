//! Requests about several groups, which several coordinators share.

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::SimDisk;

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

#[test]
fn a_broker_without_transactions_takes_no_offsets_in_one() {
    let mut driver = sim();
    let plain = commit(-1, 4);
    let request = TxnOffsetCommit {
        group: plain.group,
        member: plain.member,
        instance: None,
        generation: -1,
        producer: plimsoll_offsets::Producer { id: 7, epoch: 0 },
        offsets: plain.offsets,
    };
    let call = driver.send(GroupRequest::TxnCommit(request));
    assert_eq!(driver.error(call), Some(ErrorCode::InvalidTxnState));
    assert_eq!(driver.committed(), -1);
}
