//! A session runs out while the member shows that it lives, or leaves (C-27).

use crate::service::{Timers};
use crate::small::{Short, generation, leave, beat, SESSION_MS};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-27: the timer is taken in one critical section and acted on in another, by its name: a coordinator ignores an arming
/// that has been replaced, so this takes both mistakes.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.timers = Timers::TakenFirst;
}

/// Who was told that it is alive, or gone by its own will, does not expire at this moment.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[generation(1, "m")], 1);
    let session = SESSION_MS;
    let timer = world.clone();
    let member = world.clone();
    let admin = world.clone();
    let mut threads = crowd(move |_| timer.tick(session));
    threads.extend(crowd(move |who| {
        member.send(who as u32, session - 1, None, beat());
    }));
    threads.push(spawn(move || {
        admin.send(100, session - 1, None, leave());
    }));
    join(threads);
    world.flush();
    let expired = world.has_expired();
    let description = world.description();
    // Who was told so came before the timer: afterwards there is nobody to say it to.
    let came_first = description
        .iter()
        .any(|description| description.answer == Short::Done);
    assert!(
        !(came_first && expired),
        "G9: told that it lives or has left, and expired all the same: {description:?}"
    );
    assert!(came_first || expired, "G9: silent, and not expired");
}
