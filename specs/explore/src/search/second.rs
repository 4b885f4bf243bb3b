//! The second opinion: stateright explores the same system and must count the same states.

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

struct Adapter<S>(S);

impl<S: System + 'static> Model for Adapter<S> {
    type State = S::State;
    type Action = S::Action;

    fn init_states(&self) -> Vec<S::State> {
        vec![self.0.start()]
    }

    fn actions(&self, state: &S::State, actions: &mut Vec<S::Action>) {
        self.0.actions(state, actions);
    }

    fn next_state(&self, state: &S::State, action: S::Action) -> Option<S::State> {
        Some(self.0.step(state, action).state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(KEPT, |adapter, state| adapter.0.broken(state) == 0),
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
    let never = HasDiscoveries::AnyOf(std::collections::BTreeSet::new());
    let checker = Adapter(system)
        .checker()
        .finish_when(never)
        .spawn_dfs()
        .join();
    SecondOpinion {
        states: checker.unique_state_count(),
        broken: checker.discovery(KEPT).is_some(),
    }
}
