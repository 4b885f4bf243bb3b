//! L1 AckedDurable: an acknowledged record stays.

use crate::{
    Automaton, Because, Broken, Fault, Kind, Level, Memory, Moment, Observation, Offset, Promise,
    PromiseId, Setting,
    memory::{OffsetSet, ValueTable},
};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L1",
    name: "Acknowledged records stay",
    sentence: "Once a record is acknowledged, it stays at its offset until it is legally deleted.",
    source: "Kafka acks=all; LeaderCompleteness in the replication specifications",
    levels: &[Level::Group, Level::Storage],
    kind: Kind::Automaton,
    fault: Fault::Broker,
    clauses: &[],
};

/// Remembers which offsets were acknowledged, and the values of those that nobody has read yet.
///
/// A value is compared when the record is first read and forgotten then; later only its place is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct L1<M: Memory> {
    acked: M::Offsets,
    unread: M::Values,
    /// The log start offset: below it records were deleted legally.
    start: Offset,
}

impl<M: Memory> L1<M> {
    /// Acknowledged records that nobody has read yet.
    pub fn unread(&self) -> &M::Values {
        &self.unread
    }

    /// Offsets that were acknowledged.
    pub fn acked(&self) -> &M::Offsets {
        &self.acked
    }

    /// What was never synced may be gone (a power loss), or the topic was deleted: nothing is promised any more.
    pub fn excuse_all(&mut self) {
        *self = Self::default();
    }
}

fn broken(because: Because) -> Result<(), Broken> {
    Err(Broken {
        promise: PromiseId::L1,
        because,
    })
}

impl<M: Memory> Automaton for L1<M> {
    const ID: PromiseId = PromiseId::L1;
    // The more is acknowledged the more must be there, so the log end looks best when it was asked for.
    const KINDEST: Moment = Moment::Earliest;

    fn judge(&self, seen: &Observation, _: &impl Setting) -> Result<(), Broken> {
        match *seen {
            Observation::Acked { offset, .. } if self.acked.contains(offset) => {
                broken(Because::AckedTwice { offset })
            }
            Observation::Read { offset, value } => match self.unread.get(offset) {
                Some(acked) if acked != value => broken(Because::Replaced {
                    offset,
                    acked,
                    read: value,
                }),
                _ => Ok(()),
            },
            Observation::PassedOver { offset }
                if offset >= self.start && self.unread.get(offset).is_some() =>
            {
                broken(Because::NotThere { offset })
            }
            Observation::Ends { end, .. } => match self.acked.last() {
                Some(acked) if acked >= end => broken(Because::EndsBefore { end, acked }),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        match *seen {
            Observation::Acked { offset, value } => {
                self.acked.insert(offset);
                self.unread.put(offset, value);
            }
            Observation::Read { offset, .. } | Observation::PassedOver { offset } => {
                self.unread.take(offset);
            }
            Observation::Ends { start, end } => {
                self.start = self.start.max(start);
                self.unread.forget_below(start);
                // Told once; what comes to stand there is judged anew.
                self.acked.truncate(end);
            }
            _ => {}
        }
    }
}
