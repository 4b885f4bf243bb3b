//! The next leader's records raise the high watermark before we are told that we are deposed (C-1).

use crate::register::Response;
use crate::runtime::{Decisions, Watermark};
use crate::threads::{crowd, join, spawn};
use crate::world::{World, record};

/// C-1: high watermarks of later leaders count, too.
pub fn mutant(decisions: &mut Decisions) {
    decisions.watermark = Watermark::LaterEpochsToo;
}

/// What was acknowledged is in the log.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let writer = world.clone();
    let mut threads = crowd(move |who| writer.put(who as u32, None, 1));
    let replica = world.clone();
    threads.push(spawn(move || {
        replica.follow(2, 0, &[record(7)]);
        let event = replica.sync_log();
        replica.high_watermark(event);
    }));
    join(threads);
    world.resign(2);
    let kept = world.log().records();
    for description in world.description() {
        assert!(
            description.answer != Ok(Response::Done) || kept.contains(&record(1)),
            "S2: acknowledged by the records of another leader: {description:?}, {kept:?}"
        );
    }
}
