//! Stories: drawn, told in words, and made as short as can be when they go wrong.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use proptest_state_machine::ReferenceStateMachine;

use crate::op::{self, Op};
use crate::setup::Setup;
use crate::world::{World, Wrong};

/// What draws and shortens the stories. It keeps no model of the log: which events make sense does not depend on it,
/// and what a crash leaves only the disk can tell.
pub struct Storyteller;

impl ReferenceStateMachine for Storyteller {
    type State = Setup;
    type Transition = Op;

    fn init_state() -> BoxedStrategy<Setup> {
        Setup::any().boxed()
    }

    fn transitions(_: &Setup) -> BoxedStrategy<Op> {
        op::op().boxed()
    }

    fn apply(setup: Setup, _: &Op) -> Setup {
        setup
    }
}

/// A story that went wrong.
pub struct Failure {
    pub setup: Setup,
    pub ops: Vec<Op>,
    pub wrong: Wrong,
}

/// Plays a story to its end, or to where it goes wrong; `seen` counts how far that was.
pub fn play(setup: Setup, ops: &[Op], seen: &AtomicUsize) -> Result<World, Wrong> {
    let mut world = World::new(setup)?;
    for op in ops {
        seen.fetch_add(1, Ordering::Relaxed);
        world.step(op)?;
    }
    Ok(world)
}

/// Plays `config.cases` stories of up to `length` events with settings changed by `change`. `each` gets every world
/// that came to a good end.
pub fn tell(
    config: Config,
    length: usize,
    change: impl Fn(Setup) -> Setup,
    mut each: impl FnMut(&World),
) -> Result<(), Failure> {
    let mut runner = TestRunner::new(config);
    let strategy = Storyteller::sequential_strategy(1..length);
    let each = std::cell::RefCell::new(&mut each);
    let outcome = runner.run(&strategy, |(setup, ops, seen)| {
        let seen = seen.unwrap_or_else(|| Arc::new(AtomicUsize::new(0)));
        let world = play(change(setup), &ops, &seen).map_err(TestCaseError::fail)?;
        each.borrow_mut()(&world);
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, (setup, mut ops, _))) => {
            // What comes behind the event that goes wrong was never played.
            let played = AtomicUsize::new(0);
            let setup = change(setup);
            if play(setup, &ops, &played).is_err() {
                ops.truncate(played.into_inner());
            }
            let wrong = reason.message().to_owned();
            Err(Failure { setup, ops, wrong })
        }
        Err(TestError::Abort(reason)) => panic!("aborted: {reason}"),
    }
}

impl Failure {
    /// The story in words.
    pub fn told(&self) -> String {
        let mut out = format!("Of {}:\n", self.setup);
        for (number, op) in self.ops.iter().enumerate() {
            let _ = writeln!(out, "{:>4}. {op}", number + 1);
        }
        let _ = write!(out, "Wrong: {}", self.wrong);
        out
    }
}
