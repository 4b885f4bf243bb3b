//! Stories: drawn, told in words, and made as short as can be when they go wrong.

use std::fmt::Write;
use std::ops::Range;
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

/// Plays `config.cases` stories of so many events with settings changed by `change`. `each` gets every world
/// that came to a good end.
pub fn tell(
    config: Config,
    lengths: Range<usize>,
    change: impl Fn(Setup) -> Setup,
    mut each: impl FnMut(&World),
) -> Result<(), Failure> {
    let mut runner = TestRunner::new(config);
    let strategy = Storyteller::sequential_strategy(lengths);
    let each = std::cell::RefCell::new(&mut each);
    let outcome = runner.run(&strategy, |(setup, ops, seen)| {
        let seen = seen.unwrap_or_else(|| Arc::new(AtomicUsize::new(0)));
        let world = play(change(setup), &ops, &seen).map_err(TestCaseError::fail)?;
        each.borrow_mut()(&world);
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, (setup, ops, _))) => {
            let wrong = reason.message().to_owned();
            let setup = change(setup);
            Err(Failure { setup, ops, wrong }.shortened())
        }
        Err(TestError::Abort(reason)) => panic!("aborted: {reason}"),
    }
}

impl Failure {
    /// Takes out events for as long as what is left still goes wrong, many at once first: of thousands that is much
    /// faster than one after another, which is proptest's way.
    fn shortened(mut self) -> Failure {
        let mut size = self.ops.len();
        while size > 0 {
            let mut at = 0;
            while at < self.ops.len() {
                let until = self.ops.len().min(at + size);
                let fewer = [&self.ops[..at], &self.ops[until..]].concat();
                if !self.goes_wrong_too(fewer) {
                    at = until;
                }
            }
            size /= 2;
        }
        self
    }

    /// Becomes the story of these events, up to the one that goes wrong, if one does.
    fn goes_wrong_too(&mut self, mut ops: Vec<Op>) -> bool {
        let played = AtomicUsize::new(0);
        match play(self.setup, &ops, &played) {
            Ok(_) => false,
            Err(wrong) => {
                // What comes behind was never played.
                ops.truncate(played.into_inner());
                (self.ops, self.wrong) = (ops, wrong);
                true
            }
        }
    }

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
