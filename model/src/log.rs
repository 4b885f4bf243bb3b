//! The offsets log: entries, of which a prefix is durable.

use arrayvec::ArrayVec;

use crate::{Id, Ids, Offset, Place};

/// The most entries that are kept apart; older durable ones are folded into their replay.
const ENTRIES: usize = 8;

/// One record of the offsets log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entry {
    /// A committed offset.
    Commit {
        /// The offset.
        offset: Offset,
        /// The member that waits for the answer.
        waiting: Option<Place>,
    },
    /// A generation, with its members and the owner of the partition.
    Group(Generation),
}

/// What a group record holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation {
    /// Its number; 0 before the first.
    pub number: u8,
    /// Its members.
    pub members: Ids,
    /// The member that owns the partition; 0 if the group is empty.
    pub owner: Id,
}

/// What replaying a prefix of the log gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Replayed {
    /// The committed offset.
    pub committed: Option<Offset>,
    /// The newest generation.
    pub generation: Generation,
}

impl Replayed {
    /// Takes one more entry into account: the last one wins (O1).
    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Commit { offset, .. } => self.committed = Some(*offset),
            Entry::Group(generation) => self.generation = *generation,
        }
    }
}

/// The offsets partition of one group.
///
/// Positions count from the last fold. Durable entries are folded, since nothing below the durable end is ever lost.
/// A design whose loads stop early keeps one durable entry apart, so that a load can miss it (C-15).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OffsetsLog {
    base: Replayed,
    entries: ArrayVec<Entry, ENTRIES>,
    durable: u8,
    /// Where the log would have to end to hold every acknowledged commit.
    acked: u8,
    /// Whether the newest folded commit, if any, took effect without its client's knowing, and no newer one was
    /// acknowledged.
    unheard: bool,
    /// Durable entries that are kept apart.
    kept: u8,
}

impl OffsetsLog {
    /// An empty log that keeps so many durable entries apart.
    pub fn keeping(kept: u8) -> Self {
        Self {
            kept,
            ..Self::default()
        }
    }

    /// Where the log ends.
    pub fn end(&self) -> u8 {
        self.entries.len() as u8
    }

    /// Where the durable prefix ends.
    pub fn durable(&self) -> u8 {
        self.durable
    }

    /// Where the log would have to end to hold every acknowledged commit.
    pub fn acked(&self) -> u8 {
        self.acked
    }

    /// The entries that are kept apart.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What replaying everything below `end` gives.
    pub fn replay(&self, end: u8) -> Replayed {
        let mut replayed = self.base;
        self.entries[..usize::from(end)]
            .iter()
            .for_each(|entry| replayed.apply(entry));
        replayed
    }

    /// What replaying the whole log gives.
    pub fn replay_all(&self) -> Replayed {
        self.replay(self.end())
    }

    /// What replaying the durable prefix gives.
    pub fn replay_durable(&self) -> Replayed {
        self.replay(self.durable)
    }

    /// Appends an entry, not yet durable.
    pub fn append(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// The newest commit was acknowledged.
    pub fn acknowledge_newest(&mut self) {
        self.acked = self.end();
        self.unheard = false;
    }

    /// Everything becomes durable; the commits that somebody waited for, in log order.
    pub fn sync(&mut self) -> ArrayVec<(Place, Offset), ENTRIES> {
        let mut answered = ArrayVec::new();
        for (position, entry) in self.entries.iter_mut().enumerate() {
            if let Entry::Commit { offset, waiting } = entry
                && let Some(place) = waiting.take()
            {
                answered.push((place, *offset));
                self.acked = self.acked.max(position as u8 + 1);
                self.unheard = false;
            }
        }
        self.durable = self.end();
        self.fold();
        answered
    }

    /// Nobody waits for this member's commit any more; its offset, if it is in the log.
    pub fn stop_waiting(&mut self, place: Place) -> Option<Offset> {
        let mut found = None;
        for entry in &mut self.entries {
            if let Entry::Commit { offset, waiting } = entry
                && *waiting == Some(place)
            {
                *waiting = None;
                found = Some(*offset);
            }
        }
        found
    }

    /// What a crash leaves: everything below `end`, which is at least what was durable.
    pub fn crash(&mut self, end: u8) {
        debug_assert!(self.durable <= end && end <= self.end());
        self.entries.truncate(usize::from(end));
        for entry in &mut self.entries {
            if let Entry::Commit { waiting, .. } = entry {
                *waiting = None;
            }
        }
        self.durable = end;
        if self.acked <= end {
            self.fold();
        }
    }

    fn fold(&mut self) {
        while self.durable > self.kept {
            let entry = self.entries.remove(0);
            self.base.apply(&entry);
            if let Entry::Commit { .. } = entry {
                self.unheard = self.acked == 0;
            }
            self.durable -= 1;
            self.acked = self.acked.saturating_sub(1);
        }
        if self.acked <= self.durable {
            // Durable is durable: how far below the end the newest acknowledged commit lies makes no difference.
            self.acked = 0;
        }
    }

    /// Whether a commit of `offset` lies in the log above every acknowledged one.
    pub fn holds_unacknowledged(&self, offset: Offset) -> bool {
        let folded = self.unheard && self.base.committed == Some(offset);
        folded
            || self.entries[usize::from(self.acked.min(self.end()))..]
                .iter()
                .any(|entry| matches!(entry, Entry::Commit { offset: o, .. } if *o == offset))
    }

    /// Renames ids and places.
    pub(crate) fn rename(
        &mut self,
        id: impl Fn(Id) -> Id,
        ids: impl Fn(Ids) -> Ids,
        place: impl Fn(Place) -> Place,
    ) {
        let generation = |g: &mut Generation| {
            g.owner = id(g.owner);
            g.members = ids(g.members);
        };
        generation(&mut self.base.generation);
        for entry in &mut self.entries {
            match entry {
                Entry::Commit { waiting, .. } => *waiting = waiting.map(&place),
                Entry::Group(g) => generation(g),
            }
        }
    }

    /// Whether any record names this id.
    pub(crate) fn names(&self, id: Id) -> bool {
        self.base.generation.members.contains(id)
            || self
                .entries
                .iter()
                .any(|entry| matches!(entry, Entry::Group(g) if g.members.contains(id)))
    }
}
