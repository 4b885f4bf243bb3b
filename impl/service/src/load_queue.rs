//! Loads that are to be done, one after the other: they compete for the same disk.

use std::collections::VecDeque;
use std::time::Duration;

use crate::sync::{Condvar, Mutex, lock, wait};

/// How long the loader sleeps at most before it looks again.
const SLEEP: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(usize, i32)>,
    closed: bool,
}

/// Shards to load, each with the epoch in which it was elected.
#[derive(Default)]
pub(crate) struct LoadQueue {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl LoadQueue {
    pub(crate) fn push(&self, shard: usize, leader_epoch: i32) {
        lock(&self.queue).waiting.push_back((shard, leader_epoch));
        self.changed.notify_one();
    }

    /// No more loads: those that have not begun never will.
    pub(crate) fn close(&self) {
        lock(&self.queue).closed = true;
        self.changed.notify_all();
    }

    /// Waits for the next load; none if the queue is closed.
    pub(crate) fn next(&self) -> Option<(usize, i32)> {
        let mut queue = lock(&self.queue);
        loop {
            if queue.closed {
                return None;
            }
            if let Some(next) = queue.waiting.pop_front() {
                return Some(next);
            }
            queue = wait(&self.changed, queue, SLEEP);
        }
    }
}
