//! OffsetFetch, Kafka `fetchOffsets`; S8 and O3.

use super::short::*;
use super::*;

#[test]
fn no_offset_is_an_answer_in_every_state() {
    for column in COLUMNS {
        for stable in [false, true] {
            let mut world = World::at(column);
            let call = world.send(fetch_request(stable));
            world.raise();
            let Some(GroupResponse::Fetch(answer)) = world.answer_to(call) else {
                panic!("{column:?}")
            };
            assert_eq!(answer.error, ErrorCode::None);
            let [one] = &answer.partitions[..] else {
                panic!("{column:?}: {answer:?}")
            };
            assert_eq!(
                (one.offset, one.leader_epoch, &*one.metadata, one.error),
                (-1, -1, "", ErrorCode::None)
            );
        }
    }
}

#[test]
fn what_was_committed_comes_back_whole() {
    let mut world = World::at(Column::Stable);
    world.ask(commit("b", GENERATION, 5));
    world.raise();
    let Some(GroupResponse::Fetch(answer)) = world.ask(fetch_request(false)) else {
        panic!("no answer")
    };
    let [one] = &answer.partitions[..] else {
        panic!("{answer:?}")
    };
    assert_eq!((one.offset, one.leader_epoch, &*one.metadata), (5, 7, "m"));
}

#[test]
fn a_stable_fetch_waits_for_what_was_appended_before_it() {
    let mut world = World::at(Column::Stable);
    world.ask(commit("b", GENERATION, 5));
    let stable = world.send(fetch_request(true));
    assert_eq!(world.answer_to(stable), None);
    world.raise();
    assert_eq!(offset_in(world.answer_to(stable)), Some(5));
    assert_eq!(
        offset_in(world.ask(fetch_request(true))),
        Some(5),
        "at once if nothing is pending"
    );
}

#[test]
fn all_offsets_of_a_group() {
    let mut world = World::at(Column::Stable);
    let all = || {
        GroupRequest::Fetch(OffsetFetch {
            group: "g".into(),
            require_stable: false,
            partitions: None,
        })
    };
    let found = |answer: Option<GroupResponse>| match answer {
        Some(GroupResponse::Fetch(r)) => r
            .partitions
            .iter()
            .map(|p| (p.partition, p.offset))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(found(world.ask(all())), []);
    world.ask(GroupRequest::Commit(commit_to(&[1, 0], "b", GENERATION, 5)));
    assert_eq!(found(world.ask(all())), [], "not durable yet");
    world.raise();
    assert_eq!(found(world.ask(all())), [(0, 5), (1, 5)]);
}

#[test]
fn a_dead_group_shows_nothing() {
    let mut world = World::at(Column::Stable);
    world.ask(commit("b", GENERATION, 5));
    world.raise();
    world.coordinator.begin_unload(NOW);
    assert_eq!(offset_in(world.ask(fetch_request(false))), Some(-1));
    assert_eq!(world.error(heartbeat("b", GENERATION)), CNA);
}
