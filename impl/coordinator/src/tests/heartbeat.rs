//! Heartbeat, Kafka `classicGroupHeartbeat`.

use super::short::*;
use super::*;

#[test]
fn errors() {
    table(
        "valid",
        &heartbeat("b", GENERATION),
        [UMID, CNA, UMID, RIP, NONE, NONE],
    );
    table(
        "unknown member",
        &heartbeat("x", GENERATION),
        [UMID, CNA, UMID, UMID, UMID, UMID],
    );
    table(
        "no member",
        &heartbeat("", -1),
        [UMID, CNA, UMID, UMID, UMID, UMID],
    );
    for generation in [GENERATION - 1, GENERATION + 1, -1] {
        table(
            "generation",
            &heartbeat("b", generation),
            [UMID, CNA, UMID, ILG, ILG, ILG],
        );
    }
    let mut nameless = heartbeat("b", GENERATION);
    if let GroupRequest::Heartbeat(request) = &mut nameless {
        request.group = "".into();
    }
    table(
        "no group id",
        &nameless,
        [Some(ErrorCode::InvalidGroupId); 6],
    );
}

#[test]
fn a_heartbeat_renews_the_session_even_while_the_group_rebalances() {
    for column in [Column::Preparing, Column::Completing, Column::Stable] {
        let mut world = World::at(column);
        let name = TimerName::Session("a".into());
        let before = world.armed(name.clone());
        world.ask(heartbeat("a", GENERATION));
        let after = world.armed(name);
        assert!(
            before.is_some() && after.is_some() && before != after,
            "{column:?}"
        );
    }
}

#[test]
fn a_refused_heartbeat_renews_nothing() {
    let mut world = World::at(Column::Stable);
    let before = world.coordinator.timers();
    world.ask(heartbeat("a", GENERATION + 1));
    assert_eq!(world.coordinator.timers(), before);
}
