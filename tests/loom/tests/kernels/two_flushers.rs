//! Two syncs, whose high watermarks overtake each other on their way.

use plimsoll_coordinator::WatermarkOrder;

use crate::small::{Short, get};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// Whatever came last is true.
pub fn mutant(decisions: &mut Decisions) {
    decisions.coordinator.watermark_order = WatermarkOrder::LastWins;
}

/// What has been shown once stays shown, and who asks for what is durable is told.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    world.put(0, 1);
    let early = world.clone();
    let mut threads = crowd(move |_| early.flush());
    world.put(1, 2);
    let late = world.clone();
    threads.push(spawn(move || {
        late.flush();
        late.send(2, 0, None, get(false));
    }));
    join(threads);
    for (read, stable) in [(3, false), (4, true)] {
        world.send(read, 0, None, get(stable));
    }
    for read in [2, 3, 4] {
        assert_eq!(
            world.rendered_once(read).answer,
            Short::Offset(2),
            "S8: what was shown is not shown any more"
        );
    }
}
