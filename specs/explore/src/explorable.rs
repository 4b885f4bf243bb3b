//! A system that was built, whatever its types are: searched, and walked along steps that are given as JSON.

use std::sync::{Arc, atomic::AtomicBool};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    narrate::{Narrate, Narrative, NotPossible},
    search::{
        cancel::Cancellable,
        levels::{self, Findings, Limits},
        parallel,
        second::{self, SecondOpinion},
    },
    system::{CoverageGoal, Head},
};

/// A step as JSON: the form in which traces hold it, under the names that things had from the start.
pub type JsonStep = String;

/// What a system says of itself.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What is driven, modelled, and not verified.
    pub head: Head,
    /// The bounds, as name and number.
    pub bounds: Vec<(&'static str, u64)>,
    /// What a complete exploration has met.
    pub coverage_goals: &'static [CoverageGoal],
    /// Which of it these bounds can reach, as bits.
    pub expected: u64,
    /// The names of the bounds that may keep something from happening.
    pub bound_names: Vec<&'static str>,
}

/// A system, searched by code that does not know its types.
pub trait Explorable: Send + Sync {
    /// What it says of itself.
    fn facts(&self) -> Facts;

    /// What else there is to count, by name. May take time.
    fn counts(&self) -> Vec<(&'static str, u64)>;

    /// The search by levels. `per_resume` is `U + Z`; `progress` is given distinct states and depth now and then.
    fn search(
        &self,
        per_resume: u64,
        limits: Limits,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Findings<JsonStep>;

    /// The same search by so many threads.
    fn search_in_parallel(
        &self,
        per_resume: u64,
        threads: usize,
        limits: Limits,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Findings<JsonStep>;

    /// The second search, which knows no limits and ends early if it is cancelled.
    fn second_search(&self, cancelled: Arc<AtomicBool>) -> SecondOpinion;

    /// Walks a path.
    ///
    /// # Errors
    /// The first step that is not possible there, or is none of this system.
    fn narrate(&self, path: &[JsonStep]) -> Result<Narrative, NotPossible>;

    /// A path of this system as the system of that name takes it; `None` if it has no such steps.
    fn steps_for(
        &self,
        system: &str,
        path: &[JsonStep],
    ) -> Option<Result<Vec<JsonStep>, NotPossible>>;

    /// A path of the system of that name as this one takes it; `None` if it knows no such steps.
    fn steps_from(
        &self,
        system: &str,
        path: &[JsonStep],
    ) -> Option<Result<Vec<JsonStep>, NotPossible>>;
}

/// A system of whatever type, behind [`Explorable`].
#[derive(Debug, Clone)]
pub struct Erased<S>(pub S);

/// Steps as JSON.
pub fn to_json<A: Serialize>(path: &[A]) -> Vec<JsonStep> {
    let json = |step| serde_json::to_string(step).expect("plain data without maps cannot fail");
    path.iter().map(json).collect()
}

/// Steps from JSON.
///
/// # Errors
/// The first that is none of these.
pub fn from_json<A: DeserializeOwned>(path: &[JsonStep]) -> Result<Vec<A>, NotPossible> {
    let read = |(index, step): (usize, &JsonStep)| {
        serde_json::from_str(step).map_err(|error| NotPossible {
            step: index + 1,
            action: step.clone(),
            because: error.to_string(),
        })
    };
    path.iter().enumerate().map(read).collect()
}

impl<S> Erased<S>
where
    S: Narrate<Action: Serialize + DeserializeOwned> + Clone + 'static,
{
    fn findings(&self, findings: Findings<S::Action>) -> Findings<JsonStep> {
        findings.with_paths(|path| to_json(&self.0.undo_symmetry(path)))
    }
}

impl<S> Explorable for Erased<S>
where
    S: Narrate<Action: Serialize + DeserializeOwned> + Clone + 'static,
{
    fn facts(&self) -> Facts {
        Facts {
            head: self.0.head(),
            bounds: self.0.bounds(),
            coverage_goals: self.0.coverage_goals(),
            expected: self.0.expected(),
            bound_names: self.0.bound_names(),
        }
    }

    fn counts(&self) -> Vec<(&'static str, u64)> {
        self.0.counts()
    }

    fn search(
        &self,
        per_resume: u64,
        limits: Limits,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Findings<JsonStep> {
        self.findings(levels::explore(&self.0, per_resume, limits, progress))
    }

    fn search_in_parallel(
        &self,
        per_resume: u64,
        threads: usize,
        limits: Limits,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Findings<JsonStep> {
        let found = parallel::explore(&self.0, per_resume, threads, limits, progress);
        self.findings(found)
    }

    fn second_search(&self, cancelled: Arc<AtomicBool>) -> SecondOpinion {
        let system = self.0.clone();
        second::explore(Cancellable { system, cancelled })
    }

    fn narrate(&self, path: &[JsonStep]) -> Result<Narrative, NotPossible> {
        self.0.narrate(&from_json(path)?)
    }

    fn steps_for(
        &self,
        system: &str,
        path: &[JsonStep],
    ) -> Option<Result<Vec<JsonStep>, NotPossible>> {
        match from_json(path) {
            Ok(path) => self.0.steps_for(system, &path),
            Err(error) => Some(Err(error)),
        }
    }

    fn steps_from(
        &self,
        system: &str,
        path: &[JsonStep],
    ) -> Option<Result<Vec<JsonStep>, NotPossible>> {
        let translated = self.0.steps_from(system, path)?;
        Some(translated.map(|path| to_json(&path)))
    }
}
