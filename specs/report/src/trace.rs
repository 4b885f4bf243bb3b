//! A counterexample as a file: what was explored, the steps, what broke. A public interface with a version.

use std::fmt;

use plimsoll_explore::{descriptor::Registered, explorable::JsonStep, registry::Systems};
use plimsoll_promises::{Claim, PromiseId};
use serde::{Deserialize, Serialize};

use crate::{Counterexample, Setup, text::unknown};

/// The version of the trace's schema.
pub const TRACE_VERSION: u64 = 1;

/// A counterexample that can be walked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// What was explored.
    pub setup: Setup,
    /// The steps, under the names that things had from the start.
    pub steps: Vec<JsonStep>,
    /// What broke.
    pub broken: Verdict,
}

/// What a trace ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The broken promise.
    pub promise: PromiseId,
    /// The step that breaks it, from 1.
    pub step: usize,
    /// Why.
    pub because: String,
}

/// The fields that every version has.
#[derive(Deserialize)]
struct Version {
    plimsoll_trace: u64,
}

/// What says how the rest is read.
#[derive(Deserialize)]
struct Which {
    system: String,
}

/// What is alike in traces of all systems. `bounds` and `steps` are read by the system.
#[derive(Deserialize)]
struct Common {
    mutant: Option<String>,
    claim: Option<Claim>,
    watched: Vec<PromiseId>,
    broken: Verdict,
}

/// A trace that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong there, and what to do.
    pub problem: String,
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.problem)
    }
}

impl std::error::Error for TraceError {}

impl From<serde_json::Error> for TraceError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or(&text);
        Self {
            line: error.line().max(1),
            column: error.column().max(1),
            problem: format!(
                "{problem}; `plimsoll check --mutant NAME --format json` writes a trace"
            ),
        }
    }
}

/// A mistake of the whole file.
fn wrong(problem: String) -> TraceError {
    TraceError {
        line: 1,
        column: 1,
        problem,
    }
}

impl Trace {
    /// The trace of a counterexample whose steps were these.
    pub fn of(counterexample: &Counterexample, path: &[JsonStep]) -> Self {
        let broken = counterexample.first_broken();
        let step = counterexample.steps();
        Self {
            setup: counterexample.setup.clone(),
            steps: path[..step].to_vec(),
            broken: Verdict {
                promise: broken.promise,
                step,
                because: broken.because.to_string(),
            },
        }
    }
}

/// The system that a trace was found in: how its bounds and steps are read.
pub fn system(text: &str) -> Result<String, TraceError> {
    let version: Version = serde_json::from_str(text)?;
    if version.plimsoll_trace != TRACE_VERSION {
        return Err(wrong(format!(
            "the trace is in version {} of its format, and this program reads version {TRACE_VERSION}",
            version.plimsoll_trace
        )));
    }
    Ok(serde_json::from_str::<Which>(text)?.system)
}

impl Trace {
    /// Reads a trace of one of these systems.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str, systems: &Systems) -> Result<Self, TraceError> {
        let name = system(text)?;
        let system = systems.named(&name);
        let system = system.ok_or_else(|| wrong(unknown("system", &name, systems.names())))?;
        let (scope, steps) = system.read(text)?;
        let common: Common = serde_json::from_str(text)?;
        scope.check_limits(common.claim).map_err(wrong)?;
        let mutant = match common.mutant {
            None => None,
            Some(name) => match system.mutant(&name) {
                Some(mutant) => Some(mutant.name),
                None => return Err(unknown_mutant(system, &name)),
            },
        };
        let setup = Setup {
            scope,
            mutant,
            claim: common.claim,
            watched: common.watched,
        };
        Ok(Self {
            setup,
            steps,
            broken: common.broken,
        })
    }

    /// As JSON, one step a line: an error in it names a line.
    pub fn to_json(&self) -> String {
        let mut text = format!("{{\n  \"plimsoll_trace\": {TRACE_VERSION},\n");
        let mut field = |name: &str, value: String| {
            text.push_str(&format!("  \"{name}\": {value},\n"));
        };
        field("system", json(&self.setup.system()));
        field("mutant", json(&self.setup.mutant));
        field("bounds", self.setup.scope.bounds());
        field("claim", json(&self.setup.claim));
        field("watched", json(&self.setup.watched));
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|step| format!("    {step}"))
            .collect();
        field("steps", format!("[\n{}\n  ]", steps.join(",\n")));
        text.push_str(&format!("  \"broken\": {}\n}}\n", json(&self.broken)));
        text
    }
}

fn unknown_mutant(system: &'static dyn Registered, name: &str) -> TraceError {
    let known: Vec<_> = system.mutants().iter().map(|mutant| mutant.name).collect();
    wrong(unknown("mutant", name, known))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data without maps cannot fail")
}
