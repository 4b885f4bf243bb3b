//! S5: a step whose append fails leaves no trace.

use super::*;

#[test]
fn a_failed_append_leaves_no_trace_of_any_request() {
    let cases = [
        (
            Column::Missing,
            new_member("n", 4),
            ErrorCode::NotCoordinator,
        ),
        (
            Column::Missing,
            new_member("n", 3),
            ErrorCode::NotCoordinator,
        ),
        (
            Column::Missing,
            commit("", -1, 1),
            ErrorCode::NotCoordinator,
        ),
        (
            Column::Stable,
            commit("b", GENERATION, 1),
            ErrorCode::NotCoordinator,
        ),
        (
            Column::Preparing,
            commit("b", GENERATION, 1),
            ErrorCode::NotCoordinator,
        ),
        (
            Column::Stable,
            leave(&["a", "b"]),
            ErrorCode::NotCoordinator,
        ),
    ];
    for (column, request, expected) in cases {
        let mut world = World::at(column);
        let before = world.form();
        let answer = world.ask_in_vain(request.clone(), ErrorCode::KafkaStorageError);
        assert_eq!(answer.map(|r| error_of(&r)), Some(expected), "{request:?}");
        assert_eq!(world.form(), before, "{request:?}");
        assert_eq!(world.timers, [], "{request:?}");
    }
}

#[test]
fn a_batch_that_is_too_large_is_an_unknown_error() {
    let mut world = World::at(Column::Stable);
    let answer = world.ask_in_vain(commit("b", GENERATION, 1), ErrorCode::MessageTooLarge);
    assert_eq!(
        answer.map(|r| error_of(&r)),
        Some(ErrorCode::UnknownServerError)
    );
}

#[test]
fn a_timer_whose_step_failed_fires_again() {
    let mut world = World::new();
    world.enter("a");
    world.ask(sync("a", 1, &[]));
    world.raise();
    let timer = world.armed(TimerName::Session("a".into())).expect("armed");
    let before = world.form();
    let step = world.coordinator.fire(NOW, &timer);
    let fails = |_: &Step| Err(ErrorCode::KafkaStorageError);
    let outcome = world.coordinator.append_and_apply(NOW, step, fails);
    world.note(outcome);
    assert_eq!(
        world.form(),
        before,
        "the member is still there, its timer is armed"
    );
    assert_ne!(world.armed(TimerName::Session("a".into())), Some(timer));
    world.fire(TimerName::Session("a".into()));
    assert_eq!(world.state().0, GroupState::Empty);
}

#[test]
fn a_step_that_is_only_worked_out_changes_nothing() {
    let world = World::at(Column::Stable);
    let before = world.form();
    for request in [
        join("a"),
        leave(&["a"]),
        commit("a", GENERATION, 1),
        heartbeat("a", GENERATION),
    ] {
        let _ = world.coordinator.request(NOW, CallId(99), &request);
        assert_eq!(world.form(), before, "{request:?}");
    }
}
