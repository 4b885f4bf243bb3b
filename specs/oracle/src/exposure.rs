//! Records that a commit passed over before anybody had processed them: for how long, and which for good.

use std::collections::BTreeMap;

use plimsoll_promises::Offset;

use crate::story::Place;

/// Exposed records of one lane.
#[derive(Debug, Default)]
pub struct Exposures {
    /// Not processed yet, as ranges of records: start → end (exclusive), since when.
    outstanding: BTreeMap<Offset, (Offset, Place)>,
    /// Records exposed in all.
    pub records: u64,
    /// The longest that a record was exposed until it was processed, in nanoseconds.
    pub longest_ns: u64,
}

impl Exposures {
    /// Records `from..to`, every offset one, are passed over.
    pub fn open(&mut self, from: Offset, to: Offset, since: Place) {
        self.records += to.abs_diff(from);
        self.outstanding.insert(from, (to, since));
    }

    /// A record is processed after all.
    pub fn close(&mut self, offset: Offset, t: u64) {
        if self.outstanding.is_empty() {
            return;
        }
        let Some((&from, &(to, since))) = self.outstanding.range(..=offset).next_back() else {
            return;
        };
        if offset >= to {
            return;
        }
        self.longest_ns = self.longest_ns.max(t.saturating_sub(since.t));
        self.outstanding.remove(&from);
        if from < offset {
            self.outstanding.insert(from, (offset, since));
        }
        if offset + 1 < to {
            self.outstanding.insert(offset + 1, (to, since));
        }
    }

    /// A record turns out not to exist.
    pub fn withdraw(&mut self, offset: Offset) {
        if self
            .outstanding
            .get(&offset)
            .is_some_and(|(to, _)| *to == offset + 1)
        {
            self.outstanding.remove(&offset);
            self.records -= 1;
        }
    }

    /// Records below `start` turn out to be deleted: those of which `certain` does not know that they still stood when they were passed over were perhaps gone by then.
    pub fn excuse_below(&mut self, start: Offset, certain: impl Fn(Offset, Place) -> bool) {
        let below: Vec<_> = self
            .outstanding
            .range(..start)
            .map(|(from, (to, since))| (*from, *to, *since))
            .collect();
        for (from, to, since) in below {
            if certain(from, since) {
                continue;
            }
            self.outstanding.remove(&from);
            let end = to.min(start);
            self.records -= end.abs_diff(from);
            if end < to {
                self.outstanding.insert(end, (to, since));
            }
        }
    }

    /// Records passed over and never processed.
    pub fn skipped(&self) -> u64 {
        self.outstanding
            .iter()
            .map(|(from, (to, _))| to.abs_diff(*from))
            .sum()
    }

    /// The first of them.
    pub fn first_skipped(&self) -> Option<Offset> {
        self.outstanding.keys().next().copied()
    }

    /// Items held.
    pub fn held(&self) -> usize {
        self.outstanding.len()
    }
}
