//! Stories: drawn, told in words, and made as short as can be when they go wrong.

use std::cell::RefCell;
use std::fmt::{Debug, Display, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{
    Config, FileFailurePersistence, RngAlgorithm, RngSeed, TestCaseError, TestError, TestRunner,
};
use proptest_state_machine::ReferenceStateMachine;

/// What went wrong, in words.
pub type Wrong = String;

/// What a story is played in.
pub trait World: Sized + 'static {
    /// The settings of a story.
    type Setup: Clone + Debug + Display;
    /// What can happen.
    type Op: Clone + Debug + Display;

    /// Any settings.
    fn setups() -> BoxedStrategy<Self::Setup>;
    /// Any event. Which events make sense does not depend on what came before.
    fn ops() -> BoxedStrategy<Self::Op>;
    /// The beginning.
    ///
    /// # Errors
    /// What went wrong.
    fn new(setup: &Self::Setup) -> Result<Self, Wrong>;
    /// One event, and what must be true after it.
    ///
    /// # Errors
    /// What is not.
    fn step(&mut self, op: &Self::Op) -> Result<(), Wrong>;
}

/// What draws and shortens the stories of a world.
struct Storyteller<W>(PhantomData<W>);

impl<W: World> ReferenceStateMachine for Storyteller<W> {
    type State = W::Setup;
    type Transition = W::Op;

    fn init_state() -> BoxedStrategy<W::Setup> {
        W::setups()
    }

    fn transitions(_: &W::Setup) -> BoxedStrategy<W::Op> {
        W::ops()
    }

    fn apply(setup: W::Setup, _: &W::Op) -> W::Setup {
        setup
    }
}

/// A story that went wrong.
pub struct Failure<W: World> {
    /// Its settings.
    pub setup: W::Setup,
    /// Its events, the last of which went wrong.
    pub ops: Vec<W::Op>,
    /// What is wrong.
    pub wrong: Wrong,
}

/// Plays a story to its end, or to where it goes wrong; `seen` counts how far that was.
fn play<W: World>(setup: &W::Setup, ops: &[W::Op], seen: &AtomicUsize) -> Result<W, Wrong> {
    let mut world = W::new(setup)?;
    for op in ops {
        seen.fetch_add(1, Ordering::Relaxed);
        world.step(op)?;
    }
    Ok(world)
}

/// Plays `config.cases` stories of so many events with settings changed by `change`. `each` gets every world that came to
/// a good end.
///
/// # Errors
/// The shortest story found that went wrong.
pub fn tell<W: World>(
    config: Config,
    lengths: Range<usize>,
    change: impl Fn(W::Setup) -> W::Setup,
    mut each: impl FnMut(&W),
) -> Result<(), Failure<W>> {
    let mut runner = TestRunner::new(config);
    let strategy = Storyteller::<W>::sequential_strategy(lengths);
    let each = RefCell::new(&mut each);
    let outcome = runner.run(&strategy, |(setup, ops, seen)| {
        let seen = seen.unwrap_or_else(|| Arc::new(AtomicUsize::new(0)));
        let world = play(&change(setup), &ops, &seen).map_err(TestCaseError::fail)?;
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

impl<W: World> Failure<W> {
    /// Takes out events for as long as what is left still goes wrong, many at once first: of thousands that is much
    /// faster than one after another, which is proptest's way.
    fn shortened(mut self) -> Failure<W> {
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
    fn goes_wrong_too(&mut self, mut ops: Vec<W::Op>) -> bool {
        let played = AtomicUsize::new(0);
        match play::<W>(&self.setup, &ops, &played) {
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
    pub fn description(&self) -> String {
        let mut out = format!("Of {}:\n", self.setup);
        for (number, op) in self.ops.iter().enumerate() {
            let _ = writeln!(out, "{:>4}. {op}", number + 1);
        }
        let _ = write!(out, "Wrong: {}", self.wrong);
        out
    }
}

/// What an environment variable asks for.
pub fn asked<T: std::str::FromStr>(variable: &str, otherwise: T) -> T {
    let asked = std::env::var(variable).ok();
    asked
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// `cases` stories from `seed`; those that once went wrong, which `regressions` keeps, come first. Proptest may try
/// `shrink` times to make one shorter.
pub fn config(cases: u32, seed: u64, shrink: u32, regressions: Option<&'static str>) -> Config {
    let kept = |path| Box::new(FileFailurePersistence::Direct(path)) as _;
    Config {
        cases,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: regressions.map(kept),
        max_shrink_iters: shrink,
        ..Config::default()
    }
}
