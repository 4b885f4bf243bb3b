//! A session runs out while the member shows that it lives, or leaves (C-27).

use crate::register::{Record, Request, Response, SESSION_MS};
use crate::runtime::{Decisions, Timers};
use crate::threads::{crowd, join, spawn};
use crate::world::World;

/// C-27: the timer is taken in one critical section and acted on in another.
pub fn mutant(decisions: &mut Decisions) {
    decisions.timers = Timers::TakenFirst;
}

/// Who was told that it is alive, or gone by its own will, does not expire at this moment.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let session = SESSION_MS as i64;
    let timer = world.clone();
    let member = world.clone();
    let admin = world.clone();
    let mut threads = crowd(move |_| timer.tick(session));
    threads.extend(crowd(move |who| {
        member.send(who as u32, session - 1, None, Request::Beat);
    }));
    threads.push(spawn(move || {
        admin.send(100, session - 1, None, Request::Leave);
    }));
    join(threads);
    let expired = world.log().records().contains(&Record::Expired);
    let description = world.description();
    // Who was told so came before the timer: afterwards there is nobody to say it to.
    let came_first = description
        .iter()
        .any(|description| matches!(description.answer, Ok(Response::Alive | Response::Left)));
    assert!(
        !(came_first && expired),
        "G9: told that it lives or has left, and expired all the same: {description:?}"
    );
    assert!(came_first || expired, "G9: silent, and not expired");
}
