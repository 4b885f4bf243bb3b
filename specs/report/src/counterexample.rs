//! A counterexample: a way to a broken promise, walked again so that it can be told.

use plimsoll_explore::{
    explorable::{Explorable, JsonStep},
    narrate::{Narrative, NotPossible},
    registry::SYSTEMS,
};
use plimsoll_promises::Broken;

use crate::{Setup, Trace};

/// A counterexample as a file, and as it can be told; `None` if nothing broke.
pub type Found = Option<(Trace, Counterexample)>;

/// A way to a broken promise.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// What was explored.
    pub setup: Setup,
    /// What goes wrong on purpose, in one sentence.
    pub mistake: Option<&'static str>,
    /// The system's bounds, as name and number.
    pub bounds: Vec<(&'static str, u64)>,
    /// The steps.
    pub narrative: Narrative,
    /// The promises that the last step breaks, the one that is told first.
    pub broken: Vec<Broken>,
    /// Whether a search by levels found it: then there is no shorter one.
    pub shortest: bool,
    /// The command that shows it again.
    pub again: String,
}

impl Counterexample {
    /// Walks a path that is under its first names, up to the first step that breaks a promise. `None` if none does.
    pub fn walk(
        setup: &Setup,
        system: &dyn Explorable,
        path: &[JsonStep],
    ) -> Result<Option<Self>, NotPossible> {
        let mut narrative = system.narrate(path)?;
        let mut scenes = narrative.scenes.iter();
        let Some(last) = scenes.position(|scene| !scene.broken.is_empty()) else {
            return Ok(None);
        };
        narrative.scenes.truncate(last + 1);
        let broken = narrative.scenes[last].broken.clone();
        Ok(Some(Self {
            setup: setup.clone(),
            mistake: setup.known_mutant().map(|mutant| mutant.description),
            bounds: system.facts().bounds,
            shortest: false,
            again: again(setup),
            narrative,
            broken,
        }))
    }

    /// A path as an explorer found it, as a trace and walked.
    ///
    /// # Errors
    /// The first step that is not possible.
    pub fn found(
        setup: &Setup,
        system: &dyn Explorable,
        path: &[JsonStep],
    ) -> Result<Found, NotPossible> {
        let walked = Self::walk(setup, system, path)?;
        Ok(walked.map(|mut counterexample| {
            counterexample.shortest = true;
            (Trace::of(&counterexample, path), counterexample)
        }))
    }

    /// How many steps it has.
    pub fn steps(&self) -> usize {
        self.narrative.scenes.len()
    }

    /// The broken promise that is told.
    pub fn first_broken(&self) -> &Broken {
        &self.broken[0]
    }
}

/// The command that shows it again.
fn again(setup: &Setup) -> String {
    let mut command = "plimsoll check".to_owned();
    if let Some(mutant) = &setup.mutant {
        command.push_str(&format!(" --mutant {mutant}"));
    }
    let unasked = setup.mutant.and_then(|name| SYSTEMS.mutant(name));
    if unasked.is_none_or(|mutant| mutant.systems[0] != setup.system()) {
        command.push_str(&format!(" --system {}", setup.system()));
    }
    if let [promise] = setup.watched[..] {
        command.push_str(&format!(" --promise {promise}"));
    }
    command
}
