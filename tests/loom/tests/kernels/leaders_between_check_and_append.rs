//! Leadership goes and comes back between the check and the append (O-4).

use plimsoll_shard::{AppendEpoch};

use crate::small::{generation, put_as_member};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// O-4: the batch is appended in whatever epoch the log is led in by now.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.append_epoch = AppendEpoch::OfTheLog;
}

/// What is written upon a state is written in the epoch of that state, or not at all: another leader has formed generation 2
/// meanwhile, so no commit of generation 1 may stand behind it.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[generation(1, "m")], 1);
    let writer = world.clone();
    let mut threads = crowd(move |who| {
        writer.send(who as u32, 0, None, put_as_member(10 + who as i64));
    });
    let replica = world.clone();
    threads.push(spawn(move || {
        replica.follow(2, 0, &[generation(2, "n")]);
        replica.lead(3);
    }));
    join(threads);
    let log = world.in_short();
    if let Some(second) = log.iter().position(|entry| *entry == -2) {
        let behind = &log[second + 1..];
        assert!(
            behind.is_empty(),
            "S7: a commit of generation 1 stands behind generation 2: {log:?}"
        );
    }
}
