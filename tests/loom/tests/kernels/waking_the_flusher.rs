//! The flusher falls asleep while something is appended.

use crate::register::{Request, Response};
use crate::runtime::{Decisions, Work};
use crate::threads::{crowd, join, spawn};
use crate::world::{FOREVER, World, at_zero};

/// It looks for work, and falls asleep later.
pub fn mutant(decisions: &mut Decisions) {
    decisions.work = Work::SeenBefore;
}

/// Every write is acknowledged, and the flusher goes home.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let flusher = world.clone();
    let flusher = spawn(move || flusher.shard.run_flusher(&at_zero));
    let writer = world.clone();
    join(crowd(move |who| {
        let request = Request::Put {
            expect: None,
            value: who as i64,
        };
        let answer = writer.shard.ask(at_zero(), None, request).wait(FOREVER);
        assert_eq!(answer, Ok(Response::Done), "V4");
    }));
    world.shard.begin_closing();
    join([flusher]);
}
