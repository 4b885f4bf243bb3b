//! An append fails while others read (C-2).

use crate::mem_log::Fault;
use crate::register::{Request, Response};
use crate::runtime::{Decisions, FailedAppend};
use crate::threads::{crowd, join, spawn};
use crate::world::{Description, World};

/// C-2: the step is dropped although its records are in the log.
pub fn mutant(decisions: &mut Decisions) {
    decisions.failed_append = FailedAppend::AlwaysDropped;
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
    let writer = spawn(move || writer.put(0, None, 1));
    let reader = world.clone();
    let readers = crowd(move |who| {
        let call = 10 + 2 * who as u32;
        reader.send(call, 0, None, Request::Get { stable: false });
        reader.send(call + 1, 0, None, Request::Get { stable: true });
    });
    join([writer]);
    join(readers);
    world.flush();
    let write = world.rendered_once(0);
    let after = world.value_after_reload(2);
    match write.answer {
        Ok(Response::NotWritten(_)) => assert_eq!(after, 0, "S5: said not written, and it was"),
        Ok(Response::Done) => assert_eq!(after, 1, "S3: acknowledged, and gone"),
        other => assert!(
            other.is_err_and(|refusal| refusal.outcome_is_open()),
            "{other:?}"
        ),
    }
    let readers = world.description();
    for Description { answer, .. } in readers.iter().filter(|description| (10..1_000).contains(&description.call)) {
        if let Ok(Response::Value(seen)) = answer {
            assert!(*seen <= after, "S1: read {seen}, reloaded {after}");
        }
    }
}
