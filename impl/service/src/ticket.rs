//! Waiting for an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, lock, wait};

/// Takes an answer, exactly once. It is called under the shard's lock, so that answers come in the order of the log: it
/// must be quick and must not call the shard.
pub type Reply<R> = Box<dyn FnOnce(R) + Send>;

struct Slot<R> {
    answer: Mutex<Waiting<R>>,
    come: Condvar,
}

struct Waiting<R> {
    answer: Option<R>,
    somebody: bool,
}

/// An answer that is yet to come.
#[must_use = "the answer is in here"]
pub struct Ticket<R> {
    slot: Arc<Slot<R>>,
}

impl<R: Send + 'static> Ticket<R> {
    /// A ticket, and what fills it.
    pub fn new() -> (Ticket<R>, Reply<R>) {
        let slot = Arc::new(Slot {
            answer: Mutex::new(Waiting {
                answer: None,
                somebody: false,
            }),
            come: Condvar::new(),
        });
        let fill = Arc::clone(&slot);
        let reply = move |answer| {
            let mut waiting = lock(&fill.answer);
            waiting.answer = Some(answer);
            if waiting.somebody {
                fill.come.notify_one();
            }
        };
        (Ticket { slot }, Box::new(reply))
    }

    /// Waits for the answer, no longer than `limit`; none if none came.
    pub fn wait(self, limit: Duration) -> Option<R> {
        let until = Instant::now() + limit;
        let mut waiting = lock(&self.slot.answer);
        loop {
            if waiting.answer.is_some() {
                return waiting.answer.take();
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            waiting.somebody = true;
            waiting = wait(&self.slot.come, waiting, left);
        }
    }
}
