//! A shard for many threads: those that ask, a flusher, a loader, and one for timers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use plimsoll_coordinator::{
    Answer, CallId, ErrorCode, GroupRequest, GroupResponse, Outcome, Status, TimerChange,
    TimerName, Timestamp,
};
use plimsoll_offsets::Text;
use plimsoll_shard::{Failure, Metrics, NoMetrics, Refusal, Shard};

use crate::decisions::{Answers, Decisions, Step};
use crate::shared_log::{LockedEachTime, SharedLog};
use crate::sync::{Condvar, Mutex, MutexGuard, lock_telling};
use crate::ticket::{Reply, Ticket};
use crate::wheel::{Wheel, after};

/// A timer of a shard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// One of a group.
    Group(Text, TimerName),
    /// It is time to look for expired offsets, or to go on with it.
    Expiry,
}

/// How an answer gets to whoever asked, and until when.
struct Pending {
    reply: Reply<GroupResponse>,
    deadline: Option<Timestamp>,
}

/// What the lock guards: the shard, and what threads need to know around it.
pub(crate) struct Guarded {
    pub(crate) shard: Shard,
    pending: BTreeMap<CallId, Pending>,
    deadlines: BTreeSet<(Timestamp, CallId)>,
    pub(crate) wheel: Wheel<Timer>,
    next_call: u64,
    /// What stands below is durable, or the sync that will make it so has begun.
    pub(crate) syncing_below: i64,
    /// No requests any more; the flusher ends when nothing is left to sync.
    pub(crate) closing: bool,
    /// Whether the flusher waits to be woken.
    pub(crate) flusher_sleeps: bool,
    /// Answers that have been decided and not yet given.
    outbox: Vec<(Reply<GroupResponse>, GroupResponse)>,
    /// What the metrics know of records above the high watermark, and of calls without an answer.
    counted: (i64, i64),
}

impl Guarded {
    /// Does what a step says: answers and timers.
    pub(crate) fn give(&mut self, now: Timestamp, outcome: Outcome) {
        for answer in outcome.answers {
            self.answer(answer);
        }
        for change in outcome.timers {
            match change {
                TimerChange::Set { timer, after_ms } => {
                    let name = Timer::Group(timer.group, timer.name);
                    self.wheel.set(now, name, timer.arming, after_ms);
                }
                TimerChange::Cancel { timer } => {
                    self.wheel.cancel(Timer::Group(timer.group, timer.name));
                }
            }
        }
    }

    pub(crate) fn answer(&mut self, answer: Answer) {
        if let Some(Pending { reply, deadline }) = self.pending.remove(&answer.call) {
            if let Some(deadline) = deadline {
                self.deadlines.remove(&(deadline, answer.call));
            }
            self.outbox.push((reply, answer.response));
        }
    }

    /// The first call whose time has run out.
    pub(crate) fn overdue(&mut self, now: Timestamp) -> Option<CallId> {
        let (deadline, call) = *self.deadlines.first()?;
        if deadline > now {
            return None;
        }
        self.deadlines.pop_first();
        Some(call)
    }

    /// Whether there is something to sync.
    pub(crate) fn has_work(&self) -> bool {
        let end = self.shard.coordinator().log_end_offset();
        self.shard.is_active() && end > self.syncing_below
    }
}

/// A [`Shard`] and its log, for many threads.
///
/// One lock guards the shard and who waits for it; no disk is waited for under it, unless the log's append does.
pub struct SharedShard<L> {
    guarded: Mutex<Guarded>,
    /// Where the flusher sleeps.
    pub(crate) work: Condvar,
    pub(crate) log: L,
    /// The shard before anything happened to it, from which loads begin.
    pub(crate) blank: Shard,
    pub(crate) expiry_interval_ms: u64,
    pub(crate) metrics: Arc<dyn Metrics>,
    pub(crate) decisions: Decisions,
}

impl<L: SharedLog> SharedShard<L> {
    /// A shard that is not loaded, and how often it looks for expired offsets, in milliseconds.
    pub fn new(log: L, shard: Shard, expiry_interval_ms: u64) -> SharedShard<L> {
        SharedShard {
            guarded: Mutex::new(Guarded {
                shard: shard.clone(),
                pending: BTreeMap::new(),
                deadlines: BTreeSet::new(),
                wheel: Wheel::default(),
                next_call: 0,
                syncing_below: 0,
                closing: false,
                flusher_sleeps: false,
                outbox: Vec::new(),
                counted: (0, 0),
            }),
            work: Condvar::new(),
            log,
            blank: shard,
            expiry_interval_ms,
            metrics: Arc::new(NoMetrics),
            decisions: Decisions::default(),
        }
    }

    /// The same, watched by these metrics.
    #[must_use]
    pub fn with_metrics(self, metrics: Arc<dyn Metrics>) -> SharedShard<L> {
        let blank = self.blank.with_metrics(Arc::clone(&metrics));
        let decisions = self.decisions;
        SharedShard {
            metrics,
            decisions,
            ..SharedShard::new(self.log, blank, self.expiry_interval_ms)
        }
    }

