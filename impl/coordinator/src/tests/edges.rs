//! Requests and logs at the edges of what can be said: names twice, more than anybody needs, numbers that nobody meant.

use super::short::*;
use super::*;

/// So many that work done once for each pair of them would not end.
const MANY: usize = 100_000;

fn protocols(names: impl Iterator<Item = String>) -> Vec<Protocol> {
    let protocol = |name: String| Protocol {
        name: name.into(),
        metadata: bytes(""),
    };
    names.map(protocol).collect()
}

fn offering(member: &str, protocols: Vec<Protocol>) -> GroupRequest {
    GroupRequest::Join(JoinGroup {
        protocols,
        ..join_request(member, "unused", 9)
    })
}

#[test]
fn as_many_protocols_as_a_request_holds() {
    // They gather, so that one generation has both.
    let config = CoordinatorConfig {
        initial_rebalance_delay_ms: 3_000,
        ..CoordinatorConfig::default()
    };
    let mut world = World::with(config, Decisions::default());
    let (mine, other) = (|i| format!("mine {i}"), |i| format!("other {i}"));
    for id in ["a", "b"] {
        world.send(new_member(id, 4));
        world.raise();
    }
    let last = std::iter::once("range".to_owned());
    let ours = protocols((0..MANY).map(mine).chain(last.clone()));
    let first = world.send(offering("a", ours));
    assert_eq!(
        world.error(offering("b", protocols((0..MANY).map(other)))),
        IGP
    );
    world.ask(offering("b", protocols((0..MANY).map(other).chain(last))));
    // The second has come while the group waited, so it waits once more.
    world.fire(TimerName::Join);
    world.fire(TimerName::Join);
    let Some(GroupResponse::Join(joined)) = world.answer_to(first) else {
        panic!("not joined")
    };
    assert_eq!(joined.protocol_name.as_deref(), Some("range"));
}

#[test]
fn of_two_assignments_to_one_member_the_last_counts_and_strangers_get_none() {
    let mut world = World::at(Column::Completing);
    let strangers: Vec<String> = (0..MANY).map(|i| format!("stranger {i}")).collect();
    let mut assignments = vec![("a", "first"), ("b", "B"), ("a", "last")];
    assignments.extend(strangers.iter().map(|id| (&**id, "nothing")));
    let call = world.send(sync("a", GENERATION, &assignments));
    world.raise();
    let Some(GroupResponse::Sync(answer)) = world.answer_to(call) else {
        panic!("no answer")
    };
    assert_eq!(answer.assignment, bytes("last"));
    assert_eq!(world.members(), ["a".into(), "b".into()] as [Text; 2]);
}

#[test]
fn a_million_partitions_in_one_commit() {
    const PARTITIONS: i32 = 1_000_000;
    let topics = Arc::new([("t", PARTITIONS / 2)].into_iter().collect());
    let (config, decisions) = (Arc::new(CoordinatorConfig::default()), Decisions::default());
    let mut coordinator = Coordinator::new(config, decisions, topics, 1);
    coordinator.finish_load(NOW, 0, 0);
    let all: Vec<i32> = (0..PARTITIONS).collect();
    let commit = GroupRequest::Commit(commit_to(&all, "", -1, 5));
    let step = coordinator.request(NOW, CallId(1), &commit);
    assert_eq!(step.records().len() as i32, PARTITIONS / 2);
    let end = i64::from(PARTITIONS / 2);
    let outcome = coordinator.append_and_apply(NOW, step, |_| Ok(0));
    assert_eq!(outcome, Outcome::default());
    let mut answers = coordinator.high_watermark(NOW, end, 1).answers;
    let Some(GroupResponse::Commit(description)) = answers.pop().map(|answer| answer.response)
    else {
        panic!("no answer")
    };
    let (exist, do_not) = description.partitions.split_at(all.len() / 2);
    assert!(exist.iter().all(|p| p.error == ErrorCode::None));
    let unknown = ErrorCode::UnknownTopicOrPartition;
    assert!(do_not.iter().all(|p| p.error == unknown));
}

