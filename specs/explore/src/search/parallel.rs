//! The same search by several threads: each expands a part of a level, and what they found is taken in in the order of
//! the level. Counts and paths are the same for any number of threads.
//!
//! For systems whose steps are dear. What a thread expanded although another had expanded it first is thrown away.

use std::{
    collections::HashSet,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use super::levels::{Findings, Limits, Search};
use crate::system::{Outcome, System};

/// States of a level that a thread expands at a time.
const CHUNK: usize = 16;

/// What a thread expanded: a step, from a state of the level or from one that was reached before it in the same chunk.
struct Expanded<S: System> {
    from: From,
    action: S::Action,
    outcome: Outcome<S::State>,
    fingerprint: u64,
}

#[derive(Clone, Copy)]
enum From {
    /// A state of the level, by its number in the search.
    Level(u32),
    /// What an earlier step of the chunk reached.
    Expanded(usize),
}

/// Whose turn it is, and the next level as far as it is known.
type Turn<S> = (usize, Vec<(S, u32)>);

/// One level, as its threads share it.
struct Level<'a, 's, S: System> {
    system: &'s S,
    states: &'a [(S::State, u32)],
    search: &'a RwLock<Search<'s, S>>,
    limits: Limits,
    began: Instant,
    /// The next chunk to be expanded.
    chunk: AtomicUsize,
    /// The next chunk to be taken in.
    turn: Mutex<Turn<S::State>>,
    taken: Condvar,
}

/// The turn after which no other comes.
const ABANDONED: usize = usize::MAX;

/// A thread that panics leaves a chunk that nobody takes in: the others must not wait for it.
struct Abandon<'a, 'l, 's, S: System>(&'a Level<'l, 's, S>);

impl<S: System> Drop for Abandon<'_, '_, '_, S> {
    fn drop(&mut self) {
        if thread::panicking() {
            locked(&self.0.turn).0 = ABANDONED;
            self.0.taken.notify_all();
        }
    }
}

/// A thread that panicked ends the search anyway, when it is joined.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Explores everything within the limits, by so many threads. `per_resume` is `U + Z`; `progress` is told distinct states
/// and depth now and then.
pub fn explore<S: System>(
    system: &S,
    per_resume: u64,
    threads: usize,
    limits: Limits,
    mut progress: impl FnMut(usize, usize),
) -> Findings<S::Action> {
    let began = Instant::now();
    let search = RwLock::new(Search::new(system, per_resume));
    let read = || search.read().unwrap_or_else(PoisonError::into_inner);
    let write = || search.write().unwrap_or_else(PoisonError::into_inner);
    let mut states = vec![write().start()];
    while !states.is_empty() {
        progress(read().states(), read().findings.depth);
        let level = Level {
            system,
            states: &states,
            search: &search,
            limits,
            began,
            chunk: AtomicUsize::new(0),
            turn: Mutex::default(),
            taken: Condvar::new(),
        };
        thread::scope(|scope| {
            for _ in 1..threads.max(1) {
                scope.spawn(|| level.work(&mut |_, _| {}));
            }
            level.work(&mut progress);
        });
        let (_, next) = level
            .turn
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut search = write();
        if !search.findings.complete {
            break;
        }
        if limits.first_breach && search.is_shortest() {
            search.findings.complete = false;
            break;
        }
        search.findings.depth += usize::from(!next.is_empty());
        states = next;
    }
    search
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .finish(began)
}

impl<S: System> Level<'_, '_, S> {
    /// Expands chunks until none is left.
    fn work(&self, progress: &mut impl FnMut(usize, usize)) {
        let _abandon = Abandon(self);
        loop {
            let chunk = self.chunk.fetch_add(1, Ordering::Relaxed);
            let states = self.states.chunks(CHUNK).nth(chunk);
            let Some(states) = states else { return };
            let expanded = match self.cut_short() {
                true => None,
                false => Some(self.expand(states)),
            };
            let mut turn = locked(&self.turn);
            while turn.0 != chunk {
                if turn.0 == ABANDONED {
                    return;
                }
                turn = self
                    .taken
                    .wait(turn)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            let (states, depth) = self.take_in(expanded, &mut turn.1);
            turn.0 += 1;
            drop(turn);
            self.taken.notify_all();
            progress(states, depth);
        }
    }

    fn cut_short(&self) -> bool {
        let search = self.search.read().unwrap_or_else(PoisonError::into_inner);
        search.states() >= self.limits.states || self.began.elapsed() > self.limits.time
    }

    /// Takes every step of some states, and of what is to be passed on the way, without telling the search yet.
    fn expand(&self, states: &[(S::State, u32)]) -> Vec<Expanded<S>> {
        let mut expanded: Vec<Expanded<S>> = Vec::new();
        let mut own = HashSet::new();
        for (state, number) in states {
            let mut passed = self.expand_one(state, From::Level(*number), &mut expanded, &mut own);
            while let Some(index) = passed.pop() {
                let state = expanded[index].outcome.state.clone();
                passed.extend(self.expand_one(
                    &state,
                    From::Expanded(index),
                    &mut expanded,
                    &mut own,
                ));
            }
        }
        expanded
    }

    /// Takes every step of one state; those that lead to what is new and to be passed, the last first.
    fn expand_one(
        &self,
        state: &S::State,
        from: From,
        expanded: &mut Vec<Expanded<S>>,
        own: &mut HashSet<u64>,
    ) -> Vec<usize> {
        let mut passed = Vec::new();
        self.system.expand(state, &mut |action, outcome| {
            let search = self.search.read().unwrap_or_else(PoisonError::into_inner);
            let fingerprint = search.fingerprint(&outcome.state);
            let new = !search.has_seen(fingerprint) && own.insert(fingerprint);
            if new && self.system.passes(&outcome.state) {
                passed.push(expanded.len());
            }
            expanded.push(Expanded {
                from,
                action,
                outcome,
                fingerprint,
            });
        });
        passed.reverse();
        passed
    }

    /// Tells the search what was expanded, in order; states and depth by now. `None`: it was cut short.
    fn take_in(
        &self,
        expanded: Option<Vec<Expanded<S>>>,
        next: &mut Vec<(S::State, u32)>,
    ) -> (usize, usize) {
        let mut search = self.search.write().unwrap_or_else(PoisonError::into_inner);
        let Some(expanded) = expanded else {
            search.findings.complete = false;
            return (search.states(), search.findings.depth);
        };
        // The number that each step's outcome got, if it was new.
        let mut numbers: Vec<Option<u32>> = Vec::with_capacity(expanded.len());
        for one in expanded {
            let from = match one.from {
                From::Level(number) => Some(number),
                From::Expanded(index) => numbers[index],
            };
            // What was reached from something that another thread expanded first was taken in with that.
            let reached =
                from.and_then(|from| search.take(from, one.action, one.outcome, one.fingerprint));
            numbers.push(reached.as_ref().map(|(_, number)| *number));
            next.extend(reached.filter(|(state, _)| !self.system.passes(state)));
        }
        (search.states(), search.findings.depth)
    }
}
