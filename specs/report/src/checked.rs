//! What an exploration found, as data: the table, and a line of JSON whose schema is a public interface.

use std::time::Duration;

use plimsoll_explore::{
    explorable::{Explorable, Facts},
    ledger::Watched,
    search::levels::Findings,
    system::Replay,
};
use plimsoll_promises::{Claim, PromiseId};
use serde::{Serialize, Serializer};

/// The version of the schema of `plimsoll check --json`.
pub const CHECK_VERSION: u64 = 1;

/// How a promise stands after an exploration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Everything within the bounds was seen, and it held.
    Kept,
    /// It was not broken in what was seen, but not everything was.
    Unknown,
    /// It was broken.
    Broken,
}

impl Standing {
    /// As it is written.
    pub fn description(self) -> &'static str {
        match self {
            Standing::Kept => "kept",
            Standing::Unknown => "unknown",
            Standing::Broken => "BROKEN",
        }
    }
}

/// What the second search says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum SecondOpinion {
    /// It was not heard: the run was cut short.
    NotHeard,
    /// It was not asked: the run is too large for it. Within smaller bounds it agrees.
    NotAsked,
    /// It counted the same states and found the same of the promises.
    Agrees,
    /// It counted others, or found otherwise: neither search can be trusted.
    Differs {
        /// The states it counted.
        states: u64,
        /// Whether it found a broken promise.
        broken: bool,
    },
}

/// A coverage goal: what a complete run has to come across, lest its verdict be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// What happens in it.
    #[serde(rename = "situation")]
    pub goal: &'static str,
    /// How many steps met it.
    pub times: u64,
    /// Whether these bounds allow it.
    pub expected: bool,
}

/// A bound that may keep something from happening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// What would have happened.
    pub bound: &'static str,
    /// How many steps it stopped.
    pub times: u64,
}

/// The replay bound `E·(U + Z)`, and how close the run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReplayBound {
    /// The uncommitted window.
    pub u: u64,
    /// Zombie processing.
    pub z: u64,
    /// The most records processed again on any path.
    pub worst: u64,
    /// By so many tenures.
    pub worst_e: u64,
    /// `E` of a path whose replay is exactly `E·(U + Z)`: the bound cannot be improved.
    pub tight_e: Option<u64>,
}

