//! Timers: V1, G9. A rebalance ends, whoever is silent.

use super::*;

#[test]
fn a_silent_member_is_dropped_and_the_others_rebalance() {
    let mut world = World::at(Column::Stable);
    world.fire(TimerName::Session("b".into()));
    assert_eq!(world.state(), (GroupState::PreparingRebalance, GENERATION));
    assert_eq!(world.members(), ["a".into()] as [Text; 1]);
    assert_eq!(world.error(heartbeat("b", GENERATION)), short::UMID);
}

#[test]
fn when_the_last_member_is_silent_the_empty_group_is_written() {
    let mut world = World::new();
    world.enter("a");
    world.ask(sync("a", 1, &[]));
    world.raise();
    let before = world.log.len();
    world.fire(TimerName::Session("a".into()));
    assert_eq!(world.state(), (GroupState::Empty, 2));
    assert_eq!(world.log.len(), before + 1);
    assert!(world.coordinator.timers().is_empty());
}

#[test]
fn a_join_phase_ends_without_the_silent() {
    let mut world = World::at(Column::Preparing);
    world.fire(TimerName::Join);
    assert_eq!(
        world.state(),
        (GroupState::CompletingRebalance, GENERATION + 1)
    );
    assert_eq!(world.members(), ["b".into()] as [Text; 1]);
    assert_eq!(world.group().leader.as_deref(), Some("b"));
    assert_eq!(world.armed(TimerName::Session("a".into())), None);
}

#[test]
fn a_join_phase_in_which_nobody_joins_empties_the_group() {
    let mut world = World::at(Column::Stable);
    world.ask(changed(join("b")));
    world.ask(leave(&["b"]));
    assert_eq!(world.state(), (GroupState::PreparingRebalance, GENERATION));
    world.fire(TimerName::Join);
    assert_eq!(world.state(), (GroupState::Empty, GENERATION + 1));
}

#[test]
fn joins_do_not_prolong_the_join_phase() {
    let mut world = World::at(Column::Preparing);
    let before = world.armed(TimerName::Join);
    world.ask(new_member("n", 3));
    assert_eq!(world.armed(TimerName::Join), before);
}

#[test]
fn who_never_syncs_is_dropped() {
    let mut world = World::at(Column::Completing);
    let synced = world.send(sync("b", GENERATION, &[]));
    world.fire(TimerName::Sync);
    assert_eq!(world.members(), ["b".into()] as [Text; 1]);
    assert_eq!(world.answer_to(synced).map(|r| error_of(&r)), short::RIP);
    assert_eq!(world.state().0, GroupState::PreparingRebalance);
    // Also when the generation is already stable.
    let mut world = World::at(Column::Completing);
    world.ask(sync("a", GENERATION, &[]));
    world.raise();
    assert_eq!(world.state().0, GroupState::Stable);
    world.fire(TimerName::Sync);
    assert_eq!(world.members(), ["a".into()] as [Text; 1]);
}

#[test]
fn the_sync_timer_ends_with_the_last_sync() {
    let world = World::at(Column::Stable);
    assert_eq!(world.armed(TimerName::Sync), None);
}

#[test]
fn an_issued_id_expires_and_no_longer_holds_up_the_group() {
    let mut world = World::at(Column::Stable);
    world.ask(new_member("n", 4));
    world.ask(join("b"));
    world.ask(changed(join("b")));
    world.ask(join("a"));
    assert_eq!(world.state().0, GroupState::PreparingRebalance);
    world.fire(TimerName::Pending("n".into()));
    assert_eq!(
        world.state(),
        (GroupState::CompletingRebalance, GENERATION + 1)
    );
    assert_eq!(world.error(join("n")), short::UMID);
}

#[test]
fn the_parked_join_of_a_new_member_times_out() {
    let mut world = World::at(Column::Stable);
    world.ask(new_member("n", 4));
    let call = world.send(join("n"));
    let Some(TimerChange::Set { after_ms, .. }) =
        world.timers.iter().rev().find(|change| match change {
            TimerChange::Set { timer, .. } => timer.name == TimerName::Session("n".into()),
            TimerChange::Cancel { .. } => false,
        })
    else {
        panic!("no timer for n")
    };
    assert_eq!(
        *after_ms, 300_000,
        "not the session time-out: its client cannot heartbeat yet"
    );
    world.fire(TimerName::Session("n".into()));
    assert_eq!(world.answer_to(call).map(|r| error_of(&r)), short::UMID);
}

#[test]
fn a_parked_call_keeps_a_member_alive() {
    let mut world = World::at(Column::Preparing);
    assert_eq!(world.armed(TimerName::Session("b".into())), None);
    world.ask(heartbeat("b", GENERATION));
    assert_eq!(world.armed(TimerName::Session("b".into())), None);
    let mut world = World::at(Column::Completing);
    world.ask(sync("b", GENERATION, &[]));
    assert_eq!(world.armed(TimerName::Session("b".into())), None);
}

#[test]
fn a_stale_timer_does_nothing() {
    let mut world = World::at(Column::Stable);
    let old = world.armed(TimerName::Session("b".into())).expect("armed");
    world.ask(heartbeat("b", GENERATION));
    let before = world.form();
    let step = world.coordinator.fire(NOW, &old);
    world.make(step);
    assert_eq!(world.form(), before);
    assert_eq!(world.members().len(), 2);
}

#[test]
fn the_initial_delay_gathers_members_and_is_prolonged_by_newcomers() {
    let config = CoordinatorConfig {
        initial_rebalance_delay_ms: 3_000,
        ..CoordinatorConfig::default()
    };
    let mut world = World::with(config, Decisions::default());
    world.enter("a");
    assert_eq!(world.state().0, GroupState::PreparingRebalance);
    world.enter("b");
    assert_eq!(
        world.state().0,
        GroupState::PreparingRebalance,
        "all have joined, more may come"
    );
    world.fire(TimerName::Join);
    assert_eq!(
        world.state().0,
        GroupState::PreparingRebalance,
        "b came in the meantime"
    );
    world.fire(TimerName::Join);
    assert_eq!(world.state(), (GroupState::CompletingRebalance, 1));
    assert_eq!(world.members().len(), 2);
}

#[test]
fn the_initial_delay_ends_with_the_rebalance_time_out() {
    let config = CoordinatorConfig {
        initial_rebalance_delay_ms: 25_000,
        ..CoordinatorConfig::default()
    };
    let mut world = World::with(config, Decisions::default());
    world.enter("m0");
    let mut fired = 0;
    while world.state().0 == GroupState::PreparingRebalance {
        fired += 1;
        world.enter(&format!("m{fired}"));
        world.fire(TimerName::Join);
    }
    // 25 + 25 + 10 = 60 seconds, with somebody new in each.
    assert_eq!(fired, 3);
}

#[test]
fn an_old_arming_does_not_tell_states_apart() {
    let mut world = World::at(Column::Stable);
    let before = world.form();
    world.ask(heartbeat("b", GENERATION));
    assert_eq!(world.form(), before);
}

#[test]
fn a_join_or_sync_that_is_repeated_renews_no_session() {
    let mut world = World::at(Column::Stable);
    let session = TimerName::Session("b".into());
    let before = world.armed(session.clone());
    assert!(before.is_some());
    world.settle(join("b"));
    world.settle(sync("b", GENERATION, &[]));
    assert_eq!(world.armed(session.clone()), before);
    world.settle(heartbeat("b", GENERATION));
    assert_ne!(world.armed(session), before);
}
