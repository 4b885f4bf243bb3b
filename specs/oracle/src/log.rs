//! One partition's log, as far as clients show it: which records stand where, and whether acknowledged ones stay (L1).

use std::collections::BTreeMap;

use plimsoll_history::{LogEnds, Name};
use plimsoll_promises::{
    Automaton, Broken, Growing, L1, Observation, Offset, Value,
    memory::{OffsetSet, Ranges, ValueTable},
};

use crate::{
    breaks::Breaks,
    group_partition::LaneId,
    ranges::{count, runs},
    settings::Bare,
    story::{Fact, Place, Teller},
};

/// The number of a log.
pub type LogId = usize;

/// What is known of one partition's log. Several groups may read it.
#[derive(Debug)]
pub struct Log {
    /// Its topic.
    pub topic: Name,
    /// Its partition.
    pub p: u32,
    /// The groups that read it, by lane.
    pub lanes: Vec<LaneId>,
    /// Acknowledged records stay.
    pub l1: L1<Growing>,
    /// Offsets that certainly hold, or held, a record: acknowledged, or read and not of an undecided transaction.
    exists: Ranges,
    /// Below it records are deleted, or may be.
    gone_below: Offset,
    /// The highest log start that was seen, and the line in which it was asked for: what stands at or above it had not been deleted then.
    start_seen: Option<(Offset, u64)>,
    /// Values read before their acknowledgement.
    early: BTreeMap<Offset, Value>,
    /// Offsets that a scan without a gap went over without finding a record.
    passed: Ranges,
    /// Where scans stand.
    scans: Vec<(Name, Offset)>,
    /// Answers of `ends` that may show a loss: not yet contradicted.
    pub doubts: Vec<Doubt>,
    /// The last acknowledgement: offset and place.
    pub last_ack: Option<(Offset, Place)>,
    /// Records acknowledged.
    pub records: u64,
    /// The line in which everything here may have gone: what was asked for before says nothing after.
    pub forgotten_at: u64,
    /// Offsets at which a second record was acknowledged.
    acked_twice: Ranges,
    /// How L1 broke.
    pub breaks: Breaks,
}

/// The broker said that the log ends at or before an acknowledged record. Right after a transaction's commit that may
/// be a lag of its marker, so it counts only if the record never shows again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// The log end told.
    pub end: Offset,
    /// The last record acknowledged before the question.
    pub acked: Offset,
    /// Where it was told.
    pub place: Place,
}

impl Log {
    /// A log of which nothing is known.
    pub fn new(topic: Name, p: u32) -> Self {
        Self {
            topic,
            p,
            lanes: Vec::new(),
            l1: L1::default(),
            exists: Ranges::default(),
            gone_below: Offset::MIN,
            start_seen: None,
            early: BTreeMap::new(),
            passed: Ranges::default(),
            scans: Vec::new(),
            doubts: Vec::new(),
            last_ack: None,
            records: 0,
            forgotten_at: 0,
            acked_twice: Ranges::default(),
            breaks: Breaks::default(),
        }
    }

    /// A record was acknowledged. True if it was not known to exist.
    pub fn acked(
        &mut self,
        offset: Offset,
        value: Value,
        place: Place,
    ) -> (bool, Result<(), Broken>) {
        let verdict = self.l1.step(&Observation::Acked { offset, value }, &Bare);
        if verdict.is_err() {
            self.acked_twice.insert(offset);
        }
        if verdict.is_ok() && self.last_ack.is_none_or(|(last, _)| last <= offset) {
            self.last_ack = Some((offset, place));
        }
        let read = match self.early.remove(&offset) {
            Some(read) => self.read_at(offset, read),
            None => Ok(()),
        };
        (self.exists.insert(offset), verdict.and(read))
    }

    /// A reader was given a record. `undecided`: its producer does not know yet, or was told that it is aborted. True if
    /// it was not known to exist and now is.
    pub fn read(
        &mut self,
        offset: Offset,
        value: Value,
        undecided: impl FnOnce() -> bool,
    ) -> (bool, Result<(), Broken>) {
        let verdict = self.read_at(offset, value);
        if self.exists.contains(offset) {
            return (false, verdict);
        }
        if undecided() {
            self.early.insert(offset, value);
            return (false, verdict);
        }
        (self.exists.insert(offset), verdict)
    }

    /// The record of this value is aborted: the offsets at which it was read.
    pub fn aborted(&mut self, value: Value) -> Vec<Offset> {
        let early = self.early.iter().filter(|(_, read)| **read == value);
        let offsets: Vec<_> = early.map(|(offset, _)| *offset).collect();
        offsets.iter().for_each(|offset| {
            self.early.remove(offset);
        });
        offsets
    }

    fn read_at(&mut self, offset: Offset, value: Value) -> Result<(), Broken> {
        if self.l1.unread().is_empty() && self.doubts.is_empty() {
            return Ok(());
        }
        let verdict = self.l1.step(&Observation::Read { offset, value }, &Bare);
        if verdict.is_ok() && !self.acked_twice.contains(offset) {
            self.doubts
                .retain(|doubt| !(doubt.end <= offset && offset <= doubt.acked));
        }
        verdict
    }

