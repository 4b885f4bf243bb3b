//! A write, its sync, and an unload (C-25).

use plimsoll_shard::{Unload};

use crate::small::{Short, put};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-25: the unload forgets who waits.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.unload = Unload::ForgetsWaiters;
}

/// Whoever waits is told, and what was acknowledged is durable.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let (flusher, deposer) = (world.clone(), world.clone());
    let mut threads = crowd(move |_| flusher.flush());
    threads.push(spawn(move || deposer.resign(2)));
    let request = put(1);
    let answer = world.ask(request);
    if answer == Short::Done {
        assert_eq!(world.log().durable(), 1, "S3: acknowledged, not durable");
    }
    if answer != Short::Done && !answer.is_open() {
        assert!(
            !world.in_short().contains(&1),
            "S4: it was told that nothing was done, and it was"
        );
    }
    join(threads);
}
