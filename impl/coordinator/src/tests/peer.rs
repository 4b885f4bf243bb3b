//! What Apache Kafka's own coordinator did otherwise than ours, before ours was mended (`tests/kafka_peer.rs`).

use super::*;

fn gathering() -> World {
    let config = CoordinatorConfig {
        initial_rebalance_delay_ms: 3_000,
        ..CoordinatorConfig::default()
    };
    World::with(config, Decisions::default())
}

#[test]
fn an_assignment_that_waits_is_not_that_of_a_new_group_of_the_same_name() {
    let mut world = World::new();
    world.ask(new_member("a", 2));
    assert_eq!(
        world.error(sync("a", 1, &[("a", "of the old group")])),
        short::WAIT
    );
    world.ask(leave(&["a"]));
    let step = world.coordinator.expire_offsets(world.now, &"g".into());
    assert!(!step.records().is_empty(), "the empty group goes");
    world.make(step);
    world.ask(new_member("b", 2));
    assert_eq!(world.state(), (GroupState::CompletingRebalance, 1));
    world.raise();
    assert_eq!(world.state(), (GroupState::CompletingRebalance, 1));
    let second = world.send(sync("b", 1, &[("b", "B")]));
    world.raise();
    let Some(GroupResponse::Sync(answer)) = world.answer_to(second) else {
        panic!("no answer")
    };
    assert_eq!(answer.assignment, bytes("B"));
}

#[test]
fn the_generation_of_the_same_group_is_handed_out() {
    let mut world = World::new();
    world.ask(new_member("a", 2));
    let call = world.send(sync("a", 1, &[("a", "A")]));
    world.raise();
    assert!(world.answer_to(call).is_some());
    assert_eq!(world.state(), (GroupState::Stable, 1));
}

#[test]
fn without_an_initial_delay_nobody_waits_for_an_id_that_was_issued() {
    let mut world = World::new();
    assert_eq!(world.error(new_member("x", 4)), short::MIR);
    assert_eq!(world.error(new_member("a", 2)), short::NONE);
}

#[test]
fn an_issued_id_that_expires_ends_the_initial_delay_if_all_have_joined() {
    let mut world = gathering();
    assert_eq!(world.error(new_member("x", 4)), short::MIR);
    let call = world.send(new_member("a", 2));
    assert_eq!(world.answer_to(call), None);
    world.fire(TimerName::Pending("x".into()));
    assert!(world.answer_to(call).is_some());
    assert_eq!(world.state(), (GroupState::CompletingRebalance, 1));
}

#[test]
fn an_issued_id_that_expires_ends_no_delay_while_another_is_awaited() {
    let mut world = gathering();
    assert_eq!(world.error(new_member("x", 4)), short::MIR);
    assert_eq!(world.error(new_member("y", 4)), short::MIR);
    let call = world.send(new_member("a", 2));
    world.fire(TimerName::Pending("x".into()));
    assert_eq!(world.answer_to(call), None);
}

#[test]
fn a_protocol_is_compared_only_if_the_group_has_one() {
    let mut world = gathering();
    world.send(new_member("a", 2));
    let mut request = sync("a", 0, &[]);
    if let GroupRequest::Sync(sync) = &mut request {
        sync.protocol_name = Some("range".into());
    }
    assert_eq!(world.error(request), short::RIP);
}

#[test]
fn the_heartbeat_of_a_new_member_that_waits_begins_its_session() {
    let mut world = World::at(Column::Stable);
    assert_eq!(world.error(new_member("c", 4)), short::MIR);
    let call = world.send(join("c"));
    assert_eq!(world.answer_to(call), None);
    world.timers.clear();
    assert_eq!(world.error(heartbeat("c", GENERATION)), short::RIP);
    let armed = world.timers.iter().any(|change| {
        let is_session = change.timer().name == TimerName::Session("c".into());
        is_session && matches!(change, TimerChange::Set { after_ms, .. } if *after_ms < 300_000)
    });
    assert!(armed, "{:?}", world.timers);
}
