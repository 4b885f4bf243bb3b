//! A write, its sync, and an unload (C-25).

use crate::register::{Request, Response};
use crate::runtime::{Decisions, Unload};
use crate::threads::{crowd, join, spawn};
use crate::world::{World, record};

/// C-25: the unload forgets who waits.
pub fn mutant(decisions: &mut Decisions) {
    decisions.unload = Unload::ForgetsWaiters;
}

/// Whoever waits is told, and what was acknowledged is durable.
pub fn body(decisions: Decisions) {
    let world = World::active(decisions, &[], 0);
    let (flusher, deposer) = (world.clone(), world.clone());
    let mut threads = crowd(move |_| flusher.flush());
    threads.push(spawn(move || deposer.resign(2)));
    let request = Request::Put {
        expect: None,
        value: 1,
    };
    let answer = world.ask(request);
    if answer == Ok(Response::Done) {
        assert_eq!(world.log().durable(), 1, "S3: acknowledged, not durable");
    }
    if answer.is_err_and(|refusal| !refusal.outcome_is_open()) {
        assert!(
            !world.log().records().contains(&record(1)),
            "S4: it was told that nothing was done, and it was"
        );
    }
    join(threads);
}
