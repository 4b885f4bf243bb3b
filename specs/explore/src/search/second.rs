//! The second opinion: stateright explores the same system and must count the same states.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::system::System;

/// What stateright found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondOpinion {
    /// Distinct states.
    pub states: usize,
    /// Whether it found a broken promise.
    pub broken: bool,
}

const KEPT: &str = "promises kept";

/// A state, and what its steps lead to.
type Expanded<S> = (
    <S as System>::State,
    VecDeque<(<S as System>::Action, <S as System>::State)>,
);

/// stateright asks for a state's actions, and then for what each of them leads to, one by one. Systems whose steps begin
/// alike take them together, so what came of them is kept until it is asked for.
struct Adapter<S: System> {
    system: S,
    expanded: Mutex<Option<Expanded<S>>>,
}

impl<S: System> Adapter<S> {
    /// What was kept of this step, if it is the next one that was to be asked for.
    fn kept(&self, state: &S::State, action: S::Action) -> Option<S::State> {
        let mut expanded = self.expanded.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, outcomes) = expanded.as_mut()?;
        let is_next = from == state && outcomes.front().is_some_and(|(next, _)| *next == action);
        is_next
            .then(|| outcomes.pop_front())
            .flatten()
            .map(|(_, state)| state)
    }
}

impl<S: System + 'static> Model for Adapter<S> {
    type State = S::State;
    type Action = S::Action;

    fn init_states(&self) -> Vec<S::State> {
        vec![self.system.start()]
    }

    fn actions(&self, state: &S::State, actions: &mut Vec<S::Action>) {
        let mut outcomes = VecDeque::new();
        self.system.expand(state, &mut |action, outcome| {
            actions.push(action);
            outcomes.push_back((action, outcome.state));
        });
        let mut expanded = self.expanded.lock().unwrap_or_else(PoisonError::into_inner);
        *expanded = Some((state.clone(), outcomes));
    }

    fn next_state(&self, state: &S::State, action: S::Action) -> Option<S::State> {
        let kept = self.kept(state, action);
        Some(kept.unwrap_or_else(|| self.system.step(state, action).state))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(KEPT, |adapter, state| adapter.system.broken(state) == 0),
            // Never met: while it is awaited the checker goes on, and has seen everything when it ends.
            Property::sometimes("exhausted", |_, _| false),
        ]
    }
}

/// Explores everything, without a limit: no cap is set, so a run that ends has seen every reachable state.
///
/// A failure does not stop it: states in which a promise is broken end their paths by themselves, and the count stays
/// comparable.
pub fn explore<S: System + 'static>(system: S) -> SecondOpinion {
    let never = HasDiscoveries::AnyOf(BTreeSet::new());
    let adapter = Adapter {
        system,
        expanded: Mutex::new(None),
    };
    let checker = adapter.checker().finish_when(never).spawn_dfs().join();
    SecondOpinion {
        states: checker.unique_state_count(),
        broken: checker.discovery(KEPT).is_some(),
    }
}
