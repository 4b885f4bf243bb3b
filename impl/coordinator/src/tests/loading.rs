//! Load and unload: S1, S6, and what each API answers meanwhile.

use super::short::*;
use super::*;

fn all_apis() -> [GroupRequest; 6] {
    [
        new_member("n", 4),
        sync("b", GENERATION, &[]),
        leave(&["b"]),
        commit("b", GENERATION, 1),
        fetch_request(true),
        heartbeat("b", GENERATION),
    ]
}

#[test]
fn answers_while_loading_and_after_unloading() {
    let loading = World::loading(CoordinatorConfig::default(), Decisions::default());
    let mut stopped = World::at(Column::Stable).coordinator;
    stopped.stop(NOW);
    for request in all_apis() {
        let answer = |coordinator: &Coordinator| {
            let step = coordinator.request(NOW, CallId(1), &request);
            error_of(&step.outcome.answers[0].response)
        };
        let expected = match request {
            GroupRequest::Heartbeat(_) => ErrorCode::None,
            _ => ErrorCode::CoordinatorLoadInProgress,
        };
        assert_eq!(answer(&loading), expected, "{request:?}");
        assert_eq!(answer(&stopped), ErrorCode::NotCoordinator, "{request:?}");
    }
}

#[test]
fn a_load_gives_the_last_durable_generation_and_the_offsets() {
    let mut before = World::at(Column::Stable);
    before.ask(commit("b", GENERATION, 5));
    before.raise();
    // A rebalance that was going on is forgotten.
    before.ask(changed(join("b")));
    let mut after = World::loaded(
        CoordinatorConfig::default(),
        Decisions::default(),
        before.log.clone(),
    );
    assert_eq!(after.state(), (GroupState::Stable, GENERATION));
    assert_eq!(after.group().leader.as_deref(), Some("a"));
    let owned: Vec<_> = after
        .group()
        .members
        .iter()
        .map(|m| (m.member.clone(), m.assignment.clone()))
        .collect();
    assert_eq!(owned, [("a".into(), bytes("A")), ("b".into(), bytes("B"))]);
    assert_eq!(offset_in(after.ask(fetch_request(false))), Some(5));
    let sessions: Vec<TimerName> = after
        .coordinator
        .timers()
        .into_iter()
        .map(|t| t.name)
        .collect();
    assert_eq!(
        sessions,
        [
            TimerName::Session("a".into()),
            TimerName::Session("b".into())
        ],
        "sessions begin anew"
    );
    assert_eq!(after.error(heartbeat("b", GENERATION)), NONE);
    assert_eq!(
        after.error(join("b")),
        NONE,
        "unchanged metadata is recognised after a load"
    );
}

#[test]
fn the_group_in_memory_is_the_group_in_the_log() {
    for column in [Column::Empty, Column::Stable] {
        let world = World::at(column);
        let loaded = World::loaded(
            CoordinatorConfig::default(),
            Decisions::default(),
            world.log.clone(),
        );
        assert_eq!(loaded.group(), world.group(), "{column:?}");
    }
}

#[test]
fn a_generation_number_at_the_end_of_its_range_is_survived() {
    let mut world = World::at(Column::Stable);
    let Some(OffsetsRecord::Group {
        value: Some(value), ..
    }) = world.log.last_mut()
    else {
        panic!("no record")
    };
    Arc::make_mut(value).generation = i32::MAX;
    let mut loaded = World::loaded(
        CoordinatorConfig::default(),
        Decisions::default(),
        world.log,
    );
    loaded.ask(leave(&["a", "b"]));
    assert_eq!(loaded.state(), (GroupState::Empty, 1));
}

#[test]
fn a_deleted_group_is_gone_unless_offsets_are_left() {
    let tombstone = OffsetsRecord::Group {
        group: "g".into(),
        value: None,
    };
    let mut log = World::at(Column::Stable).log;
    log.push(tombstone.clone());
    let load = |log| World::loaded(CoordinatorConfig::default(), Decisions::default(), log);
    assert_eq!(load(log.clone()).coordinator.group("g"), None);
    let mut simple = World::new();
    simple.ask(commit("", -1, 1));
    log.extend(simple.log);
    let loaded = load(log);
    assert_eq!(
        (loaded.state(), loaded.members().len()),
        ((GroupState::Empty, 0), 0)
    );
}

#[test]
fn unloading_answers_everybody_and_cancels_every_timer() {
    let mut world = World::at(Column::Stable);
    let committing = world.send(commit("b", GENERATION, 5));
    let joining = world.send(join("a"));
    let outcome = world.coordinator.stop(NOW);
    world.note(outcome);
    for call in [committing, joining] {
        let error = world.answer_to(call).map(|r| error_of(&r));
        assert_eq!(
            error,
            Some(ErrorCode::NotCoordinator),
            "it may have happened, so it is not said that it did not"
        );
    }
    assert!(world.coordinator.timers().is_empty());
    assert_eq!(world.state().0, GroupState::Dead);
}

/// Whether group `g` is described as existing.
fn is_described(world: &mut World) -> bool {
    let groups = vec!["g".into()];
    let version = 6;
    match world.ask(GroupRequest::Describe(DescribeGroups { groups, version })) {
        Some(GroupResponse::Describe(r)) => r.groups[0].error == ErrorCode::None,
        other => panic!("{other:?}"),
    }
}

/// A failover while `last` is in the log and not durable.
fn loaded_before_the_end(first: Option<GroupRequest>, last: GroupRequest) -> World {
    let mut before = World::new();
    first.map(|request| before.settle(request));
    let durable = before.entries.len() as i64;
    before.send(last);
    let mut after = before.clone();
    after.coordinator = World::loading(CoordinatorConfig::default(), Decisions::default());
    for (offset, entry) in (0..).zip(&before.entries) {
        after.coordinator.apply(offset, entry);
    }
    let end = before.entries.len() as i64;
    let outcome = after.coordinator.finish_load(NOW, end, durable);
    after.note(outcome);
    after
}

#[test]
fn a_group_whose_tombstone_is_not_durable_is_still_described_after_a_load() {
    let groups = vec!["g".into()];
    let delete = GroupRequest::Delete(DeleteGroups { groups });
    let mut world = loaded_before_the_end(Some(commit("", -1, 5)), delete);
    assert!(world.coordinator.group("g").is_none());
    assert!(is_described(&mut world), "a crash would bring it back");
    world.raise();
    assert!(!is_described(&mut world));
}

#[test]
fn a_group_that_is_not_durable_is_not_described_after_a_load() {
    let mut world = loaded_before_the_end(None, commit("", -1, 5));
    assert!(world.coordinator.group("g").is_some());
    assert!(!is_described(&mut world));
    world.raise();
    assert!(is_described(&mut world));
}
