//! A counterexample as a file: what was explored, the steps, what broke. A public interface with a version.

use std::fmt;

use plimsoll_model::{Bounds, IDS_PER_PLACE};
use plimsoll_promises::{Claim, PromiseId};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{Counterexample, Setup};

/// The version of the trace's schema.
pub const TRACE_VERSION: u64 = 1;

/// A counterexample that can be walked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace<A> {
    /// What was explored.
    pub setup: Setup,
    /// The steps, under the names that things had from the start.
    pub steps: Vec<A>,
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

/// The file. A flattened [`Setup`] would be shorter, but then errors would not know their line.
#[derive(Deserialize)]
struct File<A> {
    system: String,
    mutant: Option<String>,
    bounds: Bounds,
    claim: Claim,
    watched: Vec<PromiseId>,
    steps: Vec<A>,
    broken: Verdict,
}

impl<A> From<File<A>> for Trace<A> {
    fn from(file: File<A>) -> Self {
        Self {
            setup: Setup {
                system: file.system,
                mutant: file.mutant,
                bounds: file.bounds,
                claim: file.claim,
                watched: file.watched,
            },
            steps: file.steps,
            broken: file.broken,
        }
    }
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

/// More than this no trace may ask for: the model's states have room for a handful of everything.
const BOUND_MAX: u8 = 4;

/// Nor for more crashes and expiries together.
const FAULTS_MAX: u8 = IDS_PER_PLACE - 1;

fn within_limits(setup: &Setup) -> Result<(), TraceError> {
    let b = &setup.bounds;
    let bounds = [
        ("consumer_crashes", b.consumer_crashes),
        ("failovers", b.failovers),
        ("generations", b.generations),
        ("expiries", b.expiries),
        ("lost_answers", b.lost_answers),
        ("write_errors", b.write_errors),
        ("records", b.records),
        ("window", b.window),
        ("zombie", b.zombie),
    ];
    if let Some((name, bound)) = bounds.iter().find(|(_, bound)| *bound > BOUND_MAX) {
        return Err(wrong(format!(
            "`bounds.{name}` is {bound}, which is more than a trace may ask for; give at most {BOUND_MAX}"
        )));
    }
    // Each of these may cost a member id, and a place has four.
    let faults = b.consumer_crashes + b.failovers + b.expiries;
    if faults > FAULTS_MAX {
        return Err(wrong(format!(
            "`bounds` asks for {faults} crashes and expiries, which is more than a trace may; give at most {FAULTS_MAX}"
        )));
    }
    if setup.claim.u.max(setup.claim.z) > 1_000 {
        return Err(wrong(
            "`claim` is out of range; give U and Z of at most 1000".to_owned(),
        ));
    }
    Ok(())
}

impl<A: Clone> Trace<A> {
    /// The trace of a counterexample whose steps were these.
    pub fn of(counterexample: &Counterexample, path: &[A]) -> Self {
        let broken = counterexample.first_broken();
        let step = counterexample.told.len();
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

/// What a trace was made of, whatever its steps look like. Where a system was explored decides how they are read.
pub fn read_setup(text: &str) -> Result<Setup, TraceError> {
    let version: Version = serde_json::from_str(text)?;
    if version.plimsoll_trace != TRACE_VERSION {
        return Err(wrong(format!(
            "the trace is in version {} of its format, and this program reads version {TRACE_VERSION}",
            version.plimsoll_trace
        )));
    }
    let file: File<IgnoredAny> = serde_json::from_str(text)?;
    let setup = Trace::from(file).setup;
    within_limits(&setup)?;
    Ok(setup)
}

impl<A: Serialize + DeserializeOwned> Trace<A> {
    /// Reads a trace.
    pub fn read(text: &str) -> Result<Self, TraceError> {
        read_setup(text)?;
        let file: File<A> = serde_json::from_str(text)?;
        Ok(file.into())
    }

    /// As JSON, one step a line: an error in it names a line.
    pub fn to_json(&self) -> String {
        let mut text = format!("{{\n  \"plimsoll_trace\": {TRACE_VERSION},\n");
        let mut field = |name: &str, value: String| {
            text.push_str(&format!("  \"{name}\": {value},\n"));
        };
        field("system", json(&self.setup.system));
        field("mutant", json(&self.setup.mutant));
        field("bounds", json(&self.setup.bounds));
        field("claim", json(&self.setup.claim));
        field("watched", json(&self.setup.watched));
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|step| format!("    {}", json(step)))
            .collect();
        field("steps", format!("[\n{}\n  ]", steps.join(",\n")));
        text.push_str(&format!("  \"broken\": {}\n}}\n", json(&self.broken)));
        text
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data without maps cannot fail")
}
