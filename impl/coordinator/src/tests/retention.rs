//! Expiry (KIP-211): O6, O7.

use super::*;

const RETENTION: i64 = 7 * 24 * 60 * 60 * 1_000;

/// `a` alone and stable, subscribed to these topics; one offset was committed long ago.
fn active(topics: &[&str]) -> World {
    let mut world = World::new();
    let mut request = join_request("", "a", 3);
    request.protocols[0].metadata = subscription(topics);
    world.ask(GroupRequest::Join(request));
    world.settle(sync("a", 1, &[]));
    world.settle(commit("a", 1, 5));
    world.now = Timestamp(NOW.0 + 10 * RETENTION);
    world
}

/// An offset without a group around it.
fn simple() -> World {
    let mut world = World::new();
    world.settle(commit("", -1, 5));
    world
}

#[test]
fn a_simple_groups_offset_expires_by_its_commit_and_takes_the_group_along() {
    let mut world = simple();
    world.now = Timestamp(NOW.0 + RETENTION - 1);
    assert_eq!(world.expire(), []);
    world.now = Timestamp(NOW.0 + RETENTION);
    assert_eq!(world.expire(), [2], "the offset and the group");
    assert!(world.coordinator.group("g").is_none());
    assert!(World::reloaded(&world).coordinator.group("g").is_none());
}

#[test]
fn an_empty_groups_offsets_expire_by_the_time_it_became_empty() {
    let mut world = active(&["t"]);
    world.settle(leave(&["a"]));
    assert_eq!(world.expire(), [], "used until now");
    world.now = Timestamp(world.now.0 + RETENTION - 1);
    assert_eq!(world.expire(), []);
    world.now = Timestamp(world.now.0 + 1);
    let mut after = World::reloaded(&world);
    after.now = world.now;
    assert_eq!(after.expire(), [2]);
    assert_eq!(world.expire(), [2]);
}

#[test]
fn an_active_groups_offsets_stay_while_the_topic_is_subscribed() {
    assert_eq!(active(&["t"]).expire(), []);
    let mut unsubscribed = active(&["u"]);
    assert_eq!(unsubscribed.expire(), [1], "the group stays");
    assert_eq!(unsubscribed.state(), (GroupState::Stable, 1));
    let mut rebalancing = active(&["u"]);
    rebalancing.ask(new_member("n", 3));
    assert_eq!(rebalancing.expire(), [], "what is read next is not known");
    let mut unknown = active(&["u"]);
    unknown.ask(changed(join("a")));
    unknown.settle(sync("a", 2, &[]));
    assert_eq!(unknown.state(), (GroupState::Stable, 2));
    assert_eq!(unknown.expire(), [], "its subscription is not known");
}

#[test]
fn a_group_that_has_nothing_and_nobody_goes_at_once() {
    let mut world = World::at(Column::Empty);
    assert_eq!(world.expire(), [1]);
    assert!(world.coordinator.group("g").is_none());
    for column in [Column::Preparing, Column::Completing, Column::Stable] {
        assert_eq!(World::at(column).expire(), [], "{column:?}");
    }
}

#[test]
fn an_open_transaction_keeps_offset_and_group() {
    let mut world = simple();
    world.settle(txn_commit("", -1, 9));
    world.now = Timestamp(NOW.0 + 10 * RETENTION);
    assert_eq!(world.expire(), []);
    world.settle(end_txn(Ended::Aborted));
    assert_eq!(world.expire(), [2]);
    let mut only_pending = World::new();
    only_pending.settle(txn_commit("", -1, 9));
    only_pending.now = Timestamp(NOW.0 + 10 * RETENTION);
    assert_eq!(only_pending.expire(), []);
    only_pending.settle(end_txn(Ended::Committed));
    assert_eq!(only_pending.offset(true).0, 9);
}

#[test]
fn an_expire_time_of_its_own_goes_before_all_else() {
    let mut world = World::new();
    let mut request = commit_to(&[0], "", -1, 5);
    request.retention_ms = 50;
    request.version = 4;
    world.settle(GroupRequest::Commit(request));
    world.now = Timestamp(NOW.0 + 49);
    assert_eq!(world.expire(), []);
    world.now = Timestamp(NOW.0 + 50);
    assert_eq!(world.expire(), [2]);
}

#[test]
fn a_pass_is_cut_into_steps_and_removes_the_group_with_the_last() {
    let config = CoordinatorConfig {
        tombstones_per_step: 1,
        ..CoordinatorConfig::default()
    };
    let mut world = World::with(config, Decisions::default());
    world.settle(GroupRequest::Commit(commit_to(&[0, 1], "", -1, 5)));
    world.now = Timestamp(NOW.0 + RETENTION);
    let mut crashed = world.clone();
    let step = crashed.coordinator.expire_offsets(crashed.now, &"g".into());
    crashed.make(step);
    let mut after = World::reloaded(&crashed);
    assert_eq!(after.state(), (GroupState::Empty, 0), "one offset is left");
    after.now = world.now;
    assert_eq!(after.expire(), [2]);
    assert_eq!(world.expire(), [1, 2]);
}

#[test]
fn a_clock_at_the_end_of_its_range_is_survived() {
    let mut world = simple();
    world.now = Timestamp(i64::MIN);
    assert_eq!(world.expire(), []);
    world.now = Timestamp(i64::MAX);
    assert_eq!(world.expire(), [2]);
}

#[test]
fn nothing_expires_of_a_group_that_is_not_served() {
    let mut world = simple();
    world.now = Timestamp(NOW.0 + RETENTION);
    world.coordinator.stop(NOW);
    assert_eq!(world.expire(), []);
    let loading = World::loading(CoordinatorConfig::default(), Decisions::default());
    assert!(
        loading
            .expire_offsets(NOW, &"g".into())
            .records()
            .is_empty()
    );
}

#[test]
fn a_pass_goes_past_a_group_of_which_nothing_expires_whatever_a_step_may_write() {
    let none_a_step = CoordinatorConfig {
        tombstones_per_step: 0,
        ..CoordinatorConfig::default()
    };
    let mut world = World::with(none_a_step, Decisions::default());
    world.settle(commit("", -1, 5));
    let unbounded = std::ops::Bound::Unbounded;
    let (step, next) = world.coordinator.expire_some(NOW, unbounded, 10);
    assert_eq!((step.records().len(), next), (0, None));
}
