//! Requests with every field at its edges, on the simulated disk: each is told the table's error, what is refused leaves
//! neither in memory nor on the disk a trace (S4′), and the others of the same request are not harmed (O5).

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::{Faulty, SimDisk};

type Broken = Driver<Faulty<SimDisk>>;

/// What the format has room for in a name, in bytes.
const LONGEST_NAME: usize = i16::MAX as usize;

fn group(name: &str, mut request: GroupRequest) -> GroupRequest {
    let name = name.into();
    match &mut request {
        GroupRequest::Join(r) => r.group = name,
        GroupRequest::Sync(r) => r.group = name,
        GroupRequest::Heartbeat(r) => r.group = name,
        GroupRequest::Leave(r) => r.group = name,
        GroupRequest::Commit(r) => r.group = name,
        GroupRequest::Fetch(r) => r.group = name,
        GroupRequest::OffsetDelete(r) => r.group = name,
        other => panic!("{other:?}"),
    }
    request
}

/// One of each kind, as member `a` of generation 1 would send it.
fn usual() -> Vec<GroupRequest> {
    vec![
        GroupRequest::Join(JoinGroup {
            member: "a".into(),
            ..join("unused")
        }),
        GroupRequest::Sync(sync("a", 1)),
        GroupRequest::Heartbeat(heartbeat("a", 1)),
        GroupRequest::Leave(leave_of(&["a"])),
        GroupRequest::Commit(commit(1, 5)),
        GroupRequest::Fetch(offset_fetch(true)),
        delete_of(&[("u", 0)]),
    ]
}

fn leave_of(members: &[&str]) -> LeaveGroup {
    let leaving = |id: &&str| LeavingMember {
        member: (*id).into(),
        instance: None,
    };
    LeaveGroup {
        group: "g".into(),
        members: members.iter().map(leaving).collect(),
        version: 5,
    }
}

fn delete_of(partitions: &[(&str, i32)]) -> GroupRequest {
    let named = |(topic, partition): &(&str, i32)| ((*topic).into(), *partition);
    GroupRequest::OffsetDelete(OffsetDelete {
        group: "g".into(),
        partitions: partitions.iter().map(named).collect(),
    })
}

/// Member `a` in generation 1 of group `g`, durably; topic `u` exists too.
fn settled() -> Broken {
    let config = Config::with_topics(&[("t", 2), ("u", 1)]);
    let mut driver = Driver::start(Faulty::new(SimDisk::new()), &config);
    driver.settle();
    driver
}

/// Memory and logs, and where the log ends.
fn state(driver: &Broken) -> (Vec<u8>, Option<PartitionView>) {
    (driver.form(), driver.broker.offsets_partition(0))
}

/// The request is answered at once with these errors, and nothing has changed.
fn leaves_no_trace(driver: &mut Broken, request: GroupRequest, expected: &[ErrorCode]) {
    let before = state(driver);
    let description = driver.ask(request.clone());
    let description = description.as_ref().map(errors);
    assert_eq!(description.as_deref(), Some(expected), "{request:?}");
    assert!(state(driver) == before, "{request:?} left a trace");
}

#[test]
fn a_name_that_the_log_cannot_hold_is_no_group() {
    let mut driver = settled();
    let too_long = "x".repeat(LONGEST_NAME + 1);
    // In letters of two bytes it is half as long.
    let letters = "é".repeat(LONGEST_NAME / 2 + 1);
    for name in [&*too_long, &*letters] {
        for request in usual() {
            leaves_no_trace(
                &mut driver,
                group(name, request),
                &[ErrorCode::InvalidGroupId],
            );
        }
    }
    let longest = "x".repeat(LONGEST_NAME);
    for (request, expected) in usual().into_iter().zip([
        ErrorCode::UnknownMemberId,
        ErrorCode::UnknownMemberId,
        ErrorCode::UnknownMemberId,
        ErrorCode::UnknownMemberId,
        ErrorCode::IllegalGeneration,
        ErrorCode::None,
        ErrorCode::GroupIdNotFound,
    ]) {
        leaves_no_trace(&mut driver, group(&longest, request), &[expected]);
    }
    let simple = group(&longest, GroupRequest::Commit(commit(-1, 5)));
    let call = driver.send(simple);
    driver.flush(Flush::Offsets);
    assert_eq!(driver.error(call), Some(ErrorCode::None));
    let mut again = reopened(driver);
    let fetch = group(&longest, GroupRequest::Fetch(offset_fetch(true)));
    assert_eq!(fetched(&mut again, fetch), [5]);
}

