//! The interface of the promises about what clients see.

use crate::{Broken, Observation, PromiseId, Setting};

/// An automaton over what clients of one group see on one partition.
pub trait Automaton {
    /// Its entry in the catalogue.
    const ID: PromiseId;

    /// Where in the time between an operation's invoke and its completion the system looks best. What this promise
    /// remembers only ever makes it stricter (`Earliest`) or more lenient (`Latest`), so a check at that end alone
    /// decides whether it is broken in every world.
    const KINDEST: Moment;

    /// Would `seen` break the promise if it happened now?
    fn judge(&self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken>;

    /// `seen` happened. To be called after [`Automaton::judge`], also when that found the promise broken.
    fn learn(&mut self, seen: &Observation, setting: &impl Setting);

    /// Judges and learns at once, for whoever knows the moment exactly.
    fn step(&mut self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken> {
        let verdict = self.judge(seen, setting);
        self.learn(seen, setting);
        verdict
    }
}

/// One end of an operation's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When the operation was invoked.
    Earliest,
    /// When its effect became certain.
    Latest,
}
