//! Broken promises of one lane or one log, each kept once: how it broke first, and how often.

use plimsoll_promises::{Because, Broken, PromiseId};

use crate::story::{Fact, Place};

/// How a promise broke.
#[derive(Debug, Clone)]
pub struct Break {
    /// Which.
    pub promise: PromiseId,
    /// What was seen; of a count that grows, the last.
    pub because: Because,
    /// Where it became certain first.
    pub place: Place,
    /// How often.
    pub times: u64,
    /// The lines around the first time.
    pub window: Vec<Fact>,
    /// What explains it.
    pub notes: Vec<String>,
}

/// Broken promises, each kept once.
#[derive(Debug, Default)]
pub struct Breaks {
    list: Vec<Break>,
}

impl Breaks {
    /// Adds a breach; its window is told only the first time.
    pub fn add(
        &mut self,
        broken: Broken,
        place: Place,
        tell: impl FnOnce() -> (Vec<Fact>, Vec<String>),
    ) {
        if let Some(known) = self.list.iter_mut().find(|b| b.promise == broken.promise) {
            known.times += 1;
            if matches!(broken.because, Because::TooMuchReplay { .. }) {
                known.because = broken.because;
                known.times = 1;
            }
            return;
        }
        let (mut window, notes) = tell();
        window.sort();
        window.dedup();
        self.list.push(Break {
            promise: broken.promise,
            because: broken.because,
            place,
            times: 1,
            window,
            notes,
        });
    }

    /// How a promise broke, if it did.
    pub fn of(&self, promise: PromiseId) -> Option<&Break> {
        self.list.iter().find(|b| b.promise == promise)
    }

    /// Adds what explains a breach.
    pub fn note(&mut self, promise: PromiseId, note: String) {
        let broken = self.list.iter_mut().find(|b| b.promise == promise);
        broken.into_iter().for_each(|b| b.notes.push(note.clone()));
    }

    /// All of them.
    pub fn take(&mut self) -> Vec<Break> {
        std::mem::take(&mut self.list)
    }

    /// Takes one back.
    pub fn retract(&mut self, promise: PromiseId) {
        self.list.retain(|b| b.promise != promise);
    }
}
