//! The runtime closes while a shard is elected and somebody asks.

use crate::register::{Request, Response};
use crate::runtime::{Closing, Decisions};
use crate::threads::{join, spawn};
use crate::world::{FOREVER, World, at_zero};

/// An election opens the shard again.
pub fn mutant(decisions: &mut Decisions) {
    decisions.closing = Closing::EndsWithAnElection;
}

/// Whoever asks is told, though the flusher has gone home.
pub fn body(decisions: Decisions) {
    let world = World::unloaded(decisions, &[], 0);
    let flusher = world.clone();
    let flusher = spawn(move || flusher.shard.run_flusher(&at_zero));
    let client = world.clone();
    let client = spawn(move || {
        client.shard.elect(at_zero(), 1);
        client.load(1);
        let request = Request::Put {
            expect: None,
            value: 1,
        };
        let answer = client.shard.ask(at_zero(), None, request).wait(FOREVER);
        if answer == Ok(Response::Done) {
            assert_eq!(client.log().durable(), 1, "S3: acknowledged, not durable");
        }
    });
    world.shard.begin_closing();
    join([flusher]);
    world.shard.finish_closing(at_zero());
    join([client]);
}
