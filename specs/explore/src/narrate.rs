//! A path walked again, so that it can be told.

use plimsoll_model::{Event, State};
use plimsoll_promises::Broken;

use crate::{explorable::JsonStep, system::System};

/// A path, told.
#[derive(Debug, Clone)]
pub enum Rendering {
    /// As events of the model: how consumer groups are told.
    Events(Vec<Description>),
    /// In the system's own words.
    Words(Tale),
}

/// A party of a system, and what there is to say of it.
pub type Party = (&'static str, String);

/// A path in words.
#[derive(Debug, Clone)]
pub struct Tale {
    /// What there is to say of each party before the first step.
    pub before: Vec<Party>,
    /// The steps.
    pub scenes: Vec<Scene>,
}

/// One step of a path, under the names that things had from the start.
#[derive(Debug, Clone)]
pub struct Description {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What only this system knows of the step: disk operations, answers of the real code. One line each.
    pub notes: Vec<String>,
    /// The (model) state that the step led to: what each party believes now.
    pub state: State,
    /// Promises that the step broke.
    pub broken: Vec<Broken>,
}

/// One step of a path, in words.
#[derive(Debug, Clone)]
pub struct Scene {
    /// What happens, in sentences: the first says what was done, the others what came of it.
    pub description: Vec<String>,
    /// What only experts ask for; a line each.
    pub notes: Vec<String>,
    /// Each party of the system after the step, always in the same order.
    pub parties: Vec<Party>,
    /// The step as messages between the parties: from whom, to whom, what. To oneself it is something that happens there.
    pub messages: Vec<(&'static str, &'static str, String)>,
    /// Promises that the step broke.
    pub broken: Vec<Broken>,
}

impl Rendering {
    /// How many steps it has.
    pub fn steps(&self) -> usize {
        match self {
            Rendering::Events(description) => description.len(),
            Rendering::Words(tale) => tale.scenes.len(),
        }
    }

    /// The promises that each step broke.
    pub fn broken(&self) -> Vec<&[Broken]> {
        match self {
            Rendering::Events(description) => {
                description.iter().map(|step| &step.broken[..]).collect()
            }
            Rendering::Words(tale) => {
                let scenes = tale.scenes.iter();
                scenes.map(|scene| &scene.broken[..]).collect()
            }
        }
    }

    /// Forgets all but the first steps.
    pub fn truncate(&mut self, steps: usize) {
        match self {
            Rendering::Events(description) => description.truncate(steps),
            Rendering::Words(tale) => tale.scenes.truncate(steps),
        }
    }
}

/// A system whose paths can be told.
pub trait Narrate: System {
    /// Gives an explorer's path the names that things had from the start. Such a path can be stored and replayed.
    fn undo_symmetry(&self, path: &[Self::Action]) -> Vec<Self::Action>;

    /// Walks a path that is under its first names; an error names the first step that is not possible there.
    fn narrate(&self, path: &[Self::Action]) -> Result<Rendering, NotPossible>;

    /// A path of this system as the system of that name takes it; `None` if it has no such steps.
    fn steps_for(
        &self,
        _system: &str,
        _path: &[Self::Action],
    ) -> Option<Result<Vec<JsonStep>, NotPossible>> {
        None
    }

    /// A path of the system of that name as this one takes it; `None` if it knows no such steps.
    fn steps_from(
        &self,
        _system: &str,
        _path: &[JsonStep],
    ) -> Option<Result<Vec<Self::Action>, NotPossible>> {
        None
    }
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
