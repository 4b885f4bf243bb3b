//! The high watermark rises while the shard loads, and never again.

use plimsoll_shard::{DuringLoad};

use crate::small::{Short, get, record};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// The event is dropped, since there is nobody to tell yet.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.during_load = DuringLoad::Dropped;
}

/// A stable read after both is answered: nobody says it again.
pub fn body(decisions: Decisions) {
    let world = World::unloaded(decisions, &[record(1)], 0);
    world.elect(1);
    let loader = world.clone();
    let mut threads = vec![spawn(move || {
        loader.load(1);
    })];
    let flusher = world.clone();
    threads.extend(crowd(move |_| flusher.flush()));
    join(threads);
    world.send(0, 0, None, get(true));
    assert_eq!(
        world.rendered_once(0).answer,
        Short::Offset(1),
        "V4: everything is durable, and nobody is told"
    );
}
