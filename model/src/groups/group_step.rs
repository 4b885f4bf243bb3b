//! One step: what it looks at, and what comes of it.

use std::collections::BTreeMap;

use super::partition::Seen;
use super::record::Record;
use super::table::Table;
use super::{Answer, Answers, Assignment, Call, GroupId, MemberId, Now, Settings};

/// What waits for the high watermark (S2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Waiting {
    /// An answer.
    Answer(Call, Answer),
    /// A static member that took the place of its former self (G8).
    TakenOver(GroupId, MemberId, Call, Answer),
    /// The assignments of a generation (G3).
    Assignments(GroupId, i32, BTreeMap<MemberId, Assignment>),
}

pub(super) struct GroupStep<'a> {
    pub(super) now: Now,
    pub(super) settings: &'a Settings,
    pub(super) table: &'a Table,
    pub(super) seen: &'a Seen,
    pub(super) records: Vec<Record>,
    pub(super) answers: Answers,
    pub(super) waiting: Option<Waiting>,
}

impl<'a> GroupStep<'a> {
    pub(super) fn new(now: Now, settings: &'a Settings, table: &'a Table, seen: &'a Seen) -> Self {
        GroupStep {
            now,
            settings,
            table,
            seen,
            records: Vec::new(),
            answers: Vec::new(),
            waiting: None,
        }
    }

    pub(super) fn answer(&mut self, call: Call, answer: Answer) {
        self.answers.push((call, answer));
    }

    /// At once if nothing was written, otherwise when that is durable.
    pub(super) fn answer_once_durable(&mut self, call: Call, answer: Answer) {
        match self.records.is_empty() {
            true => self.answer(call, answer),
            false => self.waiting = Some(Waiting::Answer(call, answer)),
        }
    }
}
