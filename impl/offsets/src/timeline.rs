//! One key of the offsets topic over time: what is committed, and what is appended but not yet committed.

use std::hash::{Hash, Hasher};

/// One key's value as of the high watermark, and what was appended since.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timeline<T> {
    committed: Option<T>,
    /// Record offsets and values (none for a tombstone), in order.
    pending: Vec<(i64, Option<T>)>,
    /// Record offset of the newest record of the key.
    newest: i64,
}

impl<T> Default for Timeline<T> {
    fn default() -> Timeline<T> {
        Timeline {
            committed: None,
            pending: Vec::new(),
            newest: -1,
        }
    }
}

impl<T> Timeline<T> {
    /// The value below the high watermark.
    pub fn committed(&self) -> Option<&T> {
        self.committed.as_ref()
    }

    /// The value of the newest record.
    pub fn latest(&self) -> Option<&T> {
        self.pending
            .last()
            .map_or(self.committed.as_ref(), |(_, value)| value.as_ref())
    }

    /// Record offsets and values above the high watermark, in order; a tombstone has no value.
    pub fn pending(&self) -> &[(i64, Option<T>)] {
        &self.pending
    }

    pub(crate) fn push(&mut self, offset: i64, value: Option<T>) {
        if offset < self.newest {
            return;
        }
        self.pending.retain(|(at, _)| *at != offset);
        self.pending.push((offset, value));
        self.newest = offset;
    }

    pub(crate) fn advance(&mut self, high_watermark: i64) {
        let below = self
            .pending
            .partition_point(|(offset, _)| *offset < high_watermark);
        if let Some((_, value)) = self.pending.drain(..below).next_back() {
            self.committed = value;
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
        one(self.committed.as_ref(), state);
        self.pending.len().hash(state);
        for (offset, pending) in &self.pending {
            offset.hash(state);
            one(pending.as_ref(), state);
        }
    }

    pub(crate) fn is_forgotten(&self) -> bool {
        self.committed.is_none() && self.pending.is_empty()
    }
}