    /// The same with other decisions than the right ones.
    #[must_use]
    pub fn with_decisions(self, decisions: Decisions) -> SharedShard<L> {
        let blank = self.blank.with_decisions(decisions.shard);
        let metrics = self.metrics;
        SharedShard {
            metrics,
            decisions,
            ..SharedShard::new(self.log, blank, self.expiry_interval_ms)
        }
    }

    /// The log.
    pub fn log(&self) -> &L {
        &self.log
    }

    /// What the shard can do, and the epoch of the last election or resignation; −1 before the first.
    pub fn status(&self) -> (Status, i32) {
        let guarded = self.enter();
        let status = (guarded.shard.status(), guarded.shard.leader_epoch());
        self.leave(guarded);
        status
    }

    /// Why the shard has failed, if it has.
    pub fn failure(&self) -> Option<Failure> {
        let guarded = self.enter();
        let failure = guarded.shard.failure().cloned();
        self.leave(guarded);
        failure
    }

    /// How many calls have no answer yet.
    pub fn waiters(&self) -> usize {
        let guarded = self.enter();
        let waiters = guarded.pending.len();
        self.leave(guarded);
        waiters
    }

    /// Takes a request. `reply` is called exactly once: by this thread before this returns, or later by another. After
    /// `limit` it is told that the outcome is open (S4), by the first [tick](SharedShard::tick) that notices.
    pub fn submit(
        &self,
        now: Timestamp,
        limit: Option<Duration>,
        request: Arc<GroupRequest>,
        reply: Reply<GroupResponse>,
    ) {
        let mut guarded = self.enter();
        if guarded.closing {
            self.metrics.refused(Refusal::Closing);
            let response = request.refusal(ErrorCode::CoordinatorNotAvailable);
            guarded.outbox.push((reply, response));
            return self.leave(guarded);
        }
        let call = CallId(guarded.next_call);
        guarded.next_call += 1;
        let in_ms = |limit: Duration| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let deadline = limit.map(|limit| after(now, in_ms(limit)));
        guarded.deadlines.extend(deadline.map(|at| (at, call)));
        guarded.pending.insert(call, Pending { reply, deadline });
        let step = guarded.shard.prepare(now, call, request);
        guarded = match self.decisions.step {
            Step::Atomic => guarded,
            Step::CheckedThenWritten => {
                self.leave(guarded);
                self.enter()
            }
        };
        let mut log = LockedEachTime(&self.log);
        let outcome = guarded.shard.append_and_apply(&mut log, now, step);
        guarded.give(now, outcome);
        self.leave(guarded);
    }

    /// Takes a request and gives a ticket for its answer. `limit` is as for [`SharedShard::submit`].
    pub fn ask(
        &self,
        now: Timestamp,
        limit: Option<Duration>,
        request: GroupRequest,
    ) -> Ticket<GroupResponse> {
        let (ticket, reply) = Ticket::new();
        self.submit(now, limit, Arc::new(request), reply);
        ticket
    }

    /// Takes the lock. A coordinator that has panicked under it is not believed any more: its shard has failed.
    pub(crate) fn enter(&self) -> MutexGuard<'_, Guarded> {
        let (mut guarded, panicked) = lock_telling(&self.guarded);
        if panicked {
            // Nothing that the groups remember is left, so the time does not matter.
            let outcome = guarded.shard.fail_after_a_panic(Timestamp(0));
            guarded.give(Timestamp(0), outcome);
            guarded.wheel = Wheel::default();
        }
        guarded
    }

    /// Gives the answers that were decided under the lock, and leaves it.
    pub(crate) fn leave(&self, mut guarded: MutexGuard<'_, Guarded>) {
        self.count(&mut guarded);
        if guarded.flusher_sleeps && (guarded.closing || guarded.has_work()) {
            guarded.flusher_sleeps = false;
            self.work.notify_one();
        }
        match self.decisions.answers {
            Answers::InOrder => {
                for (reply, answer) in guarded.outbox.drain(..) {
                    reply(answer);
                }
            }
            Answers::AfterUnlock => {
                let outbox = std::mem::take(&mut guarded.outbox);
                drop(guarded);
                for (reply, answer) in outbox {
                    reply(answer);
                }
            }
        }
    }

    fn count(&self, guarded: &mut Guarded) {
        let waiters = i64::try_from(guarded.pending.len()).unwrap_or(i64::MAX);
        let now = (guarded.shard.lag(), waiters);
        let before = std::mem::replace(&mut guarded.counted, now);
        if now.0 != before.0 {
            self.metrics.lag(now.0 - before.0);
        }
        if now.1 != before.1 {
            self.metrics.waiters(now.1 - before.1);
        }
    }
}
