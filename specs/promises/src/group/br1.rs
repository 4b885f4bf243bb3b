//! BR1: bounded replay at each resume.

use std::marker::PhantomData;

use crate::{
    Automaton, Because, Broken, Fault, Kind, Level, Memory, Moment, Observation, Offset, Promise,
    PromiseId, Setting,
};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "BR1",
    name: "Bounded replay at a resume",
    sentence: "A tenure resumes at most U + Z records before what its group had already processed.",
    source: "bounded replay (stated here first)",
    levels: &[Level::Group],
    kind: Kind::Automaton,
    fault: Fault::Client,
    clauses: &[],
};

/// Remembers the frontier: the offset after the last record that any tenure processed.
///
/// A member that was already fenced when it loaded is exempt: what it processes is zombie processing from birth (`Z`).
/// The durable fence cannot be seen by clients, so the form judged is `frontier − start ≤ U + Z`, in records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Br1<M: Memory> {
    frontier: Offset,
    size: PhantomData<M>,
}

impl<M: Memory> Br1<M> {
    /// The offset after the last record that any tenure processed.
    pub fn frontier(&self) -> Offset {
        self.frontier
    }

    /// Records between a start at `at` and the frontier.
    pub fn replay(&self, at: Offset, setting: &impl Setting) -> u64 {
        if at < self.frontier {
            setting.records(at, self.frontier)
        } else {
            0
        }
    }
}

impl<M: Memory> Automaton for Br1<M> {
    const ID: PromiseId = PromiseId::BR1;
    // The frontier only grows, so a load looks best at the earliest moment.
    const KINDEST: Moment = Moment::Earliest;

    fn judge(&self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken> {
        let (
            Observation::Resumed {
                at, current: true, ..
            },
            Some(claim),
        ) = (*seen, setting.claim())
        else {
            return Ok(());
        };
        let (replay, bound) = (self.replay(at, setting), claim.per_resume());
        if replay <= bound {
            return Ok(());
        }
        Err(Broken {
            promise: PromiseId::BR1,
            because: Because::TooFarBack {
                start: at,
                frontier: self.frontier,
                replay,
                bound,
            },
        })
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        match *seen {
            Observation::Processed { offset, .. } => self.frontier = self.frontier.max(offset + 1),
            // On purpose (A5): what follows is read as if for the first time.
            Observation::Moved { to, .. } => self.frontier = self.frontier.min(to),
            _ => {}
        }
    }
}
