//! D1 CommittedImpliesProcessed: at-least-once, as an invariant of every moment.

use crate::{
    Automaton, Because, Broken, Fault, Kind, Level, Memory, Moment, Observation, Offset, Promise,
    PromiseId, Setting, memory::OffsetSet,
};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "D1",
    name: "Committed means processed",
    sentence: "Every record below the committed offset has been processed by some member of the group.",
    source: "at-least-once delivery, as a state invariant (stated here first)",
    levels: &[Level::Group],
    kind: Kind::Automaton,
    fault: Fault::Client,
    clauses: &[],
};

/// Remembers what the group has processed, and how far it has committed.
///
/// Broken the moment a commit is accepted that passes over an unprocessed record, though it be processed later: a crash
/// right then would skip it. The start of the range, `s₀`, is the group's first position.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct D1<M: Memory> {
    /// Processed, or passed over on purpose.
    accounted: M::Offsets,
    /// The group's first position.
    base: Option<Offset>,
    /// The greatest offset that was certainly committed.
    committed: Offset,
}

impl<M: Memory> D1<M> {
    /// What has been processed or passed over on purpose.
    pub fn accounted(&self) -> &M::Offsets {
        &self.accounted
    }

    /// The group's first position, once known.
    pub fn base(&self) -> Option<Offset> {
        self.base
    }

    /// The first unprocessed record in `from..to`, and how many there are.
    pub fn unprocessed(
        &self,
        from: Offset,
        to: Offset,
        setting: &impl Setting,
    ) -> Option<(Offset, u64)> {
        let mut first = None;
        let mut records = 0;
        let mut at = from;
        while let Some((start, end)) = self.accounted.first_gap(at, to) {
            records += setting.records(start, end);
            first = first.or_else(|| setting.first_record(start, end));
            at = end;
        }
        first.map(|offset| (offset, records))
    }

    fn passed_over(
        &self,
        from: Offset,
        committed: Offset,
        setting: &impl Setting,
    ) -> Result<(), Broken> {
        match self.unprocessed(from, committed, setting) {
            None => Ok(()),
            Some((first, records)) => Err(Broken {
                promise: PromiseId::D1,
                because: Because::Unprocessed {
                    committed,
                    first,
                    records,
                },
            }),
        }
    }
}

impl<M: Memory> Automaton for D1<M> {
    const ID: PromiseId = PromiseId::D1;
    // More and more gets processed, so a commit looks best at the latest moment.
    const KINDEST: Moment = Moment::Latest;

    fn judge(&self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken> {
        let Some(base) = self.base else { return Ok(()) };
        match *seen {
            // What lies below the last commit was judged with that one.
            Observation::Accepted(commit) => {
                self.passed_over(base.max(self.committed), commit.offset, setting)
            }
            // A record that turns out to stand below what is committed already.
            Observation::Acked { offset, .. } | Observation::Read { offset, .. }
                if base <= offset && offset < self.committed =>
            {
                self.passed_over(offset, offset + 1, setting)
            }
            _ => Ok(()),
        }
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        match *seen {
            Observation::Resumed { at, .. } => {
                self.base.get_or_insert(at);
            }
            Observation::Processed { offset, .. } => {
                self.base.get_or_insert(offset);
                self.accounted.insert(offset);
            }
            Observation::Moved { from, to, .. } => self.accounted.insert_range(from, to),
            Observation::Accepted(commit) => self.committed = self.committed.max(commit.offset),
            _ => {}
        }
    }
}
