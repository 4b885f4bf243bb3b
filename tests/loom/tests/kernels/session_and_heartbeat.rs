//! A session runs out while the member shows that it lives, or leaves (semantics §8.2, kernel 3; C-27).

use crate::register::{Record, Request, Response, SESSION_MS};
use crate::runtime::{Decisions, Moment, Timers};
use crate::threads::{join, spawn};
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
    join([
        spawn(move || timer.shard.tick(Moment::from_ms(session))),
        spawn(move || member.send(0, session - 1, None, Request::Beat)),
        spawn(move || admin.send(1, session - 1, None, Request::Leave)),
    ]);
    let expired = world.log().records().contains(&Record::Expired);
    let told = world.told();
    let first = told.first().map(|told| (told.call, told.answer));
    // What came before the tick, and therefore against it.
    let saved = first == Some((0, Ok(Response::Alive)));
    assert!(
        !(saved && expired),
        "G9: told it lives, and expired all the same: {told:?}"
    );
    // The member was removed exactly once: by the timer, or by a request that came first.
    world.value_after_reload(2);
}
