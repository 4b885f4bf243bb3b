//! A stable read right after a load, whose tail is above the high watermark (C-3).

use plimsoll_shard::{Tail};

use crate::small::{Short, get, record};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-3: what a load finds above the high watermark counts as settled.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.tail = Tail::Settled;
}

/// What a stable read was told is durable, so that every later leader knows it.
pub fn body(decisions: Decisions) {
    let world = World::unloaded(decisions, &[record(1)], 0);
    world.elect(1);
    let loader = world.clone();
    let loader = spawn(move || {
        loader.load(1);
    });
    let reader = world.clone();
    let mut threads = crowd(move |who| {
        reader.send(who as u32, 0, None, get(true));
    });
    threads.push(loader);
    let event = world.sync_log();
    world.high_watermark(event);
    join(threads);
    world.resign(2);
    for description in world.description() {
        if let Short::Offset(value) = description.answer {
            assert_eq!((value, description.durable), (1, 1), "S8: read what may be lost");
        }
    }
}
