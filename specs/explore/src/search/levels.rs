//! Breadth-first search by levels: whatever breaks first is told by a shortest path.

use std::{
    hash::{BuildHasher, Hash},
    time::{Duration, Instant},
};

use foldhash::{HashSet, HashSetExt, quality::FixedState};
use plimsoll_promises::{Broken, PromiseId};

use crate::system::{Outcome, Replay, System};

/// When a search gives up. What it has not seen by then is unknown.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Distinct states, at most.
    pub states: usize,
    /// Wall-clock time, at most.
    pub time: Duration,
    /// Stop when no shorter path to a broken promise can come any more: enough for a shortest counterexample.
    pub first_breach: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            states: 50_000_000,
            time: Duration::from_secs(3600),
            first_breach: false,
        }
    }
}

/// The first time that a promise was broken.
#[derive(Debug, Clone)]
pub struct Breach<A> {
    /// Why.
    pub broken: Broken,
    /// A shortest way there, in the explorer's canonical frame.
    pub path: Vec<A>,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Findings<A> {
    /// Distinct states.
    pub states: usize,
    /// Steps taken, those to known states included.
    pub transitions: u64,
    /// Steps to the farthest state.
    pub depth: usize,
    /// True if every reachable state was seen; otherwise promises that are not broken are *unknown*.
    pub complete: bool,
    /// The first breach of each promise, by promise.
    pub breaches: Vec<Breach<A>>,
    /// How many steps reached each coverage goal.
    pub covered: Vec<u64>,
    /// How many steps reached each bound.
    pub bounds: Vec<u64>,
    /// How many outcomes a cap left out.
    pub left_out: u64,
    /// The worst replay met, by number of records.
    pub worst: Replay,
    /// A shortest way to a state whose replay equals `E·per_resume`, with `E` as great as was met.
    pub tight: Option<(Replay, Vec<A>)>,
    /// Wall-clock time.
    pub time: Duration,
}

impl<A> Findings<A> {
    /// The breach of one promise.
    pub fn breach(&self, promise: PromiseId) -> Option<&Breach<A>> {
        self.breaches
            .iter()
            .find(|breach| breach.broken.promise == promise)
    }

    /// The same, with other paths.
    pub fn with_paths<B>(self, path: impl Fn(&[A]) -> Vec<B>) -> Findings<B> {
        let breach = |breach: Breach<A>| Breach {
            path: path(&breach.path),
            broken: breach.broken,
        };
        Findings {
            breaches: self.breaches.into_iter().map(breach).collect(),
            tight: self.tight.map(|(replay, way)| (replay, path(&way))),
            states: self.states,
            transitions: self.transitions,
            depth: self.depth,
            complete: self.complete,
            covered: self.covered,
            bounds: self.bounds,
            left_out: self.left_out,
            worst: self.worst,
            time: self.time,
        }
    }

    /// The breach with the shortest path.
    pub fn shortest(&self) -> Option<&Breach<A>> {
        self.breaches.iter().min_by_key(|breach| breach.path.len())
    }
}

/// Where a state was first reached from.
#[derive(Clone, Copy)]
struct Origin<A> {
    parent: u32,
    action: A,
}

/// What a search has seen so far, and found in it.
pub(super) struct Search<'a, S: System> {
    system: &'a S,
    seen: HashSet<u64>,
    hasher: FixedState,
    /// `origins[i]` belongs to the state numbered `i + 1`; the start is 0.
    origins: Vec<Origin<S::Action>>,
    per_resume: u64,
    pub(super) findings: Findings<S::Action>,
}

/// Explores everything within the limits. `per_resume` is `U + Z`; `progress` is told distinct states and depth now and
/// then.
pub fn explore<S: System>(
    system: &S,
    per_resume: u64,
    limits: Limits,
    mut progress: impl FnMut(usize, usize),
) -> Findings<S::Action> {
    let began = Instant::now();
    let mut search = Search::new(system, per_resume);
    let mut level = vec![search.start()];
    'levels: while !level.is_empty() {
        progress(search.states(), search.findings.depth);
        let mut next = Vec::new();
        for (count, (state, number)) in level.iter().enumerate() {
            if search.states() >= limits.states
                || (count % 1024 == 0 && began.elapsed() > limits.time)
            {
                search.findings.complete = false;
                break 'levels;
            }
            if count % 16_384 == 16_383 {
                progress(search.states(), search.findings.depth);
            }
            search.expand(state, *number, &mut next);
        }
        if limits.first_breach && search.is_shortest() {
            search.findings.complete = false;
            break;
        }
        search.findings.depth += usize::from(!next.is_empty());
        level = next;
    }
    search.finish(began)
}

