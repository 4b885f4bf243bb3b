//! A counterexample as a file: what was explored, the steps, what broke. A public interface with a version.

use std::fmt;

use plimsoll_explore::{disk::DiskBounds, groups::GroupsBounds, scope::Scope};
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

/// What says how the rest is read.
#[derive(Deserialize)]
struct Which {
    system: String,
}

/// The file. A flattened [`Setup`] would be shorter, but then errors would not know their line.
#[derive(Deserialize)]
struct File<A, B> {
    mutant: Option<String>,
    bounds: B,
    claim: Option<Claim>,
    watched: Vec<PromiseId>,
    steps: Vec<A>,
    broken: Verdict,
}

impl<A, B> File<A, B> {
    fn within(self, scope: impl Fn(B) -> Scope) -> Trace<A> {
        Trace {
            setup: Setup {
                scope: scope(self.bounds),
                mutant: self.mutant,
                claim: self.claim,
                watched: self.watched,
            },
            steps: self.steps,
            broken: self.broken,
        }
    }
}

fn read<A: DeserializeOwned>(text: &str) -> Result<Trace<A>, TraceError> {
    match &*system(text)? {
        "design" => Ok(serde_json::from_str::<File<A, _>>(text)?.within(Scope::Design)),
        "code" => Ok(serde_json::from_str::<File<A, _>>(text)?.within(Scope::Code)),
        "disk" => Ok(serde_json::from_str::<File<A, _>>(text)?.within(Scope::Disk)),
        "groups" => Ok(serde_json::from_str::<File<A, _>>(text)?.within(Scope::Groups)),
        other => Err(wrong(format!(
            "no system is called '{other}'; there are {}",
            Scope::SYSTEMS.join(", ")
        ))),
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
const BOUND_MAX: u16 = 4;

/// Steps of a workload on a disk or of a coordinator.
const STEPS_MAX: u16 = 12;

/// Disks of one power cut that are looked at.
const SURVIVORS_MAX: u16 = 4096;

/// Bytes of a sector, at least.
const SECTOR_BYTES_MIN: u16 = 16;

/// Nor for more crashes and expiries together.
const FAULTS_MAX: u8 = IDS_PER_PLACE - 1;

fn within_limits(setup: &Setup) -> Result<(), TraceError> {
    match &setup.scope {
        Scope::Design(bounds) | Scope::Code(bounds) => group_within_limits(bounds, setup.claim),
        Scope::Disk(bounds) => disk_within_limits(bounds),
        Scope::Groups(bounds) => groups_within_limits(bounds),
    }
}

fn group_within_limits(b: &Bounds, claim: Option<Claim>) -> Result<(), TraceError> {
    at_most(&[
        ("consumer_crashes", b.consumer_crashes.into(), BOUND_MAX),
        ("failovers", b.failovers.into(), BOUND_MAX),
        ("generations", b.generations.into(), BOUND_MAX),
        ("expiries", b.expiries.into(), BOUND_MAX),
        ("lost_answers", b.lost_answers.into(), BOUND_MAX),
        ("write_errors", b.write_errors.into(), BOUND_MAX),
        ("records", b.records.into(), BOUND_MAX),
        ("window", b.window.into(), BOUND_MAX),
        ("zombie", b.zombie.into(), BOUND_MAX),
    ])?;
    // Each of these may cost a member id, and a place has four.
    let faults = b.consumer_crashes + b.failovers + b.expiries;
    if faults > FAULTS_MAX {
        return Err(wrong(format!(
            "`bounds` asks for {faults} crashes and expiries, which is more than a trace may; give at most {FAULTS_MAX}"
        )));
    }
    if claim.is_none_or(|claim| claim.u.max(claim.z) > 1_000) {
        return Err(wrong(
            "`claim` is missing or out of range; give U and Z of at most 1000".to_owned(),
        ));
    }
    Ok(())
}

fn disk_within_limits(b: &DiskBounds) -> Result<(), TraceError> {
    if b.sector_bytes < SECTOR_BYTES_MIN {
        return Err(wrong(format!(
            "`bounds.sector_bytes` is {}: smaller sectors leave too many disks; give at least {SECTOR_BYTES_MIN}",
            b.sector_bytes
        )));
    }
    at_most(&[
        ("steps", b.steps.into(), STEPS_MAX),
        ("survivors", b.survivors, SURVIVORS_MAX),
        ("recovery_cuts", b.recovery_cuts.into(), BOUND_MAX),
        ("failures", b.failures.into(), BOUND_MAX),
    ])
}

fn groups_within_limits(b: &GroupsBounds) -> Result<(), TraceError> {
    at_most(&[
        ("steps", b.steps.into(), STEPS_MAX),
        ("lives", b.lives.into(), STEPS_MAX),
        ("ticks", b.ticks.into(), STEPS_MAX),
        ("clocks_back", b.clocks_back.into(), STEPS_MAX),
        ("full_disks", b.full_disks.into(), STEPS_MAX),
        ("compactions", b.compactions.into(), STEPS_MAX),
        ("failovers", b.failovers.into(), STEPS_MAX),
        ("failed_reads", b.failed_reads.into(), STEPS_MAX),
    ])
}

/// No bound of a trace is greater than this allows.
fn at_most(bounds: &[(&str, u16, u16)]) -> Result<(), TraceError> {
    match bounds.iter().find(|(_, bound, most)| bound > most) {
        None => Ok(()),
        Some((name, bound, most)) => Err(wrong(format!(
            "`bounds.{name}` is {bound}, which is more than a trace may ask for; give at most {most}"
        ))),
    }
}

impl<A: Clone> Trace<A> {
    /// The trace of a counterexample whose steps were these.
    pub fn of(counterexample: &Counterexample, path: &[A]) -> Self {
        let broken = counterexample.first_broken();
        let step = counterexample.description.steps();
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

/// What a trace was made of, whatever its steps look like.
pub fn read_setup(text: &str) -> Result<Setup, TraceError> {
    let setup = read::<IgnoredAny>(text)?.setup;
    within_limits(&setup)?;
    Ok(setup)
}

impl<A: Serialize + DeserializeOwned> Trace<A> {
    /// Reads a trace.
    pub fn read(text: &str) -> Result<Self, TraceError> {
        read_setup(text)?;
        read(text)
    }

    /// As JSON, one step a line: an error in it names a line.
    pub fn to_json(&self) -> String {
        let mut text = format!("{{\n  \"plimsoll_trace\": {TRACE_VERSION},\n");
        let mut field = |name: &str, value: String| {
            text.push_str(&format!("  \"{name}\": {value},\n"));
        };
        field("system", json(&self.setup.system()));
        field("mutant", json(&self.setup.mutant));
        let bounds = match &self.setup.scope {
            Scope::Design(bounds) | Scope::Code(bounds) => json(bounds),
            Scope::Disk(bounds) => json(bounds),
            Scope::Groups(bounds) => json(bounds),
        };
        field("bounds", bounds);
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
