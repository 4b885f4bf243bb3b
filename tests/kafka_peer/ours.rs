//! Our coordinator with an owner of its own, which does what a broker does, one step at a time.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use plimsoll_coordinator::{
    Answer, CallId, Coordinator, CoordinatorConfig, Decisions, ErrorCode, GroupRequest, Outcome,
    Step, TimerChange, TimerId, Timestamp, Topics,
};
use plimsoll_offsets::{Entry, OffsetsRecord, Text};

use crate::batch::Appended;

/// `offsets.retention.check.interval.ms`.
pub(crate) const CHECK_INTERVAL_MS: i64 = 600_007;

struct Armed {
    due_ms: i64,
    number: u64,
    timer: TimerId,
}

pub(crate) struct Ours {
    pub(crate) coordinator: Coordinator,
    now_ms: i64,
    log: Vec<Entry>,
    epoch: i32,
    high_watermark: i64,
    durable_at_once: bool,
    failure: Option<ErrorCode>,
    armed: Vec<Armed>,
    next_number: u64,
    expiry_due_ms: i64,
    answers: Vec<Answer>,
    appended: Vec<Appended>,
}

impl Ours {
    pub(crate) fn new(now_ms: i64, config: CoordinatorConfig, topics: Topics) -> Ours {
        Ours::with(now_ms, config, topics, Decisions::default())
    }

    pub(crate) fn with(
        now_ms: i64,
        config: CoordinatorConfig,
        topics: Topics,
        decisions: Decisions,
    ) -> Ours {
        let coordinator = Coordinator::new(Arc::new(config), decisions, Arc::new(topics), 1);
        let mut ours = Ours {
            coordinator,
            now_ms,
            log: Vec::new(),
            epoch: 1,
            high_watermark: 0,
            durable_at_once: true,
            failure: None,
            armed: Vec::new(),
            next_number: 0,
            expiry_due_ms: 0,
            answers: Vec::new(),
            appended: Vec::new(),
        };
        ours.load();
        ours
    }

    pub(crate) fn end(&self) -> i64 {
        self.log.len() as i64
    }

    pub(crate) fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    /// What has come of it since the last time.
    pub(crate) fn results(&mut self) -> (Vec<Answer>, Vec<Appended>) {
        let mut answers = std::mem::take(&mut self.answers);
        answers.sort_by_key(|answer| answer.call);
        (answers, std::mem::take(&mut self.appended))
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.now_ms)
    }

    fn note(&mut self, outcome: Outcome) {
        self.answers.extend(outcome.answers);
        for change in outcome.timers {
            let id = change.timer();
            self.armed
                .retain(|it| (&it.timer.group, &it.timer.name) != (&id.group, &id.name));
            if let TimerChange::Set { timer, after_ms } = change {
                self.armed.push(Armed {
                    due_ms: self.now_ms.saturating_add_unsigned(after_ms),
                    number: self.next_number,
                    timer,
                });
                self.next_number += 1;
            }
        }
    }

    fn make(&mut self, step: Step) {
        let mut entries: Vec<Entry> = Vec::new();
        let producer = step.producer();
        let records = step.records().iter().cloned();
        entries.extend(records.map(|record| Entry::Record { producer, record }));
        entries.extend(step.marker().map(|marker| Entry::Marker {
            producer: marker.producer,
            ended: marker.ended,
        }));
        let (base, failure, now) = (self.end(), self.failure, self.now());
        let outcome = self
            .coordinator
            .append_and_apply(now, step, |_| match failure {
                Some(error) => Err(error),
                None => {
                    self.log.extend(entries.iter().cloned());
                    let at_ms = now.0;
                    self.appended.push(Appended { at_ms, entries }.sorted());
                    Ok(base)
                }
            });
        self.note(outcome);
        self.settle();
    }

    /// Everything that can happen without time passing, happens.
    fn settle(&mut self) {
        if self.durable_at_once {
            self.watermark(self.end());
        }
        while self.fire_one(self.now_ms) {}
    }

    pub(crate) fn watermark(&mut self, to: i64) {
        if to > self.high_watermark {
            self.high_watermark = to;
            let outcome = self.coordinator.high_watermark(self.now(), to, self.epoch);
            self.note(outcome);
        }
    }

    pub(crate) fn durable_at_once(&mut self, at_once: bool) {
        self.durable_at_once = at_once;
        self.settle();
    }

    pub(crate) fn ask(&mut self, call: CallId, request: &GroupRequest, failure: Option<ErrorCode>) {
        self.failure = failure;
        let step = self.coordinator.request(self.now(), call, request);
        self.make(step);
        self.failure = None;
    }

    /// Fires the timer that is due first, if it is by then.
    fn fire_one(&mut self, until_ms: i64) -> bool {
        let first =
            (0..self.armed.len()).min_by_key(|at| (self.armed[*at].due_ms, self.armed[*at].number));
        let due_ms = first.map_or(i64::MAX, |at| self.armed[at].due_ms);
        if self.expiry_due_ms.min(due_ms) > until_ms {
            return false;
        }
        self.now_ms = self.now_ms.max(self.expiry_due_ms.min(due_ms));
        match first {
            Some(at) if due_ms < self.expiry_due_ms => {
                let timer = self.armed.remove(at).timer;
                let step = self.coordinator.fire(self.now(), &timer);
                self.make(step);
            }
            _ => {
                self.expiry_due_ms = self.now_ms + CHECK_INTERVAL_MS;
                let all = self
                    .coordinator
                    .expire_some(self.now(), Bound::Unbounded, usize::MAX);
                self.make(all.0);
            }
        }
        true
    }

    pub(crate) fn advance(&mut self, to_ms: i64) {
        while self.fire_one(to_ms) {}
        self.now_ms = to_ms;
    }

    fn load(&mut self) {
        self.armed.clear();
        self.high_watermark = self.end();
        self.expiry_due_ms = self.now_ms + CHECK_INTERVAL_MS;
        self.coordinator.begin_load(self.end());
        for (offset, entry) in (0..).zip(&self.log) {
            self.coordinator.apply(offset, entry);
        }
        let end = self.end();
        let outcome = self.coordinator.finish_load(self.now(), end, end);
        self.note(outcome);
        self.settle();
    }

    /// Whether the log speaks of a group that was not loaded: all its offsets were deleted or aborted.
    pub(crate) fn has_ghosts(&self) -> bool {
        let mut alive: BTreeMap<&Text, bool> = BTreeMap::new();
        for entry in &self.log {
            match entry {
                Entry::Record {
                    record: OffsetsRecord::Group { group, value },
                    ..
                } => {
                    alive.insert(group, value.is_some());
                }
                Entry::Record {
                    record:
                        OffsetsRecord::Offset {
                            group,
                            value: Some(_),
                            ..
                        },
                    ..
                } => {
                    alive.insert(group, true);
                }
                _ => {}
            }
        }
        let mut alive = alive.into_iter().filter(|(_, alive)| *alive);
        alive.any(|(id, _)| self.coordinator.group(id).is_none())
    }

    pub(crate) fn reload(&mut self) {
        let outcome = self.coordinator.stop(self.now());
        self.note(outcome);
        self.epoch += 1;
        self.coordinator = self.coordinator.successor(self.epoch);
        self.load();
    }
}
