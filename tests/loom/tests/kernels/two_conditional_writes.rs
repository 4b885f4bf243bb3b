//! Two requests that may both be granted only if neither sees the other (C-16).

use crate::register::Response;
use crate::runtime::{Decisions, Step};
use crate::threads::{crowd, join, spawn};
use crate::world::World;

/// C-16: the step is worked out in one critical section and written in another.
pub fn mutant(decisions: &mut Decisions) {
    decisions.step = Step::CheckedThenWritten;
}

/// Each of two clients sets the number if it is 0. One of them succeeds, and the log can be replayed.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let writer = world.clone();
    let mut threads = crowd(move |who| writer.put(who as u32, Some(0), 10 + who as i64));
    let other = world.clone();
    threads.push(spawn(move || other.put(100, Some(0), 7)));
    join(threads);
    world.flush();
    let description = world.description();
    let done = description.iter().filter(|description| description.answer == Ok(Response::Done));
    assert_eq!(done.count(), 1, "S1: not one of them was granted: {description:?}");
    world.value_after_reload(2);
}
