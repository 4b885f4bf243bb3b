//! An append fails while others read (C-2).

use crate::mem_log::Fault;
use plimsoll_shard::{FailedAppend};

use crate::small::{Short, get};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, Description, World};

/// C-2: the step is dropped although its records are in the log.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.failed_append = FailedAppend::AlwaysDropped;
}

/// The report cannot tell, and the batch is in the log.
pub fn written(decisions: Decisions) {
    with(decisions, Fault::UnknownButWritten);
}

/// The report cannot tell, and the batch is not in the log.
pub fn unknown(decisions: Decisions) {
    with(decisions, Fault::UnknownNotWritten);
}

/// The report says that nothing was written.
pub fn refused(decisions: Decisions) {
    with(decisions, Fault::NotWritten);
}

/// What anybody was told agrees with what a reload finds.
fn with(decisions: Decisions, fault: Fault) {
    let world = World::active(decisions, &[], 0);
    world.log().arm(fault);
    let writer = world.clone();
    let writer = spawn(move || writer.put(0, 1));
    let reader = world.clone();
    let readers = crowd(move |who| {
        let call = 10 + 2 * who as u32;
        reader.send(call, 0, None, get(false));
        reader.send(call + 1, 0, None, get(true));
    });
    join([writer]);
    join(readers);
    world.flush();
    let write = world.rendered_once(0);
    assert!(
        write.answer.is_open(),
        "S4: nobody knows whether it was written: {write:?}"
    );
    world.send(1_000, 0, None, get(true));
    let before = world.description();
    let after = world.value_after_reload(2);
    for Description { call, answer, .. } in before {
        if let (1_000, Short::Offset(remembered)) = (call, answer) {
            assert_eq!(
                remembered, after,
                "S1, S5: remembered before the reload, and loaded"
            );
        }
    }
    let readers = world.description();
    for Description { answer, .. } in readers.iter().filter(|description| (10..1_000).contains(&description.call)) {
        if let Short::Offset(read) = answer {
            assert!(*read <= after, "S1: read {read}, reloaded {after}");
        }
    }
}
