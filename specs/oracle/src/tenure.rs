//! One member's stay on one partition.

use plimsoll_history::Name;
use plimsoll_promises::{Br1, Broken, Growing, Offset, Tenure as TenureId, memory::Ranges};

use crate::{ranges::count, story::Place};

/// A tenure of which something may still come: its process lives and has no later one on the partition.
#[derive(Debug)]
pub struct Tenure {
    /// Its number on this lane.
    pub id: TenureId,
    /// Whose it is.
    pub proc: Name,
    /// Where it was assigned, or where its first trace stands.
    pub opened: Place,
    /// No `assigned` event tells of it: ownership was concluded from what the process did.
    pub concluded: bool,
    /// The generation or member epoch of its assignment, and whether that is exact or only a lower bound.
    pub generation: Option<Generation>,
    /// The highest generation that it is known to have carried.
    pub carried: Option<i32>,
    /// What BR1 remembered when it was assigned: the frontier before it.
    pub br1: Br1<Growing>,
    /// The position that the coordinator or the client gave it.
    pub start: Option<Offset>,
    /// An answer to its question for the committed offset: its start, if nothing better is told.
    pub loaded: Option<Offset>,
    /// How far its start falls back, until it is certain that it reads from there.
    pub pending: Option<PendingStart>,
    /// The offset after the last record that it processed.
    pub done: Option<Offset>,
    /// The application moved its position: the uncommitted window is no longer measured.
    pub sought: bool,
    /// How often its position, or what is committed, was moved on purpose: a commit asked for before says nothing after.
    pub moves: u64,
    /// It was revoked or lost.
    pub closed: bool,
    /// Records that it processed after a later tenure was assigned.
    pub zombie: u64,
    /// Its highest accepted commit: where it stands.
    pub highest: Option<(Offset, Place)>,
    window: Window,
}

/// A generation, and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// The number.
    pub number: i32,
    /// False: the assignment's own may be higher.
    pub exact: bool,
}

/// What a start below the frontier would mean, if the tenure reads from there.
#[derive(Debug)]
pub struct PendingStart {
    /// Records between the start and the frontier before it.
    pub replay: u64,
    /// BR1, if that is too many.
    pub broken: Option<Broken>,
    /// Where the start stands.
    pub place: Place,
}

/// The uncommitted window: records between the last accepted commit (or the start) and the frontier of the tenure.
#[derive(Debug, Default)]
struct Window {
    base: Option<Offset>,
    records: u64,
}

impl Tenure {
    /// A tenure that begins now.
    pub fn new(id: TenureId, proc: Name, opened: Place, br1: Br1<Growing>) -> Self {
        Self {
            id,
            proc,
            opened,
            concluded: false,
            generation: None,
            carried: None,
            br1,
            start: None,
            loaded: None,
            pending: None,
            done: None,
            sought: false,
            moves: 0,
            closed: false,
            zombie: 0,
            highest: None,
            window: Window::default(),
        }
    }

    /// It reads from `at`.
    pub fn starts(&mut self, at: Offset) {
        self.start = Some(at);
        if self.done.is_none() {
            self.window.base = Some(at);
        }
    }

    /// It processed `offset`; `processed` is what the group has processed, this offset among it, `again` that it had before.
    pub fn processes(&mut self, offset: Offset, again: bool, processed: &Ranges) {
        let next = offset.saturating_add(1);
        let base = *self.window.base.get_or_insert(offset);
        if self.done.is_none_or(|done| done < next) {
            // A commit may have gone ahead of everything processed.
            let from = self.done.map_or(base, |done| done.max(base));
            self.window.records += if from == offset {
                1
            } else {
                count(processed, from, next)
            };
            self.done = Some(next);
        } else if !again && offset >= base {
            self.window.records += 1;
        }
    }

    /// Another tenure processed `offset` first: it counts as a record where this one's window spans it.
    pub fn notices(&mut self, offset: Offset) {
        let after_base = self.window.base.is_some_and(|base| base <= offset);
        if after_base && self.done.is_some_and(|done| offset < done) {
            self.window.records += 1;
        }
    }

    /// The coordinator acknowledged its commit of `offset`.
    pub fn committed(&mut self, offset: Offset, processed: &Ranges) {
        self.window.base = Some(offset);
        self.window.records = self
            .done
            .map_or(0, |done| count(processed, offset.min(done), done));
    }

    /// Records processed and not yet committed.
    pub fn uncommitted(&self) -> u64 {
        self.window.records
    }

    /// The position, as far as it is known: the offset after the last record processed, or the start.
    pub fn position(&self) -> Option<Offset> {
        self.done.or(self.start)
    }
}
