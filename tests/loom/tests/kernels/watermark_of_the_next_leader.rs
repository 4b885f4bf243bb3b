//! The next leader's records raise the high watermark before we are told that we are deposed (C-1).

use plimsoll_shard::{Watermark};

use crate::small::{Short, record};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-1: high watermarks of later leaders count, too.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.watermark = Watermark::LaterEpochsToo;
}

/// What was acknowledged is in the log.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let writer = world.clone();
    let mut threads = crowd(move |who| writer.put(who as u32, 1));
    let replica = world.clone();
    threads.push(spawn(move || {
        replica.follow(2, 0, &[record(7)]);
        let event = replica.sync_log();
        replica.high_watermark(event);
    }));
    join(threads);
    world.resign(2);
    let kept = world.in_short();
    for description in world.description() {
        assert!(
            description.answer != Short::Done || kept.contains(&1),
            "S2: acknowledged by the records of another leader: {description:?}, {kept:?}"
        );
    }
}
