//! What a shard's lock guards.

use crate::active::Active;
use crate::machine::Machine;
use crate::metrics::Metrics;
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::ticket::Reply;

/// Answers that have been decided and not yet given.
pub(crate) type Outbox<R> = Vec<(Reply<R>, Result<R, Refusal>)>;

pub(crate) enum Phase<M: Machine> {
    /// Somebody else leads the partition, or nobody.
    Unloaded,
    /// The log is being replayed, outside the lock. A high watermark that comes meanwhile is kept for afterwards.
    Loading { high_watermark: Option<i64> },
    /// Requests are served.
    Active(Active<M>),
    /// The log could not be read or written. Only another election gets out of here.
    Failed(String),
}

pub(crate) struct Core<M: Machine> {
    /// Of the last election or resignation.
    pub(crate) leader_epoch: i32,
    pub(crate) phase: Phase<M>,
    pub(crate) next_call: u64,
    /// No requests any more; the flusher ends when nothing is left to sync.
    pub(crate) closing: bool,
    /// Whether the flusher waits to be woken.
    pub(crate) flusher_sleeps: bool,
    pub(crate) outbox: Outbox<M::Response>,
}

impl<M: Machine> Core<M> {
    pub(crate) fn new() -> Core<M> {
        Core {
            leader_epoch: -1,
            phase: Phase::Unloaded,
            next_call: 0,
            closing: false,
            flusher_sleeps: false,
            outbox: Vec::new(),
        }
    }

    /// Why a request cannot be served now, or the machine that serves it.
    pub(crate) fn serving(&mut self) -> Result<&mut Active<M>, Refusal> {
        if self.closing {
            return Err(Refusal::Closing);
        }
        match &mut self.phase {
            Phase::Active(active) => Ok(active),
            Phase::Unloaded => Err(Refusal::NotLoaded),
            Phase::Loading { .. } => Err(Refusal::Loading),
            Phase::Failed(_) => Err(Refusal::Failed),
        }
    }

    /// Ends the present phase and begins another. Who waits is told `refusal`, unless they are forgotten.
    pub(crate) fn enter(
        &mut self,
        now: Moment,
        phase: Phase<M>,
        refusal: Option<Refusal>,
        metrics: &dyn Metrics,
    ) {
        let before = std::mem::replace(&mut self.phase, phase);
        if let Phase::Active(active) = before {
            metrics.lag(active.high_watermark - active.log_end);
            metrics.unloaded();
            if let Some(refusal) = refusal {
                active.end(now, refusal, &mut self.outbox, metrics);
            }
        }
    }
}
