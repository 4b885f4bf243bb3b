//! The flusher falls asleep while something is appended.

use crate::register::{Request, Response};
use crate::runtime::{Decisions, Work};
use crate::threads::{crowd, join, spawn};
use crate::world::World;

/// It looks for work, and falls asleep later.
pub fn mutant(decisions: &mut Decisions) {
    decisions.work = Work::SeenBefore;
}

/// Every write is acknowledged, and the flusher goes home.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let flusher = world.clone();
    let flusher = spawn(move || flusher.run_flusher());
    let writer = world.clone();
    join(crowd(move |who| {
        let request = Request::Put {
            expect: None,
            value: who as i64,
        };
        let answer = writer.ask(request);
        assert_eq!(answer, Ok(Response::Done), "V4");
    }));
    world.begin_closing();
    join([flusher]);
}
