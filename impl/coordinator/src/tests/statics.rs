//! Static members (KIP-345): G8.

use super::short::*;
use super::*;

/// Members `a` (the leader) and static `s1` of instance `i`, of a stable generation [`GENERATION`].
pub(super) fn stable() -> World {
    World::with_static(Column::Stable)
}

fn error(world: &mut World, request: GroupRequest) -> Option<ErrorCode> {
    let call = world.send(request);
    world.raise();
    world.answer_to(call).map(|r| error_of(&r))
}

#[test]
fn a_new_static_member_needs_not_come_back_for_its_id() {
    let mut world = World::new();
    assert_eq!(world.error(static_join("", "i", "s1")), NONE);
    assert_eq!(world.members(), ["s1".into()] as [Text; 1]);
}

#[test]
fn replacing_errors() {
    for (column, expected) in [
        (Column::Preparing, WAIT),
        (Column::Completing, WAIT),
        (Column::Stable, NONE),
    ] {
        let mut world = World::with_static(column);
        assert_eq!(
            error(&mut world, static_join("", "i", "s2")),
            expected,
            "{column:?}"
        );
        let members = world.members();
        assert_eq!(
            members,
            ["a".into(), "s2".into()] as [Text; 2],
            "{column:?}"
        );
    }
}

#[test]
fn the_former_self_is_fenced_and_a_stranger_unknown() {
    for column in [Column::Preparing, Column::Completing, Column::Stable] {
        let mut world = World::with_static(column);
        for request in [
            with_instance(join("s0"), "i"),
            with_instance(heartbeat("s0", GENERATION), "i"),
            with_instance(sync("s0", GENERATION, &[]), "i"),
            with_instance(commit("s0", GENERATION, 1), "i"),
        ] {
            assert_eq!(error(&mut world, request.clone()), FII, "{request:?}");
        }
        for request in [
            with_instance(join("s1"), "j"),
            with_instance(heartbeat("s1", GENERATION), "j"),
            with_instance(sync("s1", GENERATION, &[]), "j"),
            with_instance(commit("s1", GENERATION, 1), "j"),
            heartbeat("s0", GENERATION),
        ] {
            assert_eq!(error(&mut world, request.clone()), UMID, "{request:?}");
        }
    }
}

#[test]
fn a_restart_does_not_disturb_a_stable_group() {
    let mut world = stable();
    let call = world.send(static_join("", "i", "s2"));
    assert_eq!(world.answer_to(call), None, "not durable yet");
    assert_eq!(
        world.error(with_instance(heartbeat("s1", GENERATION), "i")),
        FII
    );
    world.raise();
    let Some(GroupResponse::Join(answer)) = world.answer_to(call) else {
        panic!("no answer")
    };
    assert_eq!((answer.generation, &*answer.leader), (GENERATION, "a"));
    assert_eq!(world.state(), (GroupState::Stable, GENERATION));
    assert_eq!(
        world.error(with_instance(sync("s2", GENERATION, &[]), "i")),
        NONE
    );
    let owned = world.group().members[1].assignment.clone();
    assert_eq!(owned, bytes("S"), "what the former self owned");
    assert!(world.armed(TimerName::Session("s2".into())).is_some());
    assert!(world.armed(TimerName::Session("s1".into())).is_none());
}

#[test]
fn a_leader_that_restarts_need_not_assign_again() {
    let answer = |version: i16| {
        let mut world = World::new();
        world.send(static_join("", "i", "s1"));
        world.ask(sync("s1", 1, &[("s1", "S")]));
        world.raise();
        let mut request = static_join("", "i", "s2");
        if let GroupRequest::Join(r) = &mut request {
            r.version = version;
        }
        let call = world.send(request);
        world.raise();
        match world.answer_to(call) {
            Some(GroupResponse::Join(r)) => r,
            other => panic!("{other:?}"),
        }
    };
    let new = answer(9);
    assert_eq!(
        (&*new.leader, new.skip_assignment, new.members.len()),
        ("s2", true, 1)
    );
    let old = answer(8);
    let description = (&*old.leader, old.skip_assignment, old.members.len());
    assert_eq!(
        description,
        ("s1", false, 0),
        "it must take itself for a follower"
    );
}

#[test]
fn a_restart_that_changes_the_protocol_begins_a_rebalance() {
    let mut world = stable();
    let mut request = static_join("", "i", "s2");
    if let GroupRequest::Join(r) = &mut request {
        r.protocols[0].name = "range".into();
        r.protocols.insert(
            0,
            Protocol {
                name: "x".into(),
                metadata: bytes(""),
            },
        );
    }
    assert_eq!(
        error(&mut world, request.clone()),
        NONE,
        "range is still the only one in common"
    );
    let mut alone = World::new();
    alone.send(static_join("", "i", "s1"));
    alone.ask(sync("s1", 1, &[]));
    alone.raise();
    let call = alone.send(request);
    assert_eq!(alone.state(), (GroupState::CompletingRebalance, 2));
    assert_eq!(alone.answer_to(call).map(|r| error_of(&r)), NONE);
    assert_eq!(alone.group().protocol.as_deref(), Some("x"));
}

