//! The explorer's threads and locks.

#[cfg(loom)]
pub use loom::{
    sync::{Mutex, MutexGuard},
    thread::{JoinHandle, spawn},
};
#[cfg(shuttle)]
pub use shuttle::{
    sync::{Mutex, MutexGuard},
    thread::{JoinHandle, spawn},
};

/// How many threads play each part that more than one can play: what loom can finish, or more.
pub const CROWD: usize = if cfg!(shuttle) { 4 } else { 1 };

/// Runs `part` in as many threads as there are in a crowd.
pub fn crowd(part: impl Fn(usize) + Clone + Send + 'static) -> Vec<JoinHandle<()>> {
    (0..CROWD)
        .map(|who| {
            let part = part.clone();
            spawn(move || part(who))
        })
        .collect()
}

/// Waits for all of them.
pub fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    for thread in threads {
        thread.join().expect("a thread failed");
    }
}