    /// A reader goes from record to record.
    pub fn scan(&mut self, reader: Name, offset: Offset) {
        match self.scans.iter_mut().find(|(who, _)| *who == reader) {
            Some((_, next)) => {
                // Below the log start the client was sent elsewhere, maybe without a word.
                if *next < offset && *next >= self.gone_below {
                    self.passed.insert_range(*next, offset);
                }
                *next = offset.saturating_add(1);
            }
            None => self.scans.push((reader, offset.saturating_add(1))),
        }
    }

    /// A reader is gone, or moves its position: what it reads next may be anywhere.
    pub fn scan_breaks(&mut self, reader: Name) {
        self.scans.retain(|(who, _)| *who != reader);
    }

    /// The broker said where the log starts and ends. `asked` is the line of the question, and `acked` the last record
    /// acknowledged before it.
    pub fn ends(&mut self, description: LogEnds, acked: Option<Offset>, asked: u64, place: Place) {
        let LogEnds { start, end, .. } = description;
        if let Some(acked) = acked.filter(|acked| end <= *acked) {
            self.doubts.push(Doubt { end, acked, place });
        }
        // Past both, unless others were acknowledged in between on top of what is gone.
        let (twice, acked) = (&self.acked_twice, self.l1.acked().last());
        let refilled = |doubt: &Doubt| {
            count(twice, doubt.end, doubt.acked.saturating_add(1)) > 0
                || acked.is_none_or(|acked| end <= acked)
        };
        self.doubts
            .retain(|doubt| end <= doubt.acked || refilled(doubt));
        self.start_seen = Some((start, asked));
        self.delete_below(start);
    }

    /// Records below `offset` are deleted, or may be from now on.
    pub fn delete_below(&mut self, offset: Offset) {
        if offset > self.gone_below {
            self.gone_below = offset;
            let description = Observation::Ends {
                start: offset,
                end: Offset::MAX,
            };
            self.l1.learn(&description, &Bare);
        }
    }

    /// The offset after the last record known.
    pub fn known_end(&self) -> Offset {
        self.exists.last().map_or(0, |last| last.saturating_add(1))
    }

    /// Nothing is promised of what stood here: a power loss, or the topic is deleted.
    pub fn forget(&mut self, line: u64) {
        self.forgotten_at = line;
        self.l1.excuse_all();
        self.exists = Ranges::default();
        self.early.clear();
        self.passed = Ranges::default();
        self.scans.clear();
        self.doubts.clear();
        self.last_ack = None;
    }

    /// The topic is new: its offsets begin again.
    pub fn begin_again(&mut self, line: u64) {
        self.forget(line);
        self.gone_below = Offset::MIN;
        self.start_seen = None;
    }

    /// How many records stand in `from..to`.
    pub fn records(&self, from: Offset, to: Offset) -> u64 {
        count(&self.exists, from.max(self.gone_below), to)
    }

    /// Runs of records within `from..to`.
    pub fn runs(&self, from: Offset, to: Offset) -> impl Iterator<Item = (Offset, Offset)> + '_ {
        runs(&self.exists, from.max(self.gone_below), to)
    }

    /// Whether a record is known to stand, or have stood, at `offset`.
    pub fn knows(&self, offset: Offset) -> bool {
        self.exists.contains(offset)
    }

    /// Below it records are deleted, or may be.
    pub fn gone_below(&self) -> Offset {
        self.gone_below
    }

    /// Whether a record at `offset` certainly stood there still when line `line` was written.
    pub fn stood_after(&self, offset: Offset, line: u64) -> bool {
        self.start_seen
            .is_some_and(|(start, asked)| asked > line && start <= offset)
    }

    /// Acknowledged records that a scan passed over and nobody ever read.
    pub fn never_found(&self) -> Vec<Offset> {
        let passed = |offset: &Offset| self.passed.contains(*offset);
        let unread = self.l1.unread().keys();
        unread
            .copied()
            .filter(|offset| *offset >= self.gone_below && passed(offset))
            .collect()
    }

    /// The last acknowledgement, as a line of a window.
    pub(crate) fn tell_acked(&self, teller: &Teller<'_>) -> Vec<Fact> {
        let description = self.last_ack.map(|(offset, place)| {
            let partition = teller.partition();
            place.says(format!(
                "a record is acknowledged in {partition} at offset {offset}"
            ))
        });
        description.into_iter().collect()
    }

    /// Where the broker said, uncontradicted, that acknowledged records are not there.
    pub(crate) fn tell_doubts(&self, teller: &Teller<'_>) -> Vec<Fact> {
        let description = self.doubts.iter().map(|doubt| {
            let partition = teller.partition();
            doubt.place.says(format!(
                "the broker says that {partition} ends at {}",
                doubt.end
            ))
        });
        description.collect()
    }

    /// How many acknowledged records are gone, at least.
    pub(crate) fn records_lost(&self) -> u64 {
        let end = self.doubts.iter().map(|doubt| doubt.end).min();
        let last = self.doubts.iter().map(|doubt| doubt.acked).max();
        let (end, last) = (end.unwrap_or(Offset::MAX), last.unwrap_or(Offset::MIN));
        count(self.l1.acked(), end, last.saturating_add(1))
            + count(&self.acked_twice, Offset::MIN, end)
            + self.never_found().len() as u64
    }

    /// Items held.
    pub fn held(&self) -> usize {
        self.l1.unread().held()
            + self.l1.acked().held()
            + self.exists.held()
            + self.passed.held()
            + self.acked_twice.held()
            + self.early.len()
            + self.scans.len()
            + self.doubts.len()
    }
}
