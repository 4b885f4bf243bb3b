//! A loaded shard: its machine, who waits, and for what.

use std::collections::{BTreeMap, VecDeque};

use crate::core::Outbox;
use crate::machine::{Call, Effects, Machine, When};
use crate::metrics::Metrics;
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::ticket::Reply;
use crate::wheel::Wheel;

/// A call that has not been answered.
pub(crate) struct Pending<R> {
    pub(crate) reply: Reply<R>,
    pub(crate) since: Moment,
    pub(crate) deadline: Option<Moment>,
}

/// An answer that waits for the high watermark.
struct Deferred<R> {
    at: i64,
    call: Call,
    response: R,
}

pub(crate) struct Active<M: Machine> {
    pub(crate) machine: M,
    pub(crate) log_end: i64,
    pub(crate) high_watermark: i64,
    /// Whether anything was appended since the last sync began.
    pub(crate) dirty: bool,
    pub(crate) wheel: Wheel<M::Timer>,
    /// Every call that has not been answered, whatever it waits for. To answer is to take it out: nobody is answered
    /// twice.
    calls: BTreeMap<Call, Pending<M::Response>>,
    earliest_deadline: Option<Moment>,
    /// In the order of the log.
    deferred: VecDeque<Deferred<M::Response>>,
}

impl<M: Machine> Active<M> {
    pub(crate) fn new(machine: M, log_end: i64, high_watermark: i64) -> Active<M> {
        Active {
            machine,
            log_end,
            high_watermark,
            // What the load found above the high watermark has yet to be synced.
            dirty: log_end > high_watermark,
            wheel: Wheel::default(),
            calls: BTreeMap::new(),
            earliest_deadline: None,
            deferred: VecDeque::new(),
        }
    }

    pub(crate) fn register(&mut self, call: Call, pending: Pending<M::Response>) {
        if let Some(deadline) = pending.deadline {
            let earliest = self.earliest_deadline.unwrap_or(deadline);
            self.earliest_deadline = Some(earliest.min(deadline));
        }
        self.calls.insert(call, pending);
    }

    pub(crate) fn waiters(&self) -> usize {
        self.calls.len()
    }

    /// Does what a step says: answers, now or later, and timers.
    pub(crate) fn give(
        &mut self,
        now: Moment,
        effects: Effects<M>,
        outbox: &mut Outbox<M::Response>,
        metrics: &dyn Metrics,
    ) {
        for (call, response, when) in effects.answers {
            let at = self.log_end;
            if when == When::OnceDurable && at > self.high_watermark {
                self.deferred.push_back(Deferred { at, call, response });
            } else {
                self.answer(now, call, Ok(response), outbox, metrics);
            }
        }
        for change in effects.timers {
            self.wheel.change(now, change);
        }
    }

    fn answer(
        &mut self,
        now: Moment,
        call: Call,
        answer: Result<M::Response, Refusal>,
        outbox: &mut Outbox<M::Response>,
        metrics: &dyn Metrics,
    ) {
        // It is not there any more if its time ran out.
        if let Some(pending) = self.calls.remove(&call) {
            match &answer {
                Ok(_) => metrics.answered(now.us_since(pending.since)),
                Err(refusal) => metrics.refused(*refusal),
            }
            metrics.waiters(-1);
            outbox.push((pending.reply, answer));
        }
    }

    /// Gives what the high watermark has released, in the order of the log.
    pub(crate) fn release(
        &mut self,
        now: Moment,
        outbox: &mut Outbox<M::Response>,
        metrics: &dyn Metrics,
    ) {
        while let Some(first) = self.deferred.pop_front() {
            if first.at > self.high_watermark {
                self.deferred.push_front(first);
                break;
            }
            self.answer(now, first.call, Ok(first.response), outbox, metrics);
        }
    }

    /// Refuses every call whose time has run out. What they appended stays in the log (S4).
    pub(crate) fn time_out(
        &mut self,
        now: Moment,
        refusal: Refusal,
        outbox: &mut Outbox<M::Response>,
        metrics: &dyn Metrics,
    ) {
        if self.earliest_deadline.is_none_or(|earliest| now < earliest) {
            return;
        }
        let late = |pending: &Pending<_>| pending.deadline.is_some_and(|deadline| deadline <= now);
        let overdue: Vec<Call> = self
            .calls
            .iter()
            .filter(|(_, pending)| late(pending))
            .map(|(&call, _)| call)
            .collect();
        for call in overdue {
            self.answer(now, call, Err(refusal), outbox, metrics);
        }
        self.earliest_deadline = self.calls.values().filter_map(|p| p.deadline).min();
    }

    /// Tells everybody who waits that it is over: the machine whom it knows, the shard the others with `refusal`.
    pub(crate) fn end(
        mut self,
        now: Moment,
        refusal: Refusal,
        outbox: &mut Outbox<M::Response>,
        metrics: &dyn Metrics,
    ) {
        let last = self.machine.stop(now);
        for (call, response, _) in last.answers {
            self.answer(now, call, Ok(response), outbox, metrics);
        }
        self.refuse_all(refusal, outbox, metrics);
    }

    pub(crate) fn refuse_all(
        self,
        refusal: Refusal,
        outbox: &mut Outbox<M::Response>,
        metrics: &dyn Metrics,
    ) {
        for pending in self.calls.into_values() {
            metrics.refused(refusal);
            metrics.waiters(-1);
            outbox.push((pending.reply, Err(refusal)));
        }
    }
}
