//! The flusher falls asleep while something is appended.

use crate::service::{Work};
use crate::small::{Short, put};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// It looks for work, and falls asleep later.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.work = Work::SeenBefore;
}

/// Every write is acknowledged, and the flusher goes home.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let flusher = world.clone();
    let flusher = spawn(move || flusher.run_flusher());
    let writer = world.clone();
    join(crowd(move |who| {
        let request = put(who as i64);
        let answer = writer.ask(request);
        assert_eq!(answer, Short::Done, "V4");
    }));
    world.begin_closing();
    join([flusher]);
}
