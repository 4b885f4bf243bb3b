//! A system that can be made to stop offering steps: the only way to end a search that knows no limits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::system::{CoverageGoal, Head, Outcome, Replay, System};

/// A system, and whether it is to go on.
pub struct Cancellable<S> {
    /// The system.
    pub system: S,
    /// Set when it is to stop.
    pub cancelled: Arc<AtomicBool>,
}

impl<S: System> System for Cancellable<S> {
    type State = S::State;
    type Action = S::Action;

    fn actions(&self, state: &S::State, actions: &mut Vec<S::Action>) {
        if !self.cancelled.load(Ordering::Relaxed) {
            self.system.actions(state, actions);
        }
    }

    fn expand(&self, state: &S::State, each: &mut dyn FnMut(S::Action, Outcome<S::State>)) {
        if !self.cancelled.load(Ordering::Relaxed) {
            self.system.expand(state, each);
        }
    }

    fn passes(&self, state: &S::State) -> bool {
        self.system.passes(state)
    }

    fn head(&self) -> Head {
        self.system.head()
    }

    fn bounds(&self) -> Vec<(&'static str, u64)> {
        self.system.bounds()
    }

    fn coverage_goals(&self) -> &'static [CoverageGoal] {
        self.system.coverage_goals()
    }

    fn expected(&self) -> u64 {
        self.system.expected()
    }

    fn bound_names(&self) -> Vec<&'static str> {
        self.system.bound_names()
    }

    fn start(&self) -> S::State {
        self.system.start()
    }

    fn step(&self, state: &S::State, action: S::Action) -> Outcome<S::State> {
        self.system.step(state, action)
    }

    fn broken(&self, state: &S::State) -> u64 {
        self.system.broken(state)
    }

    fn replay(&self, state: &S::State) -> Replay {
        self.system.replay(state)
    }
}
