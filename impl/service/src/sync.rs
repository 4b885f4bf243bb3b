//! Every lock and condition variable of the service: the standard library's, or an explorer's under `cfg(loom)` and
//! `cfg(shuttle)`, so that what is explored is this code and not a likeness of it.
//!
//! Neither explorer lets time pass: there a wait with a limit waits without one, and a hang is found as a deadlock.

use std::time::Duration;

#[cfg(loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(shuttle)]
pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

/// Takes a lock whose holders cannot leave it half changed: the state of one that panicked is used as it is.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Takes a lock and says whether a holder panicked since the last time somebody was told so.
pub(crate) fn lock_telling<T>(mutex: &Mutex<T>) -> (MutexGuard<'_, T>, bool) {
    match mutex.lock() {
        Ok(guard) => (guard, false),
        Err(poisoned) => {
            #[cfg(not(loom))]
            mutex.clear_poison();
            (poisoned.into_inner(), true)
        }
    }
}

/// Waits to be notified, no longer than `limit`. Wakes up for nothing, too.
pub(crate) fn wait<'a, T>(
    condvar: &Condvar,
    guard: MutexGuard<'a, T>,
    limit: Duration,
) -> MutexGuard<'a, T> {
    #[cfg(any(loom, shuttle))]
    {
        let _ = limit;
        condvar
            .wait(guard)
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
    #[cfg(not(any(loom, shuttle)))]
    {
        condvar
            .wait_timeout(guard, limit)
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .0
    }
}
