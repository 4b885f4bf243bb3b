//! Telling a thread to end, while it waits for time to pass.

use std::time::Duration;

use crate::sync::{Condvar, Mutex, lock, wait};

#[derive(Default)]
pub(crate) struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    pub(crate) fn stop(&self) {
        *lock(&self.stopped) = true;
        self.changed.notify_all();
    }

    /// Waits for about so long; says whether it is time to end.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        let stopped = lock(&self.stopped);
        *stopped || *wait(&self.changed, stopped, limit)
    }
}
