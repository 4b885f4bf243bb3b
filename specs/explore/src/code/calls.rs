//! Requests that the broker has not answered yet.

use arrayvec::ArrayVec;
use plimsoll_coordinator::CallId;
use plimsoll_model::Place;

/// Who asked for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Asked {
    /// A producer.
    Produce,
    /// A member joins.
    Join(Place),
    /// A member asks for its assignment.
    Sync(Place),
    /// A member commits.
    Commit(Place),
    /// Anything answered at once: heartbeats, fetches.
    Other,
    /// Nobody waits for the answer any more.
    Nobody,
}

/// The unanswered calls, in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Calls(ArrayVec<(u8, Asked), 16>);

impl Calls {
    /// A new call. Numbers are used again once answered, so that states stay few.
    pub(crate) fn open(&mut self, asked: Asked) -> CallId {
        let number = (0..)
            .find(|n| self.0.iter().all(|(used, _)| used != n))
            .expect("fewer than 256 calls are open");
        self.0.push((number, asked));
        self.0.sort_unstable();
        CallId(number.into())
    }

    /// The call was answered: who asked.
    pub(crate) fn close(&mut self, call: CallId) -> Option<Asked> {
        let at = self
            .0
            .iter()
            .position(|(number, _)| u64::from(*number) == call.0)?;
        Some(self.0.remove(at).1)
    }

    /// Nobody waits any more for what these asked.
    pub(crate) fn abandon(&mut self, abandoned: impl Fn(Asked) -> bool) {
        self.0
            .iter_mut()
            .filter(|(_, asked)| abandoned(*asked))
            .for_each(|(_, asked)| *asked = Asked::Nobody);
    }

    /// The broker is gone, and every connection with it.
    pub(crate) fn drop_all(&mut self) {
        self.0.clear();
    }
}
