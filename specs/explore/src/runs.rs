//! A run of `check`: a system within bounds, under a name of its own.

use crate::scope::Scope;

/// A run as its system declares it.
#[derive(Debug, Clone, Copy)]
pub struct RunWithin<B> {
    /// Its name: the system's, and what is special about the bounds.
    pub name: &'static str,
    /// Why these bounds.
    pub description: &'static str,
    /// The bounds.
    pub bounds: B,
    /// Distinct states, as counted by both searches; `None` for a run that only one makes.
    pub states: Option<usize>,
    /// Whether it takes minutes, and is made when it is asked for: only by one search, which uses every core.
    pub deep: bool,
}

/// A run of any system.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its name: the system's, and what is special about the bounds.
    pub name: &'static str,
    /// Why these bounds.
    pub description: &'static str,
    /// The system within its bounds.
    pub scope: Scope,
    /// Distinct states, as counted by both searches; `None` for a run that only one makes.
    pub states: Option<usize>,
    /// Whether it takes minutes, and is made when it is asked for: only by one search, which uses every core.
    pub deep: bool,
}

impl<B> RunWithin<B> {
    /// A run that both searches make.
    pub const fn new(
        name: &'static str,
        description: &'static str,
        bounds: B,
        states: usize,
    ) -> Self {
        Self {
            name,
            description,
            bounds,
            states: Some(states),
            deep: false,
        }
    }

    /// A run that takes minutes.
    pub const fn deep(name: &'static str, description: &'static str, bounds: B) -> Self {
        Self {
            name,
            description,
            bounds,
            states: None,
            deep: true,
        }
    }
}
