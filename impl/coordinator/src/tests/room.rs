//! `group.max.size` when members join.

use super::short::*;
use super::*;

fn small(size: usize) -> World {
    let config = CoordinatorConfig {
        max_group_size: size,
        ..CoordinatorConfig::default()
    };
    World::with(config, Decisions::default())
}

/// `a` and `b` of two, in the sync phase.
fn full() -> World {
    let mut world = small(2);
    world.enter("a");
    world.enter("b");
    world.ask(join("a"));
    assert_eq!(world.state().0, GroupState::CompletingRebalance);
    world
}

#[test]
fn a_newcomer_is_turned_away_from_a_full_group_and_a_member_is_not() {
    let mut world = full();
    assert_eq!(world.error(new_member("n", 4)), FULL);
    assert_eq!(world.error(new_member("n", 3)), FULL);
    assert_eq!(world.error(static_join("", "i", "n")), FULL);
    assert_eq!(world.error(join("b")), NONE);
    world.sync_both();
    assert_eq!(world.error(new_member("n", 4)), FULL);
    assert_eq!(world.error(join("b")), NONE);
    assert!(world.group().pending.is_empty());
    let Some(GroupResponse::Join(answer)) = world.ask(new_member("n", 3)) else {
        panic!("no answer")
    };
    assert_eq!(&*answer.member, "", "no id");
}

#[test]
fn in_the_join_phase_those_count_who_have_joined() {
    let mut world = full();
    world.sync_both();
    world.ask(changed(join("b")));
    assert_eq!(
        world.error(new_member("n", 4)),
        MIR,
        "one of two has joined"
    );
    assert_eq!(world.error(join("n")), WAIT);
    assert_eq!(world.error(join("n")), WAIT, "who waits may ask again");
    assert_eq!(
        world.error(join("a")),
        FULL,
        "the last to come loses its place"
    );
    assert_eq!(world.members(), ["b".into(), "n".into()] as [Text; 2]);
    world.fire(TimerName::Join);
    assert_eq!(world.state().0, GroupState::CompletingRebalance);
}

#[test]
fn an_issued_id_is_lost_with_the_room() {
    let mut world = small(1);
    assert_eq!(world.error(new_member("m", 4)), MIR);
    assert_eq!(world.error(new_member("n", 4)), MIR, "ids are not counted");
    world.ask(join("m"));
    world.fire(TimerName::Pending("n".into()));
    assert_eq!(world.state().0, GroupState::CompletingRebalance);
    assert_eq!(world.error(join("n")), FULL);
    let mut world = small(1);
    for id in ["m", "n"] {
        assert_eq!(world.error(new_member(id, 4)), MIR);
    }
    world.ask(join("m"));
    assert_eq!(world.error(join("n")), FULL);
    assert!(world.group().pending.is_empty(), "it has no id any more");
    assert_eq!(world.armed(TimerName::Pending("n".into())), None);
}

#[test]
fn nobody_fits_into_a_group_of_none_but_an_empty_group_takes_the_first() {
    let mut world = small(0);
    assert_eq!(world.error(new_member("a", 3)), NONE);
    assert_eq!(world.error(new_member("b", 3)), FULL);
}

#[test]
fn a_group_that_was_larger_before_a_load_rebalances() {
    let mut world = full();
    world.sync_both();
    let config = CoordinatorConfig {
        max_group_size: 1,
        ..CoordinatorConfig::default()
    };
    let mut after = World::loaded(config, Decisions::default(), world.log);
    assert_eq!(after.state().0, GroupState::PreparingRebalance);
    assert!(after.armed(TimerName::Join).is_some());
    assert_eq!(after.error(join("b")), WAIT);
    assert_eq!(after.error(join("a")), FULL);
    after.fire(TimerName::Join);
    assert_eq!(after.members(), ["b".into()] as [Text; 1]);
    assert_eq!(
        after.state(),
        (GroupState::CompletingRebalance, GENERATION + 1)
    );
}
