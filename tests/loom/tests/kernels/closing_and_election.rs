//! The runtime closes while a shard is elected and somebody asks.

use crate::service::{Closing};
use crate::small::{Short, put};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World, at_zero};

/// An election opens the shard again.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.closing = Closing::EndsWithAnElection;
}

/// Whoever asks is told, though the flusher has gone home.
pub fn body(decisions: Decisions) {
    let world = World::unloaded(decisions, &[], 0);
    let flusher = world.clone();
    let flusher = spawn(move || flusher.run_flusher());
    let client = world.clone();
    let clients = crowd(move |who| {
        client.elect(1);
        client.load(1);
        let request = put(who as i64);
        let answer = client.ask(request);
        if answer == Short::Done {
            let durable = &client.in_short()[..client.log().durable()];
            let is_there = durable.contains(&(who as i64));
            assert!(is_there, "S3: acknowledged, not durable");
        }
    });
    world.begin_closing();
    join([flusher]);
    world.shard.finish_closing(at_zero());
    join(clients);
}
