//! Two syncs, whose high watermarks overtake each other on their way.

use crate::register::{Request, Response};
use crate::runtime::{Decisions, Order};
use crate::threads::{crowd, join, spawn};
use crate::world::World;

/// Whatever came last is true.
pub fn mutant(decisions: &mut Decisions) {
    decisions.order = Order::LastWins;
}

/// What has been shown once stays shown.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    world.put(0, None, 1);
    let early = world.clone();
    let mut threads = crowd(move |_| early.flush());
    world.put(1, None, 2);
    let late = world.clone();
    threads.push(spawn(move || {
        late.flush();
        late.send(2, 0, None, Request::Get { stable: false });
    }));
    join(threads);
    world.send(3, 0, None, Request::Get { stable: false });
    for read in [2, 3] {
        assert_eq!(
            world.rendered_once(read).answer,
            Ok(Response::Value(2)),
            "S8: what was shown is not shown any more"
        );
    }
}
