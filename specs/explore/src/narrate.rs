//! A path walked again, in words.

use plimsoll_promises::Broken;

use crate::{explorable::JsonStep, system::System};

/// A path in words: the one list of scenes from which story, sequence diagram and page are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrative {
    /// Everybody between whom messages may go, in the order in which they are drawn.
    pub lanes: Vec<&'static str>,
    /// What there is to say of each party before the first step.
    pub before: Vec<Party>,
    /// The steps.
    pub scenes: Vec<Scene>,
}

/// A party of a system, and what there is to say of it, facet by facet: of a step those are shown that it changed. An
/// empty facet is not worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its name.
    pub name: &'static str,
    /// Its facets, always in the same order.
    pub facets: Vec<String>,
}

/// One step of a path, under the names that things had from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// What happens, in sentences: the first says what was done, the others what came of it.
    pub description: Vec<String>,
    /// What only experts ask for; a line each.
    pub notes: Vec<String>,
    /// Each party of the system after the step, always in the same order.
    pub parties: Vec<Party>,
    /// The step as messages between the lanes.
    pub messages: Vec<Message>,
    /// Promises that the step broke.
    pub broken: Vec<Broken>,
}

/// What goes from one lane to another. To oneself it is something that happens there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From whom.
    pub from: &'static str,
    /// To whom.
    pub to: &'static str,
    /// How it is drawn.
    pub arrow: Arrow,
    /// What.
    pub text: String,
}

/// How a message is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrow {
    /// A request, or something that is done to another.
    Request,
    /// An answer.
    Answer,
    /// A request that is still on its way.
    Sent,
    /// An answer that says that it went wrong.
    Failure,
}

impl Party {
    /// A party of which there is one thing to say.
    pub fn new(name: &'static str, facet: String) -> Self {
        Self {
            name,
            facets: vec![facet],
        }
    }

    /// What there is to say.
    pub fn description(&self) -> String {
        let facets = self.facets.iter().filter(|facet| !facet.is_empty());
        facets.cloned().collect::<Vec<_>>().join(", ")
    }
}

impl Message {
    /// A request, or something that is done to another.
    pub fn new(from: &'static str, to: &'static str, text: impl Into<String>) -> Self {
        Self {
            from,
            to,
            arrow: Arrow::Request,
            text: text.into(),
        }
    }

    /// Something that happens there.
    pub fn at(lane: &'static str, text: impl Into<String>) -> Self {
        Self::new(lane, lane, text)
    }

    /// An answer.
    pub fn answer(from: &'static str, to: &'static str, text: impl Into<String>) -> Self {
        Self {
            arrow: Arrow::Answer,
            ..Self::new(from, to, text)
        }
    }
}

impl Scene {
    /// What the step changed, given what was before it: each party that it touched, with the facets that are new.
    pub fn changes(&self, before: &[Party]) -> Vec<Party> {
        let changed = self.parties.iter().zip(before).map(|(now, then)| {
            let facets = now.facets.iter().zip(&then.facets);
            let new = facets.filter(|(now, then)| now != then);
            Party {
                name: now.name,
                facets: new.map(|(now, _)| now.clone()).collect(),
            }
        });
        changed
            .filter(|party| !party.description().is_empty())
            .collect()
    }
}

impl Narrative {
    /// Each scene with its number, from 1, and what was before it.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &[Party], &Scene)> {
        let before = self.scenes.iter().map(|scene| &scene.parties[..]);
        let before = std::iter::once(&self.before[..]).chain(before);
        let scenes = (1..).zip(before).zip(&self.scenes);
        scenes.map(|((number, before), scene)| (number, before, scene))
    }

    /// What there is to say of everybody at the end.
    pub fn ending(&self) -> &[Party] {
        self.scenes
            .last()
            .map_or(&self.before, |scene| &scene.parties)
    }

    /// The lanes that a message comes from or goes to.
    pub fn used_lanes(&self) -> Vec<&'static str> {
        let messages = || self.scenes.iter().flat_map(|scene| &scene.messages);
        let mut lanes = self.lanes.clone();
        lanes.retain(|lane| messages().any(|message| [message.from, message.to].contains(lane)));
        lanes
    }
}

/// A system whose paths can be put into words.
pub trait Narrate: System {
    /// Gives an explorer's path the names that things had from the start. Such a path can be stored and replayed.
    fn undo_symmetry(&self, path: &[Self::Action]) -> Vec<Self::Action>;

    /// Walks a path that is under its first names; an error names the first step that is not possible there.
    fn narrate(&self, path: &[Self::Action]) -> Result<Narrative, NotPossible>;

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
