//! The offsets log: a list of entries that never forgets, and how much of it is durable. What is compacted away stays in
//! the list: it must make no difference (K6).

use std::collections::BTreeSet;

use super::Position;
use super::record::Entry;

/// The log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    entries: Vec<Entry>,
    durable: Position,
    /// Where a crash may cut it: between batches (O8).
    cuts: BTreeSet<Position>,
}

impl Log {
    /// The offset that the next entry gets.
    pub fn end(&self) -> Position {
        self.entries.len() as Position
    }

    /// Below this everything survives a crash.
    pub fn durable(&self) -> Position {
        self.durable
    }

    /// What stands at an offset.
    pub fn at(&self, position: Position) -> Option<&Entry> {
        self.entries.get(usize::try_from(position).ok()?)
    }

    /// Everything from an offset on.
    pub fn from(&self, start: Position) -> impl Iterator<Item = (Position, &Entry)> {
        let start = usize::try_from(start).unwrap_or(0);
        let entries = self.entries.iter().enumerate().skip(start);
        entries.map(|(position, entry)| (position as Position, entry))
    }

    pub(super) fn append(&mut self, entries: impl IntoIterator<Item = Entry>) {
        self.entries.extend(entries);
        self.cuts.insert(self.end());
    }

    pub(super) fn sync(&mut self) {
        self.durable = self.end();
    }

    /// What a crash leaves: everything durable, and any number of whole batches behind it. All of it is durable then.
    ///
    /// # Errors
    /// Why it cannot end there.
    pub(super) fn cut(&mut self, end: Position) -> Result<(), String> {
        let (durable, before) = (self.durable, self.end());
        if end < durable || end > before {
            return Err(format!(
                "a log durable up to {durable}, written up to {before}, is left with an end at {end}"
            ));
        }
        if end > durable && !self.cuts.contains(&end) {
            return Err(format!("a batch was torn: the log ends at {end}"));
        }
        self.entries.truncate(usize::try_from(end).unwrap_or(0));
        self.cuts.retain(|cut| *cut <= end);
        self.durable = end;
        Ok(())
    }
}
