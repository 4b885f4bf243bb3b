//! One key of the offsets topic over time: what is committed, and what is appended but not yet committed.

use std::hash::{Hash, Hasher};

/// A value, or none for a tombstone, that is not yet committed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Pending<T> {
    /// From which offset on it counts: its own, or that of the marker which committed its transaction.
    counts_from: i64,
    /// Offset of its record, which alone decides between two values (O1).
    record: i64,
    value: Option<T>,
}

/// One key's value as of the high watermark, and what was appended since.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timeline<T> {
    /// With the offset of its record.
    committed: Option<(i64, T)>,
    /// In the order of the record offsets.
    pending: Vec<Pending<T>>,
    /// Record offset of the newest record of the key.
    newest: i64,
    /// Record offset of the newest tombstone of the key.
    tombstone: i64,
}

impl<T> Default for Timeline<T> {
    fn default() -> Timeline<T> {
        Timeline {
            committed: None,
            pending: Vec::new(),
            newest: -1,
            tombstone: -1,
        }
    }
}

impl<T> Timeline<T> {
    /// The value below the high watermark.
    pub fn committed(&self) -> Option<&T> {
        self.committed.as_ref().map(|(_, value)| value)
    }

    /// Offset of the record that the value below the high watermark came from.
    pub fn committed_at(&self) -> Option<i64> {
        self.committed.as_ref().map(|(record, _)| *record)
    }

    /// The value of the newest record.
    pub fn latest(&self) -> Option<&T> {
        match self.pending.last() {
            Some(pending) => pending.value.as_ref(),
            None => self.committed(),
        }
    }

    /// Offset of the record that the newest value came from; none if the newest record is a tombstone.
    pub fn latest_at(&self) -> Option<i64> {
        match self.pending.last() {
            Some(pending) => pending.value.as_ref().map(|_| pending.record),
            None => self.committed_at(),
        }
    }

    /// What is not yet committed, in order: from which offset on it counts, and the value; a tombstone has none.
    pub fn pending(&self) -> impl Iterator<Item = (i64, Option<&T>)> {
        self.pending
            .iter()
            .map(|pending| (pending.counts_from, pending.value.as_ref()))
    }

    /// Offset of the newest record of the key, values and tombstones alike.
    pub(crate) fn newest(&self) -> i64 {
        self.newest
    }

    pub(crate) fn newest_tombstone(&self) -> i64 {
        self.tombstone
    }

    /// The key has a record at `record` that counts from `counts_from` on. An older record than the newest says nothing.
    pub(crate) fn push(&mut self, counts_from: i64, record: i64, value: Option<T>) {
        if value.is_none() {
            self.tombstone = self.tombstone.max(record);
        }
        if record < self.newest {
            return;
        }
        // The same record again takes its own place.
        self.pending.pop_if(|pending| pending.record == record);
        // Most keys have one at a time, and most of the time none.
        self.pending.reserve_exact(1);
        self.pending.push(Pending {
            counts_from,
            record,
            value,
        });
        self.newest = record;
    }

    pub(crate) fn advance(&mut self, high_watermark: i64) {
        let counts = |pending: &Pending<T>| pending.counts_from < high_watermark;
        let Some(last) = self.pending.iter().rposition(counts) else {
            return;
        };
        // What stands before it is older, so it never counts again, even if it would begin to only now.
        if let Some(pending) = self.pending.drain(..=last).next_back() {
            self.committed = pending.value.map(|value| (pending.record, value));
        }
        if self.pending.is_empty() {
            self.pending = Vec::new();
        }
    }

    /// Feeds the values into `state`, each by `value`: times are left out. Where pending records stand is part of the
    /// form, since it decides when they are committed.
    pub(crate) fn hash_canonical<H: Hasher>(&self, state: &mut H, value: impl Fn(&T, &mut H)) {
        let one = |it: Option<&T>, state: &mut H| {
            it.is_some().hash(state);
            if let Some(it) = it {
                value(it, state);
            }
        };
        one(self.committed(), state);
        self.pending.len().hash(state);
        for pending in &self.pending {
            pending.counts_from.hash(state);
            one(pending.value.as_ref(), state);
        }
    }

    pub(crate) fn is_forgotten(&self) -> bool {
        self.committed.is_none() && self.pending.is_empty()
    }
}
