//! A path walked again, so that it can be told.

use plimsoll_model::{Event, State};
use plimsoll_promises::Broken;

use crate::system::System;

/// One step of a path, under the names that things had from the start.
#[derive(Debug, Clone)]
pub struct Told {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What only this system knows of the step: disk operations, answers of the real code. One line each.
    pub notes: Vec<String>,
    /// The (model) state that the step led to: what each party believes now.
    pub state: State,
    /// Promises that the step broke.
    pub broken: Vec<Broken>,
}

/// A system whose paths can be told.
pub trait Narrate: System {
    /// Gives an explorer's path the names that things had from the start. Such a path can be stored and replayed.
    fn under_first_names(&self, path: &[Self::Action]) -> Vec<Self::Action>;

    /// Walks a path that is under its first names; an error names the first step that is not possible there.
    fn narrate(&self, path: &[Self::Action]) -> Result<Vec<Told>, NotPossible>;
}

/// A step of a path cannot be taken where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPossible {
    /// Which step, from 1.
    pub step: usize,
    /// What it was to be.
    pub action: String,
    /// Why not.
    pub because: String,
}

impl std::fmt::Display for NotPossible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "step {} ({}) cannot be taken: {}",
            self.step, self.action, self.because
        )
    }
}

impl std::error::Error for NotPossible {}