#[test]
fn who_waits_under_the_old_id_is_fenced() {
    let mut world = World::with_static(Column::Completing);
    let parked = world.send(sync("s1", GENERATION, &[]));
    world.send(static_join("", "i", "s2"));
    assert_eq!(world.answer_to(parked).map(|r| error_of(&r)), FII);
    assert_eq!(world.state().0, GroupState::PreparingRebalance);
    let mut world = World::with_static(Column::Preparing);
    let parked = world.send(with_instance(join("s1"), "i"));
    let next = world.send(static_join("", "i", "s2"));
    assert_eq!(world.answer_to(parked).map(|r| error_of(&r)), FII);
    assert_eq!(world.answer_to(next), None);
}

#[test]
fn a_replacement_that_a_rebalance_takes_along_is_answered_once() {
    let mut world = stable();
    let call = world.send(static_join("", "i", "s2"));
    world.ask(join("a"));
    assert_eq!(
        world.state(),
        (GroupState::CompletingRebalance, GENERATION + 1),
        "both have joined"
    );
    let Some(GroupResponse::Join(answer)) = world.answer_to(call) else {
        panic!("no answer")
    };
    assert_eq!(answer.generation, GENERATION + 1);
    world.raise();
    assert!(world.answer_to(call).is_some());
}

#[test]
fn a_replacement_that_cannot_be_written_did_not_happen() {
    let mut world = stable();
    let before = world.form();
    let answer = world.ask_in_vain(static_join("", "i", "s2"), ErrorCode::KafkaStorageError);
    assert_eq!(
        answer.map(|r| error_of(&r)),
        Some(ErrorCode::NotCoordinator)
    );
    assert_eq!(world.form(), before);
    assert_eq!(
        world.error(with_instance(heartbeat("s1", GENERATION), "i")),
        NONE
    );
}

#[test]
fn a_replacement_survives_a_load() {
    let mut world = stable();
    world.send(static_join("", "i", "s2"));
    let mut after = World::reloaded(&world);
    assert_eq!(after.group(), {
        world.raise();
        world.group()
    });
    assert_eq!(
        after.error(with_instance(heartbeat("s1", GENERATION), "i")),
        FII
    );
    assert_eq!(
        after.error(with_instance(heartbeat("s2", GENERATION), "i")),
        NONE
    );
}

#[test]
fn the_rebalance_time_out_spares_static_members_and_the_session_does_not() {
    let mut world = World::with_static(Column::Preparing);
    world.ask(join("a"));
    world.fire(TimerName::Join);
    assert_eq!(
        world.state(),
        (GroupState::CompletingRebalance, GENERATION + 1)
    );
    assert_eq!(
        world.members().len(),
        2,
        "s1 has not come back and keeps its place"
    );
    world.fire(TimerName::Session("s1".into()));
    assert_eq!(world.members(), ["a".into()] as [Text; 1]);
}

#[test]
fn a_join_phase_with_nobody_but_silent_static_members_goes_on() {
    let mut world = World::new();
    world.send(static_join("", "i", "s1"));
    world.send(static_join("", "j", "s2"));
    world.ask(with_instance(join("s1"), "i"));
    assert_eq!(world.state(), (GroupState::CompletingRebalance, 2));
    world.ask(sync("s1", 2, &[]));
    world.ask(sync("s2", 2, &[]));
    world.raise();
    world.fire(TimerName::Session("s1".into()));
    assert_eq!(world.state(), (GroupState::PreparingRebalance, 2));
    world.fire(TimerName::Join);
    assert_eq!(
        world.state(),
        (GroupState::PreparingRebalance, 2),
        "s2 may come back"
    );
    assert!(world.armed(TimerName::Join).is_some());
    world.fire(TimerName::Session("s2".into()));
    assert_eq!(world.state(), (GroupState::Empty, 3));
}

#[test]
fn the_leader_is_one_who_joined() {
    let mut world = World::new();
    world.send(static_join("", "i", "s1"));
    world.enter("z");
    world.ask(with_instance(join("s1"), "i"));
    world.ask(sync("s1", 2, &[]));
    world.ask(sync("z", 2, &[]));
    world.raise();
    assert_eq!(world.group().leader.as_deref(), Some("s1"));
    world.ask(changed(join("z")));
    world.fire(TimerName::Join);
    assert_eq!(world.group().leader.as_deref(), Some("z"));
    assert_eq!(world.members().len(), 2);
}

#[test]
fn leaving_by_instance_id() {
    let leave_as = |leaving: LeavingMember| {
        GroupRequest::Leave(LeaveGroup {
            group: "g".into(),
            members: vec![leaving],
            version: 5,
        })
    };
    for (member, instance, expected) in [
        ("", Some("i"), NONE),
        ("s1", Some("i"), NONE),
        ("s1", None, NONE),
        ("", Some("j"), UMID),
        ("", None, UMID),
        ("s0", Some("i"), FII),
        ("s1", Some("j"), UMID),
    ] {
        let found = stable().error(leave_as(leaving(member, instance)));
        assert_eq!(found, expected, "{member:?} {instance:?}");
    }
}

#[test]
fn an_id_that_was_issued_to_a_dynamic_member_is_not_a_static_members() {
    let mut world = World::new();
    assert_eq!(world.error(new_member("n", 4)), MIR);
    assert_eq!(
        world.error(with_instance(join("n"), "i")),
        Some(ErrorCode::UnknownServerError)
    );
    assert_eq!(world.error(join("n")), NONE, "the id is still its own");
}
