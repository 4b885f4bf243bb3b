//! OffsetDelete, DeleteGroups, DescribeGroups, ListGroups: Kafka `GroupCoordinatorService`.

use super::short::*;
use super::*;

fn offset_delete(partitions: &[(&str, i32)]) -> GroupRequest {
    GroupRequest::OffsetDelete(OffsetDelete {
        group: "g".into(),
        partitions: partitions
            .iter()
            .map(|(topic, partition)| (Text::from(*topic), *partition))
            .collect(),
    })
}

fn delete(groups: &[&str]) -> GroupRequest {
    GroupRequest::Delete(DeleteGroups {
        groups: groups.iter().map(|id| Text::from(*id)).collect(),
    })
}

fn describe(world: &mut World, version: i16) -> DescribedGroup {
    let groups = vec![Text::from("g")];
    let request = GroupRequest::Describe(DescribeGroups { groups, version });
    match world.ask(request) {
        Some(GroupResponse::Describe(mut r)) => r.groups.remove(0),
        other => panic!("{other:?}"),
    }
}

fn list(world: &mut World, states: &[&str], types: &[&str]) -> Vec<(Text, GroupState)> {
    let text = |names: &[&str]| names.iter().map(|n| Text::from(*n)).collect();
    let request = GroupRequest::List(ListGroups {
        states: text(states),
        types: text(types),
    });
    match world.ask(request) {
        Some(GroupResponse::List(r)) => r.groups.into_iter().map(|g| (g.group, g.state)).collect(),
        other => panic!("{other:?}"),
    }
}

