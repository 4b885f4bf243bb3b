//! Runs a body under the explorer that this package was compiled for.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use crate::story;

/// What an exploration found.
#[derive(Default)]
pub struct Explored {
    /// How many executions were run. Without a failure that is every one there is, under loom.
    pub executions: u64,
    /// How long it took.
    pub took: Duration,
    /// What the first failing execution said.
    pub failure: Option<String>,
    /// What happened in the last execution: in the failing one, if one failed.
    pub story: Vec<String>,
}

/// Explores `body` until it fails or has been explored.
pub fn explore(body: impl Fn() + Send + Sync + 'static) -> Explored {
    let executions = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&executions);
    let begun = Instant::now();
    let run = move || {
        count.fetch_add(1, Relaxed);
        story::begin();
        body();
    };
    let failure = quietly(|| catch_unwind(AssertUnwindSafe(|| check(run))).err());
    Explored {
        executions: executions.load(Relaxed),
        took: begun.elapsed(),
        story: story::so_far(),
        failure: failure.map(|panic| {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied());
            text.unwrap_or("a panic without words").to_owned()
        }),
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Panics of this thread are not printed meanwhile: the explorers' threads are coroutines on it, and what they say is a
/// finding, to be judged by whoever explores.
fn quietly<T>(f: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = f();
    QUIET.set(false);
    result
}

#[cfg(loom)]
fn check(body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    // Whatever the environment says: exhaustive, or a failure.
    builder.preemption_bound = None;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.max_branches = 10_000;
    builder.check(body);
}

#[cfg(shuttle)]
fn check(body: impl Fn() + Send + Sync + 'static) {
    shuttle::check_random(body, iterations());
}

/// How many executions shuttle runs of each kernel: `SHUTTLE_ITERATIONS`, by default 2,000.
#[cfg(shuttle)]
fn iterations() -> usize {
    std::env::var("SHUTTLE_ITERATIONS")
        .ok()
        .and_then(|given| given.parse().ok())
        .unwrap_or(2_000)
}
