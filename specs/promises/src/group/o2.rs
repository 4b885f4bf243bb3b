//! O2 NoSelfRegress: within a tenure, accepted commits do not go back.

use crate::{
    Automaton, Because, Broken, Fault, Kind, Level, Memory, Moment, Observation, Offset, Promise,
    PromiseId, Setting, Tenure, memory::List,
};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "O2",
    name: "A tenure's commits never go back",
    sentence: "Within one tenure accepted commits never go back, unless the client sought back.",
    source: "client rule: the broker does not enforce it",
    levels: &[Level::Group],
    kind: Kind::Automaton,
    fault: Fault::Client,
    clauses: &[],
};

/// Remembers the highest accepted commit of each tenure.
///
/// The broker does not enforce it, since resets must be possible: a breach is the client's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct O2<M: Memory> {
    accepted: M::List<(Tenure, Offset)>,
}

impl<M: Memory> O2<M> {
    /// The highest commit accepted from a tenure.
    pub fn highest(&self, tenure: Tenure) -> Option<Offset> {
        self.accepted
            .items()
            .iter()
            .find(|(t, _)| *t == tenure)
            .map(|(_, offset)| *offset)
    }
}

impl<M: Memory> Automaton for O2<M> {
    const ID: PromiseId = PromiseId::O2;
    // The highest accepted commit only rises, so a commit looks best when it was issued.
    const KINDEST: Moment = Moment::Earliest;

    fn judge(&self, seen: &Observation, _: &impl Setting) -> Result<(), Broken> {
        let Observation::Accepted(commit) = seen else {
            return Ok(());
        };
        let Some(tenure) = commit.tenure else {
            return Ok(());
        };
        match self.highest(tenure) {
            Some(from) if commit.offset < from => Err(Broken {
                promise: PromiseId::O2,
                because: Because::WentBack {
                    tenure,
                    from,
                    to: commit.offset,
                },
            }),
            _ => Ok(()),
        }
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        match *seen {
            Observation::Accepted(commit) => {
                let Some(tenure) = commit.tenure else { return };
                match self
                    .accepted
                    .items_mut()
                    .iter_mut()
                    .find(|(t, _)| *t == tenure)
                {
                    Some((_, highest)) => *highest = commit.offset.max(*highest),
                    None => self.accepted.push((tenure, commit.offset)),
                }
            }
            Observation::Moved {
                tenure: Some(tenure),
                ..
            } => self.accepted.retain(|(t, _)| *t != tenure),
            Observation::Moved { tenure: None, .. } => self.accepted.retain(|_| false),
            Observation::Ended { tenure } => self.accepted.retain(|(t, _)| *t != tenure),
            _ => {}
        }
    }
}
