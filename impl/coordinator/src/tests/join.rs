//! JoinGroup, Kafka `classicGroupJoin`.

use super::short::*;
use super::*;

#[test]
fn errors() {
    let incompatible = |change: fn(&mut JoinGroup)| {
        let mut request = join_request("", "n", 4);
        change(&mut request);
        GroupRequest::Join(request)
    };
    table(
        "new, told its id first",
        &new_member("n", 4),
        [MIR, CNA, MIR, MIR, MIR, MIR],
    );
    table(
        "new, old client",
        &new_member("n", 3),
        [NONE, CNA, NONE, WAIT, WAIT, WAIT],
    );
    table(
        "unknown id",
        &join("x"),
        [UMID, CNA, UMID, UMID, UMID, UMID],
    );
    table(
        "follower, unchanged",
        &join("b"),
        [UMID, CNA, UMID, WAIT, NONE, NONE],
    );
    table(
        "follower, changed",
        &changed(join("b")),
        [UMID, CNA, UMID, WAIT, WAIT, WAIT],
    );
    // The leader's join is what Preparing waits for.
    table(
        "leader, unchanged",
        &join("a"),
        [UMID, CNA, UMID, NONE, NONE, WAIT],
    );
    table(
        "leader, changed",
        &changed(join("a")),
        [UMID, CNA, UMID, NONE, WAIT, WAIT],
    );
    let none = incompatible(|r| r.protocols.clear());
    table("no protocol", &none, [IGP, CNA, IGP, IGP, IGP, IGP]);
    let untyped = incompatible(|r| r.protocol_type = "".into());
    table("no type", &untyped, [IGP, CNA, IGP, IGP, IGP, IGP]);
    let other_type = incompatible(|r| r.protocol_type = "connect".into());
    table("other type", &other_type, [MIR, CNA, MIR, IGP, IGP, IGP]);
    let other_name = incompatible(|r| r.protocols[0].name = "sticky".into());
    table(
        "other protocol",
        &other_name,
        [MIR, CNA, MIR, IGP, IGP, IGP],
    );
}

#[test]
fn errors_of_a_pending_member() {
    for (column, expected) in COLUMNS.into_iter().zip([NONE, CNA, NONE, WAIT, WAIT, WAIT]) {
        let mut world = World::at(column);
        let description = world.error(new_member("n", 4));
        assert_eq!(description == MIR, column != Column::Dead);
        assert_eq!(world.error(join("n")), expected, "{column:?}");
    }
}

#[test]
fn errors_before_the_group_is_looked_at() {
    let mut world = World::new();
    let mut nameless = join_request("", "n", 4);
    nameless.group = "".into();
    assert_eq!(
        world.error(GroupRequest::Join(nameless)),
        Some(ErrorCode::InvalidGroupId)
    );
    for timeout in [5_999, 1_800_001, -1] {
        let mut request = join_request("", "n", 4);
        request.session_timeout_ms = timeout;
        assert_eq!(
            world.error(GroupRequest::Join(request)),
            Some(ErrorCode::InvalidSessionTimeout)
        );
    }
    let mut long = join_request("", "n", 4);
    long.group = "x".repeat(32_768).into();
    assert_eq!(
        world.error(GroupRequest::Join(long)),
        Some(ErrorCode::InvalidGroupId)
    );
}

#[test]
fn a_group_is_created_even_if_the_join_is_refused() {
    let mut world = World::new();
    let mut request = join_request("", "n", 4);
    request.protocols.clear();
    assert_eq!(world.error(GroupRequest::Join(request)), IGP);
    assert_eq!(world.state(), (GroupState::Empty, 0));
    assert_eq!(world.log.len(), 1, "and written");
}

#[test]
fn the_answer_that_asks_to_come_back_carries_the_id() {
    let Some(GroupResponse::Join(answer)) = World::new().ask(new_member("n", 4)) else {
        panic!("no answer")
    };
    assert_eq!((&*answer.member, answer.generation), ("n", -1));
}

#[test]
fn an_id_that_is_taken_is_not_issued_again() {
    let mut world = World::at(Column::Stable);
    assert_eq!(
        world.error(new_member("a", 4)),
        Some(ErrorCode::UnknownServerError)
    );
    assert_eq!(world.error(new_member("n", 4)), MIR);
    assert_eq!(
        world.error(new_member("n", 4)),
        Some(ErrorCode::UnknownServerError)
    );
    assert_eq!(
        world.error(new_member("", 4)),
        Some(ErrorCode::UnknownServerError)
    );
}

#[test]
fn only_the_leader_gets_the_members() {
    let world = World::at(Column::Completing);
    let mut seen = World::new();
    seen.enter("a");
    seen.enter("b");
    seen.ask(join("a"));
    let joined: Vec<JoinGroupResponse> =
        seen.answers.iter().filter_map(|(_, r)| joined(r)).collect();
    let last_two = &joined[joined.len() - 2..];
    for answer in last_two {
        assert_eq!(
            (
                answer.generation,
                &*answer.leader,
                answer.protocol_name.as_deref()
            ),
            (2, "a", Some("range"))
        );
        let members: Vec<&str> = answer.members.iter().map(|m| &*m.member).collect();
        let expected: &[&str] = if &*answer.member == "a" {
            &["a", "b"]
        } else {
            &[]
        };
        assert_eq!(members, expected);
    }
    assert_eq!(world.state(), (GroupState::CompletingRebalance, GENERATION));
}

fn joined(response: &GroupResponse) -> Option<JoinGroupResponse> {
    match response {
        GroupResponse::Join(r) if r.error == ErrorCode::None => Some(r.clone()),
        _ => None,
    }
}

#[test]
fn a_join_waits_for_all_members_and_for_those_who_were_told_an_id() {
    let mut world = World::at(Column::Stable);
    assert_eq!(world.error(new_member("n", 4)), MIR);
    assert_eq!(
        world.state().0,
        GroupState::Stable,
        "an id alone does not disturb the group"
    );
    assert_eq!(world.error(join("a")), WAIT);
    assert_eq!(world.error(join("b")), WAIT, "n is still awaited");
    assert_eq!(world.state(), (GroupState::PreparingRebalance, GENERATION));
    assert_eq!(world.error(join("n")), NONE);
    assert_eq!(
        world.state(),
        (GroupState::CompletingRebalance, GENERATION + 1)
    );
    assert_eq!(
        world.members(),
        ["a".into(), "b".into(), "n".into()] as [Text; 3]
    );
}

#[test]
fn a_join_that_restarts_the_rebalance_sends_parked_syncs_back() {
    let mut world = World::at(Column::Completing);
    let parked = world.send(sync("b", GENERATION, &[]));
    assert_eq!(world.error(changed(join("a"))), WAIT);
    assert_eq!(world.answer_to(parked).map(|r| error_of(&r)), RIP);
    assert_eq!(world.state(), (GroupState::PreparingRebalance, GENERATION));
}

#[test]
fn a_second_join_of_a_member_takes_the_place_of_the_first() {
    let mut world = World::at(Column::Stable);
    let first = world.send(join("a"));
    let second = world.send(join("a"));
    assert_eq!(world.answer_to(first).map(|r| error_of(&r)), RIP);
    world.ask(join("b"));
    assert_eq!(world.answer_to(second).map(|r| error_of(&r)), NONE);
}
