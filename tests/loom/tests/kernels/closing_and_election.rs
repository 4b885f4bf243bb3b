//! The runtime closes while a shard is elected and somebody asks.

use crate::register::{Request, Response};
use crate::runtime::{Closing, Decisions};
use crate::threads::{crowd, join, spawn};
use crate::world::{World, at_zero};

/// An election opens the shard again.
pub fn mutant(decisions: &mut Decisions) {
    decisions.closing = Closing::EndsWithAnElection;
}

/// Whoever asks is told, though the flusher has gone home.
pub fn body(decisions: Decisions) {
    let world = World::unloaded(decisions, &[], 0);
    let flusher = world.clone();
    let flusher = spawn(move || flusher.run_flusher());
    let client = world.clone();
    let clients = crowd(move |_| {
        client.elect(1);
        client.load(1);
        let request = Request::Put {
            expect: None,
            value: 1,
        };
        let answer = client.ask(request);
        if answer == Ok(Response::Done) {
            assert_eq!(client.log().durable(), 1, "S3: acknowledged, not durable");
        }
    });
    world.begin_closing();
    join([flusher]);
    world.shard.finish_closing(at_zero());
    join(clients);
}
