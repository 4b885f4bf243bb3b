//! Leadership goes and comes back between the check and the append (O-4).

use crate::runtime::{AppendEpoch, Decisions};
use crate::threads::{crowd, join, spawn};
use crate::world::{World, record};

/// O-4: the batch is appended in whatever epoch the log is led in by now.
pub fn mutant(decisions: &mut Decisions) {
    decisions.append_epoch = AppendEpoch::OfTheLog;
}

/// What is written upon a state is written in the epoch of that state, or not at all: the log can be replayed.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[record(1)], 0);
    let writer = world.clone();
    let mut threads = crowd(move |who| writer.put(who as u32, Some(1), 2 + who as i64));
    let replica = world.clone();
    threads.push(spawn(move || {
        replica.follow(2, 0, &[record(7)]);
        replica.lead(3);
    }));
    join(threads);
    world.value_after_reload(3);
}
