//! A load ends while others are elected (C-26).

use plimsoll_shard::{Completion};

use crate::service::{Status};
use crate::small::{record};
use crate::threads::{crowd, join, spawn};
use crate::world::{Decisions, World};

/// C-26: a load that has ended counts, whoever was elected or resigned meanwhile.
pub fn mutant(decisions: &mut Decisions) {
    decisions.threads.shard.completion = Completion::Always;
}

/// Elected in epoch 1, resigned in 2, elected again in 3: the shard is what the last of them says.
pub fn body(decisions: Decisions) {
    let world = World::unloaded(decisions, &[record(1)], 1);
    world.elect(1);
    let early = world.clone();
    let mut threads = crowd(move |_| {
        early.load(1);
    });
    let late = world.clone();
    threads.push(spawn(move || {
        late.resign(2);
        late.lead(3);
        late.elect(3);
        late.load(3);
    }));
    join(threads);
    assert_eq!(
        world.shard.status(),
        (Status::Active, 3),
        "S7: a load of an earlier epoch came to life"
    );
}
