//! L1 AckedDurable: an acknowledged record stays.

use std::ops::Range;

use crate::{
    Automaton, Because, Broken, Claim, Fault, Growing, Kind, Level, Memory, Moment, Observation,
    Offset, Promise, PromiseId, Setting,
    memory::{OffsetSet, ValueTable},
    storage::{Answer, LogView, Record, Written},
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
    clauses: &[NO_FALSE_ACK],
};

const NO_FALSE_ACK: &str = "A batch whose write failed is not acknowledged.";

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

/// Every record of a log that was acknowledged, and that nobody was free to remove, is read back from it.
///
/// `acknowledged` is where what was acknowledged ends. What the cleaner reached is for K1 to judge.
pub fn acknowledged_are_read(
    written: &dyn Written,
    acknowledged: Offset,
    found: &dyn LogView,
) -> Result<(), Broken> {
    let mut promise = L1::<Growing>::default();
    let (start, end) = (found.start(), found.end());
    let read = |record: &Record| (record.offset, record.value.map_or(0, |value| value + 1));
    let acked = written.batches().iter().flat_map(|batch| &batch.records);
    for record in acked.filter(|r| (start..acknowledged).contains(&r.offset)) {
        let (offset, value) = read(record);
        promise.step(&Observation::Acked { offset, value }, &NothingKnown)?;
    }
    let mut next = start;
    for record in found.batches().iter().flat_map(|batch| &batch.records) {
        let (offset, value) = read(record);
        passed_over(&mut promise, next..offset, written)?;
        promise.step(&Observation::Read { offset, value }, &NothingKnown)?;
        next = offset + 1;
    }
    passed_over(&mut promise, next..end, written)?;
    promise.step(&Observation::Ends { start, end }, &NothingKnown)
}

fn passed_over(
    promise: &mut L1<Growing>,
    offsets: Range<Offset>,
    written: &dyn Written,
) -> Result<(), Broken> {
    let uncleaned = offsets.start.max(written.cleaned_below())..offsets.end;
    for offset in uncleaned {
        promise.step(&Observation::PassedOver { offset }, &NothingKnown)?;
    }
    Ok(())
}

/// A batch whose write failed is answered with an error.
pub fn failed_write_is_refused(answer: &Answer) -> Result<(), Broken> {
    match answer {
        Answer::Refused(_) => Ok(()),
        Answer::Appended(_) | Answer::Duplicate(_) => broken(Because::InLog {
            clause: NO_FALSE_ACK,
            what: format!("the write of a batch failed, and it is {answer}"),
        }),
    }
}

/// L1 asks nothing of its surroundings.
struct NothingKnown;

impl Setting for NothingKnown {
    fn records(&self, _: Offset, _: Offset) -> u64 {
        0
    }

    fn first_record(&self, _: Offset, _: Offset) -> Option<Offset> {
        None
    }

    fn claim(&self) -> Option<Claim> {
        None
    }

    fn may_take_effect(&self, _: Option<Offset>) -> bool {
        false
    }
}