fn reopened(driver: Broken) -> Broken {
    let config = Config::with_topics(&[("t", 2), ("u", 1)]);
    let again = Driver::start(driver.broker.into_disk(), &config);
    assert_eq!(again.stopped, None);
    again
}

fn fetched(driver: &mut Broken, request: GroupRequest) -> Vec<i64> {
    match driver.ask(request) {
        Some(Response::Group(GroupResponse::Fetch(r))) => {
            r.partitions.iter().map(|p| p.offset).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// A member is written down with the group's next generation, so there its names have to fit into the record: if they do
/// not, nobody gets an assignment, and the log is as it was.
#[test]
fn names_of_a_member_that_the_log_cannot_hold_fail_the_generation() {
    let too_long: Text = "x".repeat(LONGEST_NAME + 1).into();
    type Spoil = fn(&mut JoinGroup, Text);
    let spoil: [Spoil; 5] = [
        |r, name| r.instance = Some(name),
        |r, name| r.client_id = name,
        |r, name| r.client_host = name,
        |r, name| r.fresh_member_id = name,
        |r, name| {
            r.protocols[0].name = name;
        },
    ];
    for spoil in spoil {
        let mut driver = Driver::start(Faulty::new(SimDisk::new()), &config());
        let mut request = join("a");
        spoil(&mut request, too_long.clone());
        let call = driver.send(request);
        driver.flush(Flush::Offsets);
        let Some(Response::Group(GroupResponse::Join(joined))) = driver.answer(call).cloned()
        else {
            panic!("not joined")
        };
        assert_eq!(joined.error, ErrorCode::None);
        let before = driver.broker.offsets_partition(0);
        let leads = SyncGroup {
            member: joined.member,
            ..sync("unused", joined.generation)
        };
        let call = driver.send(leads);
        driver.flush(Flush::Offsets);
        assert_eq!(driver.error(call), Some(ErrorCode::UnknownServerError));
        assert_eq!(driver.broker.offsets_partition(0), before);
        assert_eq!(driver.stopped, None);
    }
}

#[test]
fn every_number_at_its_edges() {
    let mut driver = settled();
    for generation in [i32::MIN, -1, 0, 2, i32::MAX] {
        let fenced = [ErrorCode::IllegalGeneration];
        leaves_no_trace(&mut driver, sync("a", generation).into_group(), &fenced);
        leaves_no_trace(
            &mut driver,
            heartbeat("a", generation).into_group(),
            &fenced,
        );
        let mut late = commit(1, 5);
        late.generation = generation;
        leaves_no_trace(&mut driver, late.into_group(), &fenced);
    }
    for session_timeout_ms in [i32::MIN, -1, 0, 5_999, 1_800_001, i32::MAX] {
        let hasty = JoinGroup {
            session_timeout_ms,
            ..join("b")
        };
        leaves_no_trace(
            &mut driver,
            hasty.into_group(),
            &[ErrorCode::InvalidSessionTimeout],
        );
    }
    for partition in [i32::MIN, -1, 2, i32::MAX] {
        let mut nowhere = commit(1, 5);
        nowhere.offsets[0].partition = partition;
        let unknown = [ErrorCode::UnknownTopicOrPartition];
        leaves_no_trace(&mut driver, nowhere.into_group(), &unknown);
        let delete = delete_of(&[("t", partition)]);
        leaves_no_trace(&mut driver, delete, &unknown);
    }
}

/// Kafka checks none of them, and gives back what it was given (O3).
#[test]
fn offsets_epochs_and_times_that_nobody_meant_are_kept_as_they_are() {
    for offset in [i64::MIN, -1, 0, i64::MAX] {
        for leader_epoch in [i32::MIN, -1, i32::MAX] {
            let mut driver = settled();
            let mut odd = commit(1, offset);
            odd.offsets[0].leader_epoch = leader_epoch;
            let call = driver.send(odd);
            driver.flush(Flush::Offsets);
            assert_eq!(driver.error(call), Some(ErrorCode::None));
            let mut again = reopened(driver);
            let Some(Response::Group(GroupResponse::Fetch(r))) = again.ask(offset_fetch(true))
            else {
                panic!("no answer")
            };
            let kept = (r.partitions[0].offset, r.partitions[0].leader_epoch);
            assert_eq!(kept, (offset, leader_epoch));
        }
    }
    for retention_ms in [i64::MIN, -2, 0, i64::MAX] {
        let mut driver = settled();
        let mut old = commit(1, 5);
        (old.retention_ms, old.version) = (retention_ms, 2);
        let call = driver.send(old);
        driver.flush(Flush::Offsets);
        assert_eq!(driver.error(call), Some(ErrorCode::None));
        let mut again = reopened(driver);
        assert_eq!(again.committed(), 5, "{retention_ms}");
    }
}

#[test]
fn a_rebalance_time_out_that_is_none_ends_at_once_and_is_written() {
    for rebalance_timeout_ms in [i32::MIN, -1, 0] {
        let mut driver = Driver::start(Faulty::new(SimDisk::new()), &config());
        let impatient = JoinGroup {
            rebalance_timeout_ms,
            ..join("a")
        };
        driver.send(impatient);
        let call = driver.send(sync("a", 1));
        driver.flush(Flush::Offsets);
        assert_eq!(driver.error(call), Some(ErrorCode::None));
        let again = reopened(driver);
        let group = again.broker.group("g").expect("loaded");
        assert_eq!((group.state, group.generation), (GroupState::Stable, 1));
    }
}

#[test]
fn nothing_asked_is_nothing_done() {
    let mut driver = settled();
    let mut nothing = commit(1, 5);
    nothing.offsets.clear();
    let no_groups = || Vec::new();
    for request in [
        nothing.into_group(),
        leave_of(&[]).into_group(),
        delete_of(&[]),
        GroupRequest::Delete(DeleteGroups {
            groups: no_groups(),
        }),
        GroupRequest::Describe(DescribeGroups {
            groups: no_groups(),
            version: 6,
        }),
    ] {
        leaves_no_trace(&mut driver, request, &[]);
    }
    let fetch = OffsetFetch {
        partitions: Some(Vec::new()),
        ..offset_fetch(true)
    };
    assert_eq!(fetched(&mut driver, fetch.into_group()), [0_i64; 0]);
}

#[test]
fn the_same_twice_in_one_request() {
    let mut driver = settled();
    let mut twice = commit(1, 5);
    twice.offsets.push(OffsetToCommit {
        offset: 6,
        ..twice.offsets[0].clone()
    });
    let call = driver.send(twice);
    driver.flush(Flush::Offsets);
    let description = driver.answer(call).map(errors);
    assert_eq!(description, Some(vec![ErrorCode::None; 2]));
    assert_eq!(driver.committed(), 6, "the last one counts");
    let mut fetch = offset_fetch(true);
    fetch.partitions = Some(vec![("t".into(), 0); 2]);
    assert_eq!(fetched(&mut driver, fetch.into_group()), [6, 6]);
    let describe = GroupRequest::Describe(DescribeGroups {
        groups: vec!["g".into(); 2],
        version: 6,
    });
    leaves_no_trace(&mut driver, describe, &[ErrorCode::None; 2]);
    let delete = GroupRequest::Delete(DeleteGroups {
        groups: vec!["g".into(); 2],
    });
    leaves_no_trace(&mut driver, delete, &[ErrorCode::NonEmptyGroup]);
    // The first time it leaves; the second time nobody of that name is there.
    let call = driver.send(leave_of(&["a", "a"]));
    driver.flush(Flush::Offsets);
    let description = driver.answer(call).map(errors);
    let left_once = vec![ErrorCode::None, ErrorCode::UnknownMemberId];
    assert_eq!(description, Some(left_once));
    assert_eq!(driver.broker.group("g").map(|g| g.members.len()), Some(0));
}

/// As many partitions as make a batch that is just small enough, and one that is too large.
#[test]
fn a_million_offsets_in_one_request_are_there_or_not() {
    const OFFSETS: usize = 1_000_000;
    for (metadata, expected, stored) in [
        ("m", ErrorCode::None, 5),
        (
            "metadata of thirty-two letters..",
            ErrorCode::UnknownServerError,
            -1,
        ),
    ] {
        let mut driver = settled();
        let before = state(&driver);
        let mut request = commit(1, 5);
        request.offsets[0].metadata = metadata.into();
        request.offsets = vec![request.offsets[0].clone(); OFFSETS];
        request.offsets[7].partition = 9;
        let call = driver.send(request);
        driver.flush(Flush::Offsets);
        let description = driver.answer(call).map(errors).unwrap_or_default();
        assert_eq!(description.len(), OFFSETS);
        for (index, error) in description.into_iter().enumerate() {
            let expected = if index == 7 {
                ErrorCode::UnknownTopicOrPartition
            } else {
                expected
            };
            assert_eq!(error, expected, "{index}");
        }
        assert_eq!(driver.committed(), stored);
        assert_eq!(state(&driver) == before, stored == -1);
        assert_eq!(driver.stopped, None);
    }
}

trait IntoGroup {
    fn into_group(self) -> GroupRequest;
}

impl<R: Into<Request>> IntoGroup for R {
    fn into_group(self) -> GroupRequest {
        match self.into() {
            Request::Group(request) => request,
            other => panic!("{other:?}"),
        }
    }
}
