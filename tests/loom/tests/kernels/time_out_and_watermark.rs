//! Time runs out while the sync succeeds, and the shard is unloaded (C-30).

use std::time::Duration;

use plimsoll_shard::{TimeOut};

use crate::small::{Short, put};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-30: who has waited too long is told that it failed.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.time_out = TimeOut::SaysFailed;
}

/// One answer, and one that agrees with the log.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let request = put(1);
    world.send(0, 0, Some(Duration::from_millis(5)), request);
    let timer = world.clone();
    let mut threads = crowd(move |_| timer.tick(5));
    let flusher = world.clone();
    threads.extend(crowd(move |_| flusher.flush()));
    let deposer = world.clone();
    threads.push(spawn(move || deposer.resign(2)));
    join(threads);
    let description = world.rendered_once(0);
    match description.answer {
        Short::Done => assert_eq!(description.durable, 1, "S3"),
        refused => assert!(
            refused.is_open(),
            "S4: told that nothing was done, and it is in the log"
        ),
    }
    assert_eq!(world.value_after_reload(3), 1, "S4: the record stays");
}
