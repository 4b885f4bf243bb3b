//! Two writes of one client, acknowledged by two syncs (C-29).

use crate::service::{Answers};
use crate::threads::{crowd, join};
use crate::world::{Decisions, World};

/// C-29: answers are given after the lock has been left.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.answers = Answers::AfterUnlock;
}

/// Whoever syncs, the answers come in the order of the log.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    world.put(0, 1);
    let early = world.clone();
    let mut threads = crowd(move |_| early.flush());
    world.put(1, 2);
    let late = world.clone();
    threads.extend(crowd(move |_| late.flush()));
    join(threads);
    let calls: Vec<u32> = world.description().iter().map(|description| description.call).collect();
    assert_eq!(calls, [0, 1], "O1: answered in another order than written");
}