/// A commit that no marker would ever settle, or whose batch would not look like one of a transaction.
#[test]
fn a_producer_that_cannot_be_is_refused() {
    for (id, epoch, expected) in [
        (-1, 0, Some(ErrorCode::InvalidTxnState)),
        (7, -1, Some(ErrorCode::InvalidTxnState)),
        (i64::MIN, i16::MIN, Some(ErrorCode::InvalidTxnState)),
        (0, 0, NONE),
        (i64::MAX, i16::MAX, NONE),
    ] {
        let producer = Producer { id, epoch };
        let (mut commit, mut end) = (txn_commit("", -1, 5), end_txn(Ended::Committed));
        if let (GroupRequest::TxnCommit(commit), GroupRequest::EndTxn(end)) =
            (&mut commit, &mut end)
        {
            (commit.producer, end.producer) = (producer, producer);
        }
        let mut world = World::new();
        for request in [commit, end] {
            let call = world.send(request);
            world.raise();
            let description = world.answer_to(call).map(|answer| match answer {
                GroupResponse::TxnCommit(r) => r.partitions[0].error,
                GroupResponse::EndTxn(r) => r.error,
                other => panic!("{other:?}"),
            });
            assert_eq!(description, expected, "{producer:?}");
        }
        let counts = if expected == NONE { 5 } else { -1 };
        assert_eq!(world.offset(true), (counts, ErrorCode::None));
    }
}

#[test]
fn a_version_for_one_member_takes_no_other_number() {
    for members in [&[][..], &["a", "b"], &["a", "unknown"]] {
        let mut world = World::at(Column::Stable);
        let mut request = leave(members);
        if let GroupRequest::Leave(request) = &mut request {
            request.version = 2;
        }
        assert_eq!(world.error(request), Some(ErrorCode::InvalidRequest));
        assert_eq!(world.members().len(), 2);
    }
}

fn loaded_member(id: &str, instance: Option<&str>) -> plimsoll_offsets::MemberMetadata {
    plimsoll_offsets::MemberMetadata {
        member_id: id.into(),
        instance_id: instance.map(Text::from),
        client_id: "".into(),
        client_host: "".into(),
        rebalance_timeout_ms: i32::MIN,
        session_timeout_ms: i32::MIN,
        subscription: bytes("\u{0}\u{0}garbage"),
        assignment: bytes(""),
    }
}

fn loaded(generation: i32, members: Vec<plimsoll_offsets::MemberMetadata>) -> World {
    let metadata = plimsoll_offsets::GroupMetadata {
        protocol_type: "consumer".into(),
        generation,
        protocol: Some("range".into()),
        leader: Some("nobody".into()),
        state_timestamp_ms: i64::MIN,
        members,
    };
    let record = OffsetsRecord::Group {
        group: "g".into(),
        value: Some(Arc::new(metadata)),
    };
    World::loaded(
        CoordinatorConfig::default(),
        Decisions::default(),
        vec![record],
    )
}

/// Nobody writes such a record; whoever replaces the static member must be answered all the same.
#[test]
fn a_logged_member_or_instance_that_is_there_twice_counts_once() {
    let twice = |a: (&str, &str), b: (&str, &str)| {
        loaded(
            3,
            vec![loaded_member(a.0, Some(a.1)), loaded_member(b.0, Some(b.1))],
        )
    };
    for (mut world, instance, members) in [
        (twice(("a", "i"), ("a", "j")), "i", 2),
        (twice(("a", "i"), ("a", "j")), "j", 1),
        (twice(("a", "i"), ("b", "i")), "i", 1),
    ] {
        assert_eq!(world.members().len(), 1);
        let mut request = join_request("", "new", 9);
        request.instance = Some(instance.into());
        request.protocols[0].metadata = bytes("\u{0}\u{0}garbage");
        world.ask(GroupRequest::Join(request));
        assert_eq!(world.members().len(), members, "{instance}");
        while let Some(timer) = world.armed(TimerName::Join) {
            world.fire(timer.name);
        }
        world.raise();
        let description = world.answers.iter().any(
            |(_, answer)| matches!(answer, GroupResponse::Join(r) if r.error == ErrorCode::None),
        );
        assert!(description, "{instance}: the newcomer was never answered");
    }
}

#[test]
fn numbers_that_no_group_has_are_loaded_and_outlived() {
    for generation in [i32::MIN, -1, i32::MAX] {
        let mut world = loaded(generation, vec![loaded_member("a", None)]);
        assert_eq!(world.state(), (GroupState::Stable, generation));
        assert_eq!(world.error(heartbeat("a", generation)), NONE);
        assert_eq!(world.error(heartbeat("a", 1)), ILG);
        // Its session time-out is nothing at all.
        assert!(world.armed(TimerName::Session("a".into())).is_some());
        world.fire(TimerName::Session("a".into()));
        world.raise();
        assert_eq!(world.state().0, GroupState::Empty);
        world.ask(new_member("b", 4));
        world.ask(join("b"));
        assert_eq!(world.state().0, GroupState::CompletingRebalance);
    }
}
