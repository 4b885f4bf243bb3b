//! What operators watch: each figure of the dump, by what made it.

mod common;

use std::cell::Cell;

use common::shared::Shared;
use common::*;
use plimsoll_coordinator::{
    ErrorCode, GroupRequest, GroupResponse, JoinGroupResponse, ListGroups, Timestamp,
};
use plimsoll_disk::SimDisk;
use plimsoll_service::Ticket;

type Sim = Shared<SimDisk>;

/// The figures of a dump that do not depend on how long anything took, one a line.
fn dump(world: &World<Sim>) -> String {
    let dump = world.counters.to_string();
    let timeless = |line: &&str| !line.contains("_us") && !line.starts_with("timers");
    dump.lines().filter(timeless).collect::<Vec<_>>().join("\n")
}

fn joined(ticket: Ticket<GroupResponse>) -> JoinGroupResponse {
    match answer(ticket) {
        GroupResponse::Join(r) => {
            assert_eq!(r.error, ErrorCode::None);
            r
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_figure_by_what_made_it() {
    let clock = clock_at(0);
    let mut config = config();
    config.offsets_partitions = 1;
    config.expiry_interval_ms = 1_000;
    config.coordinator.offsets_retention_ms = 100_000;
    let world = World::with_clock(Shared::new(SimDisk::new()), &config, clock.clone());
    let refused = world.commit("g", 0, 1);
    assert_eq!(refused, ErrorCode::NotCoordinator);
    world.service.elect(0, 1);
    world.until_active();
    // 1 came, then 2 came and 1 joined again, then 2 left, then 1 was silent for too long.
    let first = joined(world.service.ask(join("g", "", "m-1")));
    world.ask(sync("g", &first));
    let second = world.service.ask(join("g", "", "m-2"));
    let first = joined(world.service.ask(join("g", "m-1", "")));
    let second = joined(second);
    let following = world.service.ask(sync("g", &second));
    world.ask(sync("g", &first));
    answer(following);
    world.ask(leave("g", "m-2"));
    let first = joined(world.service.ask(join("g", "m-1", "")));
    world.ask(sync("g", &first));
    for partition in 0..3 {
        assert_eq!(world.commit("h", partition, 1), ErrorCode::None);
    }
    clock.set(Timestamp(10_000));
    let list = || GroupRequest::List(ListGroups::default());
    let is_empty = || {
        let GroupResponse::List(r) = world.ask(list()) else {
            panic!("another answer")
        };
        r.groups
            .iter()
            .all(|g| g.state == plimsoll_coordinator::GroupState::Empty)
    };
    world.until("the session is over", |_| is_empty());
    // The offsets of h expire, and both groups go.
    let nothing_left =
        || matches!(world.ask(list()), GroupResponse::List(r) if r.groups.is_empty());
    let ms = Cell::new(200_000);
    world.until("they expired", |_| {
        ms.set(ms.get() + 1_000);
        clock.set(Timestamp(ms.get()));
        nothing_left()
    });
    world.until("it is durable", |_| world.counters.lag() == 0);
    let description = dump(&world);
    for line in [
        "rebalances{cause=\"member_joined\"} 2",
        "rebalances{cause=\"member_left\"} 1",
        "rebalances{cause=\"session_expired\"} 1",
        "refusals{why=\"not_loaded\"} 1",
        "offsets_expired 3",
        "loads 1",
        "loaded_records 0",
        "unloads 0",
        "waiters 0",
        "lag_records 0",
        "append_failures 0",
        "sync_failures 0",
    ] {
        assert!(
            description.lines().any(|description| description == line),
            "{line} is not in\n{description}"
        );
    }
    assert!(world.counters.latency_us(50) > 0, "commits took some time");
}