impl<'a, S: System> Search<'a, S> {
    pub(super) fn new(system: &'a S, per_resume: u64) -> Self {
        let findings = Findings {
            states: 0,
            transitions: 0,
            depth: 0,
            complete: true,
            breaches: Vec::new(),
            covered: vec![0; system.coverage_goals().len()],
            bounds: vec![0; system.bound_names().len()],
            left_out: 0,
            worst: Replay::default(),
            tight: None,
            time: Duration::ZERO,
        };
        Self {
            system,
            seen: HashSet::new(),
            hasher: FixedState::default(),
            origins: Vec::new(),
            per_resume,
            findings,
        }
    }

    /// The start, admitted.
    pub(super) fn start(&mut self) -> (S::State, u32) {
        let start = self.system.start();
        let fingerprint = self.fingerprint(&start);
        self.seen.insert(fingerprint);
        (start, 0)
    }

    /// Distinct states so far.
    pub(super) fn states(&self) -> usize {
        self.seen.len()
    }

    /// What tells a state from others; by design of its length, two of millions are not alike.
    pub(super) fn fingerprint(&self, state: &impl Hash) -> u64 {
        self.hasher.hash_one(state)
    }

    /// Whether a state was seen.
    pub(super) fn has_seen(&self, fingerprint: u64) -> bool {
        self.seen.contains(&fingerprint)
    }

    /// Whether every way to a broken promise that is still to come is at least as long as one that is known.
    pub(super) fn is_shortest(&self) -> bool {
        let known = self.findings.shortest().map(|breach| breach.path.len());
        known.is_some_and(|length| length <= self.findings.depth + 2)
    }

    pub(super) fn finish(mut self, began: Instant) -> Findings<S::Action> {
        self.findings.states = self.seen.len();
        self.findings.time = began.elapsed();
        self.findings
    }

    /// Takes every step of a state; what is new goes to `next`, and what is to be passed is expanded at once.
    fn expand(&mut self, state: &S::State, number: u32, next: &mut Vec<(S::State, u32)>) {
        let system = self.system;
        let mut passed = Vec::new();
        system.expand(state, &mut |action, outcome| {
            let fingerprint = self.fingerprint(&outcome.state);
            let Some(reached) = self.take(number, action, outcome, fingerprint) else {
                return;
            };
            match system.passes(&reached.0) {
                true => passed.push(reached),
                false => next.push(reached),
            }
        });
        for (state, number) in passed {
            self.expand(&state, number, next);
        }
    }

    /// Takes note of one step; the state reached, with its number, if it is new.
    pub(super) fn take(
        &mut self,
        number: u32,
        action: S::Action,
        outcome: Outcome<S::State>,
        fingerprint: u64,
    ) -> Option<(S::State, u32)> {
        let Outcome {
            state,
            broken,
            covered,
            bounds,
            left_out,
        } = outcome;
        self.findings.transitions += 1;
        self.findings.left_out += left_out;
        count(&mut self.findings.covered, covered);
        count(&mut self.findings.bounds, u64::from(bounds));
        let new = self.seen.insert(fingerprint);
        for broken in broken {
            if self.findings.breach(broken.promise).is_none() {
                let path = self.path(number, action);
                self.findings.breaches.push(Breach { broken, path });
            }
        }
        if !new {
            return None;
        }
        self.weigh_replay(&state, number, action);
        self.origins.push(Origin {
            parent: number,
            action,
        });
        let number =
            u32::try_from(self.origins.len()).expect("the limit on states is below u32::MAX");
        Some((state, number))
    }

    fn weigh_replay(&mut self, state: &S::State, parent: u32, action: S::Action) {
        let replay = self.system.replay(state);
        if replay.replayed > self.findings.worst.replayed {
            self.findings.worst = replay;
        }
        let met = replay.tenures > 0 && replay.replayed == replay.tenures * self.per_resume;
        if met
            && self
                .findings
                .tight
                .as_ref()
                .is_none_or(|(known, _)| known.tenures < replay.tenures)
        {
            self.findings.tight = Some((replay, self.path(parent, action)));
        }
    }

    fn path(&self, mut number: u32, last: S::Action) -> Vec<S::Action> {
        let mut path = vec![last];
        while number > 0 {
            let origin = self.origins[number as usize - 1];
            path.push(origin.action);
            number = origin.parent;
        }
        path.reverse();
        path
    }
}

fn count(counters: &mut [u64], bits: u64) {
    for (index, counter) in counters.iter_mut().enumerate() {
        *counter += bits >> index & 1;
    }
}
