//! LeaveGroup, Kafka `classicGroupLeave`.

use super::short::*;
use super::*;

#[test]
fn errors() {
    // The last member's leave is answered when the empty group is durable; here b stays.
    table(
        "member",
        &leave(&["a"]),
        [UMID, CNA, UMID, NONE, NONE, NONE],
    );
    table(
        "unknown",
        &leave(&["x"]),
        [UMID, CNA, UMID, UMID, UMID, UMID],
    );
    table("no id", &leave(&[""]), [UMID, CNA, UMID, UMID, UMID, UMID]);
    let Some(GroupResponse::Leave(missing)) = World::new().ask(leave(&["x"])) else {
        panic!("no answer")
    };
    assert_eq!(
        missing.error,
        ErrorCode::None,
        "the error is the member's, not the request's"
    );
}

#[test]
fn who_is_left_rebalances() {
    for column in [Column::Completing, Column::Stable] {
        let mut world = World::at(column);
        world.ask(leave(&["b"]));
        assert_eq!(
            world.state(),
            (GroupState::PreparingRebalance, GENERATION),
            "{column:?}"
        );
        assert_eq!(world.members(), ["a".into()] as [Text; 1]);
    }
    let mut world = World::at(Column::Preparing);
    world.ask(leave(&["a"]));
    assert_eq!(
        world.state(),
        (GroupState::CompletingRebalance, GENERATION + 1),
        "only a had been awaited"
    );
    assert_eq!(world.group().leader.as_deref(), Some("b"));
}

#[test]
fn each_member_has_its_own_answer() {
    let mut world = World::at(Column::Stable);
    let Some(GroupResponse::Leave(answer)) = world.ask(leave(&["b", "x"])) else {
        panic!("no answer")
    };
    let errors: Vec<_> = answer
        .members
        .iter()
        .map(|left| (&*left.member, left.error))
        .collect();
    assert_eq!(
        errors,
        [("b", ErrorCode::None), ("x", ErrorCode::UnknownMemberId)]
    );
}

#[test]
fn the_last_leave_is_answered_when_the_empty_group_is_durable() {
    let mut world = World::at(Column::Stable);
    let call = world.send(leave(&["a", "b"]));
    assert_eq!(world.state(), (GroupState::Empty, GENERATION + 1));
    assert_eq!(world.answer_to(call), None);
    world.raise();
    assert_eq!(world.answer_to(call).map(|r| error_of(&r)), NONE);
    let Some(OffsetsRecord::Group {
        value: Some(value), ..
    }) = world.log.last()
    else {
        panic!("no record")
    };
    assert_eq!(
        (value.generation, value.members.len(), &*value.protocol_type),
        (3, 0, "consumer")
    );
    assert_eq!(
        (value.leader.as_deref(), value.protocol.as_deref()),
        (None, None)
    );
    assert!(world.coordinator.timers().is_empty());
}

#[test]
fn a_pending_member_can_leave() {
    let mut world = World::at(Column::Preparing);
    world.ask(new_member("n", 4));
    assert_eq!(world.error(leave(&["n"])), NONE);
    assert!(world.group().pending.is_empty());
    assert_eq!(world.error(join("n")), UMID);
    assert_eq!(world.error(join("a")), NONE, "nobody else is awaited");
}

#[test]
fn calls_of_the_one_who_left_are_answered() {
    let mut world = World::at(Column::Completing);
    let parked = world.send(sync("b", GENERATION, &[]));
    world.ask(leave(&["b"]));
    assert_eq!(world.answer_to(parked).map(|r| error_of(&r)), UMID);
    let mut world = World::at(Column::Stable);
    let parked = world.send(changed(join("b")));
    world.ask(leave(&["b"]));
    assert_eq!(world.answer_to(parked).map(|r| error_of(&r)), UMID);
}

#[test]
fn who_left_is_fenced() {
    let mut world = World::at(Column::Stable);
    world.ask(leave(&["b"]));
    let requests = [
        heartbeat("b", GENERATION),
        sync("b", GENERATION, &[]),
        join("b"),
        commit("b", GENERATION, 1),
        leave(&["b"]),
    ];
    for request in requests {
        assert_eq!(world.error(request.clone()), UMID, "{request:?}");
    }
}