fn errors(answer: Option<GroupResponse>) -> Vec<ErrorCode> {
    match answer {
        Some(GroupResponse::OffsetDelete(r)) => r.partitions.iter().map(|p| p.error).collect(),
        Some(GroupResponse::Delete(r)) => r.groups.iter().map(|(_, error)| *error).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn delete_groups_errors() {
    for (column, expected) in COLUMNS.into_iter().zip([GNF, GNF, NONE, NEG, NEG, NEG]) {
        let mut world = World::at(column);
        let answer = world.settle(delete(&["g"]));
        assert_eq!(answer.map(|r| error_of(&r)), expected, "{column:?}");
        assert_eq!(
            world.coordinator.group("g").is_none(),
            matches!(column, Column::Missing | Column::Empty)
        );
    }
}

#[test]
fn a_deleted_group_leaves_nothing_behind() {
    let mut world = World::new();
    world.settle(GroupRequest::Commit(commit_to(&[0, 1], "", -1, 5)));
    world.settle(txn_commit("", -1, 9));
    world.ask(new_member("n", 4));
    let before = world.log.len();
    let call = world.send(delete(&["g", "h", "g"]));
    assert_eq!(world.answer_to(call), None);
    assert_eq!(world.log.len(), before + 3, "two offsets and the group");
    assert!(world.coordinator.group("g").is_none());
    world.raise();
    let none = ErrorCode::None;
    assert_eq!(
        errors(world.answer_to(call)),
        [none, ErrorCode::GroupIdNotFound]
    );
    assert_eq!(
        world.error(join("n")),
        UMID,
        "the issued id is gone with it"
    );
    assert!(world.coordinator.timers().is_empty());
    let mut after = World::reloaded(&world);
    assert!(after.coordinator.group("g").is_none());
    after.settle(end_txn(Ended::Committed));
    assert_eq!(after.offset(true), (-1, none), "not even with its marker");
}

#[test]
fn several_groups_are_deleted_by_one_batch() {
    let mut world = World::new();
    for group in ["x", "y"] {
        let mut request = commit_to(&[0], "", -1, 5);
        request.group = group.into();
        world.settle(GroupRequest::Commit(request));
    }
    let request = delete(&["x", "y"]);
    let before = world.form();
    world.ask_in_vain(request.clone(), ErrorCode::KafkaStorageError);
    assert_eq!(world.form(), before);
    assert_eq!(errors(world.settle(request)), [ErrorCode::None; 2]);
    assert_eq!(world.coordinator.group_ids().count(), 0);
}

#[test]
fn an_empty_name_is_a_group_and_an_empty_list_is_no_error() {
    let mut world = World::new();
    let mut request = commit_to(&[0], "", -1, 5);
    request.group = "".into();
    world.settle(GroupRequest::Commit(request));
    assert_eq!(errors(world.settle(delete(&[""]))), [ErrorCode::None]);
    assert_eq!(errors(world.settle(delete(&[]))), []);
    let mut nameless = offset_delete(&[("t", 0)]);
    if let GroupRequest::OffsetDelete(r) = &mut nameless {
        r.group = "".into();
    }
    assert_eq!(world.error(nameless), Some(ErrorCode::InvalidGroupId));
}

#[test]
fn offset_delete_errors() {
    let unknown = Some(ErrorCode::GroupSubscribedToTopic);
    // The members' metadata is no subscription, so the group may be reading any topic.
    let expected = [GNF, GNF, NONE, unknown, unknown, unknown];
    for (column, expected) in COLUMNS.into_iter().zip(expected) {
        let answer = World::at(column).settle(offset_delete(&[("t", 0)]));
        assert_eq!(answer.map(|r| error_of(&r)), expected, "{column:?}");
    }
}

/// `a` alone, subscribed to these topics, with offsets of both partitions.
fn subscribed_to(topics: &[&str], protocol_type: &str) -> World {
    let mut world = World::new();
    let with = |member: &str, version| {
        let mut request = join_request(member, "a", version);
        request.protocol_type = protocol_type.into();
        request.protocols[0].metadata = subscription(topics);
        GroupRequest::Join(request)
    };
    world.ask(with("", 3));
    let mut synced = sync("a", 1, &[]);
    if let GroupRequest::Sync(r) = &mut synced {
        r.protocol_type = None;
        r.version = 4;
    }
    world.settle(synced);
    world.settle(GroupRequest::Commit(commit_to(&[0, 1], "a", 1, 5)));
    assert_eq!(world.state(), (GroupState::Stable, 1));
    world
}

#[test]
fn an_offset_in_use_is_not_deleted() {
    let ask = [("t", 0), ("t", 2), ("u", 0)];
    let none = ErrorCode::None;
    let unknown = ErrorCode::UnknownTopicOrPartition;
    let in_use = ErrorCode::GroupSubscribedToTopic;
    for (topics, expected, left) in [
        (&["t"][..], [in_use, unknown, unknown], 5),
        (&["u"], [none, unknown, unknown], -1),
        (&[], [none, unknown, unknown], -1),
    ] {
        let mut world = subscribed_to(topics, "consumer");
        assert_eq!(errors(world.settle(offset_delete(&ask))), expected);
        assert_eq!(world.offset(false).0, left);
        let mut after = World::reloaded(&world);
        assert_eq!(after.offset(false).0, left, "after a load");
        assert_eq!(errors(after.settle(offset_delete(&ask))), expected);
    }
    let mut world = subscribed_to(&[], "connect");
    let Some(GroupResponse::OffsetDelete(answer)) = world.settle(offset_delete(&ask)) else {
        panic!("no answer")
    };
    assert_eq!(answer.error, ErrorCode::NonEmptyGroup);
    assert_eq!(answer.partitions, []);
}

#[test]
fn deleting_nothing_writes_nothing() {
    let mut world = World::at(Column::Empty);
    let before = world.log.len();
    assert_eq!(world.error(offset_delete(&[("t", 0)])), NONE);
    assert_eq!(world.log.len(), before);
    world.settle(txn_commit("", -1, 5));
    world.settle(offset_delete(&[("t", 0)]));
    assert_eq!(
        world.log.len(),
        before + 2,
        "what waits for a marker is something"
    );
    world.settle(end_txn(Ended::Committed));
    assert_eq!(world.offset(true), (-1, ErrorCode::None));
}

#[test]
fn groups_are_described_as_they_are() {
    use GroupState::*;
    let expected = [
        Dead,
        Dead,
        Empty,
        PreparingRebalance,
        CompletingRebalance,
        Stable,
    ];
    for (column, state) in COLUMNS.into_iter().zip(expected) {
        let mut world = World::at(column);
        world.raise();
        let described = describe(&mut world, 5);
        assert_eq!(
            (described.error, described.state),
            (ErrorCode::None, Some(state))
        );
        let new = describe(&mut world, 6);
        let missing = column == Column::Missing;
        assert_eq!(
            new.error == ErrorCode::GroupIdNotFound,
            missing,
            "{column:?}"
        );
        let (protocol, metadata) = match column {
            Column::Stable => ("range", bytes("subscription")),
            _ => ("", bytes("")),
        };
        assert_eq!(&*described.protocol, protocol);
        let members = described.members.iter();
        assert!(
            members.clone().all(|m| m.metadata == metadata),
            "{column:?}"
        );
        let owned = members.map(|m| m.assignment.clone()).collect::<Vec<_>>();
        match column {
            Column::Stable | Column::Preparing | Column::Dead if !owned.is_empty() => {
                assert_eq!(owned, [bytes("A"), bytes("B")]);
            }
            _ => assert!(owned.iter().all(|a| a.is_empty())),
        }
    }
}

#[test]
fn a_group_is_shown_while_it_is_durable() {
    let mut world = World::new();
    world.send(commit("", -1, 5));
    assert_eq!(
        describe(&mut world, 5).state,
        Some(GroupState::Dead),
        "not yet"
    );
    assert_eq!(list(&mut world, &[], &[]), []);
    world.raise();
    assert_eq!(describe(&mut world, 5).state, Some(GroupState::Empty));
    world.send(delete(&["g"]));
    assert_eq!(
        describe(&mut world, 5).state,
        Some(GroupState::Empty),
        "still"
    );
    assert_eq!(list(&mut world, &[], &[]).len(), 1);
    world.raise();
    assert_eq!(describe(&mut world, 5).state, Some(GroupState::Dead));
    assert_eq!(list(&mut world, &[], &[]), []);
}

#[test]
fn lists_are_filtered_without_regard_to_case() {
    let mut world = World::at(Column::Stable);
    let all = [("g".into(), GroupState::Stable)];
    assert_eq!(list(&mut world, &[], &[]), all);
    assert_eq!(list(&mut world, &["sTABLE", "Empty"], &["CLASSIC"]), all);
    assert_eq!(list(&mut world, &[" stable "], &[]), all);
    assert_eq!(list(&mut world, &["\u{a0}Stable"], &[]), []);
    assert_eq!(list(&mut world, &[], &[" classic "]), []);
    assert_eq!(list(&mut world, &["Empty"], &[]), []);
    assert_eq!(list(&mut world, &["nonsense"], &[]), []);
    assert_eq!(list(&mut world, &[], &["consumer"]), []);
}
