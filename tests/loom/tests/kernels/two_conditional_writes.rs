//! Two requests that may both be granted only if neither sees the other (C-16).

use crate::service::{Step};
use crate::small::{Short, generation, put_as_member, leave};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-16: the step is worked out in one critical section and written in another.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.step = Step::CheckedThenWritten;
}

/// A member commits and leaves at once. Whatever comes first, no commit of it stands behind its leaving.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[generation(1, "m")], 1);
    let writer = world.clone();
    let mut threads = crowd(move |who| {
        writer.send(who as u32, 0, None, put_as_member(10 + who as i64));
    });
    let other = world.clone();
    threads.push(spawn(move || other.send(100, 0, None, leave())));
    join(threads);
    world.flush();
    assert_eq!(world.rendered_once(100).answer, Short::Done);
    let log = world.in_short();
    let left = 1 + log[1..].iter().position(|entry| *entry <= 0).expect("it has left");
    assert_eq!(log.len(), left + 1, "G4, S1: a commit stands behind its member's leaving: {log:?}");
}
