//! SyncGroup, Kafka `classicGroupSync`, and G3: no assignment before its generation is durable.

use super::short::*;
use super::*;

#[test]
fn errors() {
    let with = |change: fn(&mut SyncGroup)| {
        let GroupRequest::Sync(mut request) = sync("b", GENERATION, &[]) else {
            unreachable!()
        };
        change(&mut request);
        GroupRequest::Sync(request)
    };
    table(
        "valid",
        &sync("b", GENERATION, &[]),
        [UMID, CNA, UMID, RIP, WAIT, NONE],
    );
    table(
        "unknown member",
        &sync("x", GENERATION, &[]),
        [UMID, CNA, UMID, UMID, UMID, UMID],
    );
    table(
        "no member",
        &sync("", GENERATION, &[]),
        [UMID, CNA, UMID, UMID, UMID, UMID],
    );
    for generation in [GENERATION - 1, GENERATION + 1, -1] {
        table(
            "generation",
            &sync("b", generation, &[]),
            [UMID, CNA, UMID, ILG, ILG, ILG],
        );
    }
    let other_type = with(|r| r.protocol_type = Some("connect".into()));
    table("other type", &other_type, [UMID, CNA, UMID, IGP, IGP, IGP]);
    let other_name = with(|r| r.protocol_name = Some("sticky".into()));
    table(
        "other protocol",
        &other_name,
        [UMID, CNA, UMID, IGP, IGP, IGP],
    );
    let unnamed = with(|r| r.protocol_name = None);
    table("no protocol in version 5", &unnamed, [IGP; 6]);
    let old = with(|r| {
        r.protocol_name = None;
        r.protocol_type = None;
        r.version = 4;
    });
    table(
        "no protocol in version 4",
        &old,
        [UMID, CNA, UMID, RIP, WAIT, NONE],
    );
}

fn assignment(response: Option<GroupResponse>) -> Option<Bytes> {
    match response? {
        GroupResponse::Sync(r) if r.error == ErrorCode::None => Some(r.assignment),
        other => panic!("{other:?}"),
    }
}

#[test]
fn assignments_wait_until_the_generation_is_durable() {
    let mut world = World::at(Column::Completing);
    let b = world.send(sync("b", GENERATION, &[]));
    let before = world.log.len();
    let a = world.send(sync("a", GENERATION, &[("a", "A"), ("b", "B")]));
    assert_eq!(
        world.log.len(),
        before + 1,
        "one record holds the generation"
    );
    assert_eq!((world.answer_to(a), world.answer_to(b)), (None, None));
    assert_eq!(world.state().0, GroupState::CompletingRebalance);
    world.raise();
    assert_eq!(assignment(world.answer_to(a)), Some(bytes("A")));
    assert_eq!(assignment(world.answer_to(b)), Some(bytes("B")));
    assert_eq!(world.state(), (GroupState::Stable, GENERATION));
}

#[test]
fn a_high_watermark_of_another_epoch_hands_out_nothing() {
    let mut world = World::at(Column::Completing);
    let a = world.send(sync("a", GENERATION, &[]));
    for epoch in [0, 2] {
        let outcome = world.coordinator.high_watermark(NOW, 100, epoch);
        assert_eq!(outcome, Outcome::default());
    }
    assert_eq!(world.answer_to(a), None);
}

#[test]
fn who_is_not_mentioned_gets_nothing_and_strangers_are_ignored() {
    let mut world = World::at(Column::Completing);
    world.ask(sync("a", GENERATION, &[("a", "A"), ("x", "X")]));
    world.raise();
    assert_eq!(
        assignment(world.ask(sync("b", GENERATION, &[]))),
        Some(bytes(""))
    );
    let Some(OffsetsRecord::Group {
        value: Some(value), ..
    }) = world.log.last()
    else {
        panic!("no record")
    };
    let written: Vec<_> = value
        .members
        .iter()
        .map(|m| (&*m.member_id, &*m.assignment))
        .collect();
    assert_eq!(written, [("a", b"A".as_slice()), ("b", b"")]);
    assert_eq!(
        (
            value.generation,
            value.leader.as_deref(),
            value.protocol.as_deref()
        ),
        (2, Some("a"), Some("range"))
    );
}

#[test]
fn a_followers_assignment_is_ignored() {
    let mut world = World::at(Column::Completing);
    let before = world.log.len();
    world.ask(sync("b", GENERATION, &[("b", "everything")]));
    assert_eq!(world.log.len(), before);
}

#[test]
fn a_leader_that_asks_twice_gets_what_it_wrote_first() {
    let mut world = World::at(Column::Completing);
    let first = world.send(sync("a", GENERATION, &[("a", "first")]));
    let written = world.log.len();
    let second = world.send(sync("a", GENERATION, &[("a", "second")]));
    assert_eq!(world.log.len(), written);
    assert_eq!(world.answer_to(first).map(|r| error_of(&r)), RIP);
    world.raise();
    assert_eq!(assignment(world.answer_to(second)), Some(bytes("first")));
}

#[test]
fn a_generation_that_was_overtaken_is_not_handed_out() {
    let mut world = World::at(Column::Completing);
    let a = world.send(sync("a", GENERATION, &[("a", "A"), ("b", "B")]));
    world.ask(changed(join("b")));
    assert_eq!(world.answer_to(a).map(|r| error_of(&r)), RIP);
    world.raise();
    assert_eq!(world.state().0, GroupState::PreparingRebalance);
    assert!(
        world
            .group()
            .members
            .iter()
            .all(|m| m.assignment.is_empty())
    );
}

#[test]
fn a_failed_append_is_told_to_all_who_wait_and_the_group_tries_again() {
    let mut world = World::at(Column::Completing);
    let b = world.send(sync("b", GENERATION, &[]));
    let a = world.ask_in_vain(
        sync("a", GENERATION, &[("a", "A")]),
        ErrorCode::KafkaStorageError,
    );
    assert_eq!(a.map(|r| error_of(&r)), Some(ErrorCode::NotCoordinator));
    assert_eq!(
        world.answer_to(b).map(|r| error_of(&r)),
        Some(ErrorCode::NotCoordinator)
    );
    assert_eq!(world.state(), (GroupState::PreparingRebalance, GENERATION));
    assert_eq!(world.error(join("a")), WAIT);
    assert_eq!(world.error(join("b")), NONE);
    assert_eq!(
        world.state(),
        (GroupState::CompletingRebalance, GENERATION + 1)
    );
}