/// One run of `plimsoll check`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The schema's version, [`CHECK_VERSION`].
    pub plimsoll_check: u64,
    /// The system.
    pub system: &'static str,
    /// The run: this system within these bounds.
    pub run: &'static str,
    /// What is special about its bounds.
    pub description: &'static str,
    /// The question that it answers.
    pub question: &'static str,
    /// The code that is really run.
    pub driven: &'static str,
    /// What stands in for the rest.
    pub modelled: &'static str,
    /// What it says nothing about.
    pub not_verified: &'static str,
    /// Its bounds.
    #[serde(serialize_with = "as_map")]
    pub bounds: Vec<(&'static str, u64)>,
    /// What else it counts.
    #[serde(serialize_with = "as_map")]
    pub counts: Vec<(&'static str, u64)>,
    /// Outcomes that a bound left out: what they lead to is unknown.
    pub left_out: u64,
    /// Distinct states.
    pub states: u64,
    /// Steps taken, those to known states included.
    pub transitions: u64,
    /// Steps to the farthest state.
    pub depth: u64,
    /// Wall-clock time.
    pub seconds: f64,
    /// Whether every reachable state was seen.
    pub complete: bool,
    /// How each promise stands; what is not here did not watch.
    #[serde(serialize_with = "as_map")]
    pub promises: Vec<(PromiseId, Standing)>,
    /// What it has to come across.
    #[serde(rename = "situations")]
    pub coverage: Vec<Coverage>,
    /// The bounds that may keep something from happening.
    pub reached: Vec<Reached>,
    /// The replay bound; none for a system without consumers.
    pub replay: Option<ReplayBound>,
    /// The second search.
    pub second_opinion: SecondOpinion,
    /// All of it in one word.
    pub verdict: Standing,
}

impl Checked {
    /// What a search of a system found, under the name of its run.
    pub fn of<A>(
        (run, description): (&'static str, &'static str),
        system: &dyn Explorable,
        (claim, watched): (Option<Claim>, Watched),
        findings: &Findings<A>,
        second_opinion: SecondOpinion,
    ) -> Self {
        let facts = system.facts();
        let head = facts.head;
        let mut checked = Self {
            plimsoll_check: CHECK_VERSION,
            system: head.name,
            run,
            description,
            question: head.question,
            driven: head.driven,
            modelled: head.modelled,
            not_verified: head.not_verified,
            bounds: facts.bounds.clone(),
            counts: system.counts(),
            left_out: findings.left_out,
            states: findings.states as u64,
            transitions: findings.transitions,
            depth: findings.depth as u64,
            seconds: seconds(findings.time),
            complete: findings.complete,
            promises: promises(findings, watched),
            coverage: coverage(&facts, findings),
            reached: reached(&facts, findings),
            replay: claim
                .map(|claim| replay(claim, findings.worst, findings.tight.as_ref().map(|t| t.0))),
            second_opinion,
            verdict: Standing::Kept,
        };
        checked.verdict = checked.judge();
        checked
    }

    fn judge(&self) -> Standing {
        let promises = self.promises.iter().map(|(_, standing)| *standing);
        let worst = promises.max().unwrap_or(Standing::Kept);
        let differs = matches!(self.second_opinion, SecondOpinion::Differs { .. });
        let empty = self.never_covered().next().is_some();
        match (worst, differs || empty) {
            (Standing::Broken, _) | (_, true) => Standing::Broken,
            _ if !self.complete || self.left_out > 0 => Standing::Unknown,
            _ => worst,
        }
    }

    /// Situations that a complete run should have met and did not: its verdict is empty.
    pub fn never_covered(&self) -> impl Iterator<Item = &Coverage> {
        let coverage = self.coverage.iter().filter(|_| self.complete);
        coverage.filter(|goal| goal.expected && goal.times == 0)
    }
}

/// Pairs that are names with what belongs to them: an object in JSON.
fn as_map<K: Serialize, V: Serialize, S: Serializer>(
    pairs: &[(K, V)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e3).round() / 1e3
}

/// States in which a promise is broken end their paths: what else would break beyond them is not seen.
fn promises<A>(findings: &Findings<A>, watched: Watched) -> Vec<(PromiseId, Standing)> {
    let all_seen = findings.complete && findings.left_out == 0 && findings.breaches.is_empty();
    let watched = PromiseId::ALL
        .into_iter()
        .filter(|promise| watched.contains(*promise));
    let standing = |promise| match findings.breach(promise) {
        Some(_) => Standing::Broken,
        None if all_seen => Standing::Kept,
        None => Standing::Unknown,
    };
    watched
        .map(|promise| (promise, standing(promise)))
        .collect()
}

fn coverage<A>(facts: &Facts, findings: &Findings<A>) -> Vec<Coverage> {
    let expected = facts.expected;
    let goals = facts.coverage_goals.iter().zip(&findings.covered);
    let coverage = goals.enumerate().map(|(index, (goal, times))| Coverage {
        goal: goal.description,
        times: *times,
        expected: expected >> index & 1 == 1,
    });
    coverage.collect()
}

fn reached<A>(facts: &Facts, findings: &Findings<A>) -> Vec<Reached> {
    let bounds = facts.bound_names.iter().copied().zip(&findings.bounds);
    let reached = bounds.map(|(bound, times)| Reached {
        bound,
        times: *times,
    });
    reached.collect()
}

fn replay(claim: Claim, worst: Replay, tight: Option<Replay>) -> ReplayBound {
    ReplayBound {
        u: claim.u,
        z: claim.z,
        worst: worst.replayed,
        worst_e: worst.tenures,
        tight_e: tight.map(|replay| replay.tenures),
    }
}
