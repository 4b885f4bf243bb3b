//! Waiting for an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::refusal::Refusal;
use crate::sync::{Condvar, Mutex, lock, wait};

/// Takes an answer, exactly once. It is called under the shard's lock, so that answers come in the order of the log: it
/// must be quick and must not call the shard.
pub type Reply<R> = Box<dyn FnOnce(Result<R, Refusal>) + Send>;

struct Slot<R> {
    answer: Mutex<Waiting<R>>,
    come: Condvar,
}

struct Waiting<R> {
    answer: Option<Result<R, Refusal>>,
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

    /// Waits for the answer, no longer than `limit`.
    ///
    /// # Errors
    /// The refusal that came instead; [`Refusal::TimedOut`] if nothing came.
    pub fn wait(self, limit: Duration) -> Result<R, Refusal> {
        let until = Instant::now() + limit;
        let mut waiting = lock(&self.slot.answer);
        loop {
            if let Some(answer) = waiting.answer.take() {
                return answer;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Refusal::TimedOut);
            }
            waiting.somebody = true;
            waiting = wait(&self.slot.come, waiting, left);
        }
    }
}
