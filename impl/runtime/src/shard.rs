//! One partition of the offsets topic, as many threads see it.

use std::sync::Arc;
use std::time::Duration;

use crate::active::Pending;
use crate::core::{Core, Phase};
use crate::decisions::{Answers, Decisions, Step};
use crate::machine::{Call, Machine};
use crate::metrics::{Metrics, NoMetrics};
use crate::moment::Moment;
use crate::partition_log::PartitionLog;
use crate::refusal::Refusal;
use crate::sync::{Condvar, Mutex, MutexGuard, lock_telling};
use crate::ticket::{Reply, Ticket};

/// Makes the machine of a leader epoch, which then is loaded.
pub type MakeMachine<M> = Box<dyn Fn(i32) -> M + Send + Sync>;

/// What a shard can do at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Somebody else leads the partition, or nobody.
    Unloaded,
    /// It replays its log and serves nothing (S6).
    Loading,
    /// It serves requests.
    Active,
    /// Its log could not be read or written. The next election loads it again.
    Failed {
        /// Why.
        reason: String,
    },
}

/// A state machine and its log, for many threads: those that ask, a flusher, a loader, and one for timers.
///
/// One lock guards the machine and who waits for it; no disk is waited for under it, unless the log's append does.
pub struct Shard<M: Machine, L> {
    pub(crate) core: Mutex<Core<M>>,
    /// Where the flusher sleeps.
    pub(crate) work: Condvar,
    pub(crate) log: L,
    pub(crate) make_machine: MakeMachine<M>,
    pub(crate) metrics: Arc<dyn Metrics>,
    pub(crate) decisions: Decisions,
}

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shard<M, L> {
    /// A shard that is not loaded.
    pub fn new(log: L, make_machine: MakeMachine<M>) -> Shard<M, L> {
        Shard {
            core: Mutex::new(Core::new()),
            work: Condvar::new(),
            log,
            make_machine,
            metrics: Arc::new(NoMetrics),
            decisions: Decisions::default(),
        }
    }

    /// Tells these metrics.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Arc<dyn Metrics>) -> Shard<M, L> {
        self.metrics = metrics;
        self
    }

    /// With other decisions than the right ones.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Decisions) -> Shard<M, L> {
        self.decisions = decisions;
        self
    }

    /// The log.
    pub fn log(&self) -> &L {
        &self.log
    }

    /// What the shard can do, and the epoch of the last election or resignation; −1 before the first.
    pub fn status(&self) -> (Status, i32) {
        let core = self.enter();
        let status = match &core.phase {
            Phase::Unloaded => Status::Unloaded,
            Phase::Loading { .. } => Status::Loading,
            Phase::Active(_) => Status::Active,
            Phase::Failed(reason) => Status::Failed {
                reason: reason.clone(),
            },
        };
        (status, core.leader_epoch)
    }

    /// How many calls have no answer yet.
    pub fn waiters(&self) -> usize {
        match &self.enter().phase {
            Phase::Active(active) => active.waiters(),
            _ => 0,
        }
    }

    /// Takes a request. `reply` is called exactly once: by this thread before this returns, or later by another. After
    /// `limit` it is told [`Refusal::TimedOut`], by the first [tick](Shard::tick) that notices.
    pub fn submit(
        &self,
        now: Moment,
        limit: Option<Duration>,
        request: M::Request,
        reply: Reply<M::Response>,
    ) {
        let mut core = self.enter();
        let call = Call(core.next_call);
        core.next_call += 1;
        let step = match core.serving() {
            Err(refusal) => {
                self.metrics.refused(refusal);
                core.outbox.push((reply, Err(refusal)));
                return self.leave(core);
            }
            Ok(active) => {
                let deadline = limit.map(|limit| {
                    now.after_ms(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX))
                });
                let pending = Pending {
                    reply,
                    since: now,
                    deadline,
                };
                active.register(call, pending);
                self.metrics.waiters(1);
                active.machine.prepare(now, call, request)
            }
        };
        core = match self.decisions.step {
            Step::Atomic => core,
            Step::CheckedThenWritten => {
                self.leave(core);
                self.enter()
            }
        };
        self.make(&mut core, now, step);
        self.leave(core);
    }

    /// Takes a request and gives a ticket for its answer. `limit` is as for [`Shard::submit`].
    pub fn ask(
        &self,
        now: Moment,
        limit: Option<Duration>,
        request: M::Request,
    ) -> Ticket<M::Response> {
        let (ticket, reply) = Ticket::new();
        self.submit(now, limit, request, reply);
        ticket
    }

    /// Takes the lock. A machine that has panicked under it is not believed any more: its shard has failed.
    pub(crate) fn enter(&self) -> MutexGuard<'_, Core<M>> {
        let (mut core, panicked) = lock_telling(&self.core);
        if panicked {
            let failed = Phase::Failed("the state machine panicked".to_owned());
            let Core { phase, outbox, .. } = &mut *core;
            if let Phase::Active(active) = std::mem::replace(phase, failed) {
                active.refuse_all(Refusal::FailedMeanwhile, outbox, &*self.metrics);
            }
        }
        core
    }

    /// Gives the answers that were decided under the lock, and leaves it.
    pub(crate) fn leave(&self, mut core: MutexGuard<'_, Core<M>>) {
        match self.decisions.answers {
            Answers::InOrder => {
                for (reply, answer) in core.outbox.drain(..) {
                    reply(answer);
                }
            }
            Answers::AfterUnlock => {
                let outbox = std::mem::take(&mut core.outbox);
                drop(core);
                for (reply, answer) in outbox {
                    reply(answer);
                }
            }
        }
    }
}
