//! A high watermark is on its way while its leader is deposed, and elected again (C-24).

use plimsoll_shard::{Watermark};

use crate::small::{Short};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-24: high watermarks of earlier leaders count, too.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.watermark = Watermark::EarlierEpochsToo;
}

/// An unclean election has lost what was durable in epoch 1; what is written in epoch 3 in its place is not durable yet,
/// whatever an event of epoch 1 says.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    world.put(0, 1);
    let event = world.sync_log();
    let listener = world.clone();
    let mut threads = crowd(move |_| listener.high_watermark(event));
    let replica = world.clone();
    threads.push(spawn(move || {
        replica.follow(2, 0, &[]);
        replica.lead(3);
        replica.elect_and_load(3);
        replica.put(1, 5);
    }));
    join(threads);
    world.resign(4);
    let description = world.description();
    assert!(
        !description.iter().any(|description| description.call == 1 && description.answer == Short::Done),
        "S2: acknowledged by a high watermark of another epoch: {description:?}"
    );
}
