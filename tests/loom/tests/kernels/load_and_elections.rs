//! A load ends while others are elected (semantics §8.2, kernel 2; C-26).

use crate::register::{Request, Response};
use crate::runtime::{Completion, Decisions, Status};
use crate::threads::spawn;
use crate::world::{World, at_zero, record};

/// C-26: a load that has ended counts, whoever was elected or resigned meanwhile.
pub fn mutant(decisions: &mut Decisions) {
    decisions.completion = Completion::Always;
}

/// Elected in epoch 1, resigned in 2, elected again in 3: the shard is what the last of them says.
pub fn body(decisions: Decisions) {
    let world = World::unloaded(decisions, &[record(1)], 1);
    world.shard.elect(at_zero(), 1);
    let early = world.clone();
    let early = spawn(move || {
        early.load(1);
    });
    let late = world.clone();
    let late = spawn(move || {
        late.resign(2);
        late.log().lead(3);
        late.elect_and_load(3);
    });
    // Whatever it is told, it is not told of a state that was never loaded.
    world.send(0, 0, None, Request::Get { stable: false });
    crate::threads::join([early, late]);
    if let Ok(value) = world.told_once(0).answer {
        assert_eq!(value, Response::Value(1), "S6: served before it was loaded");
    }
    assert_eq!(
        world.shard.status(),
        (Status::Active, 3),
        "S7: a load of an earlier epoch came to life"
    );
}
