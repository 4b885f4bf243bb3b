//! The high watermark: an event, which carries its leader epoch, and may come late, twice, or out of order.

use crate::core::{Core, Phase};
use crate::decisions::{Decisions, DuringLoad, Order, Watermark};
use crate::machine::Machine;
use crate::moment::Moment;
use crate::partition_log::{HighWatermark, PartitionLog};
use crate::shard::Shard;

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shard<M, L> {
    /// The log is durable up to here. Answers that waited for it are given. An event of another epoch says nothing about
    /// what was appended in this one, and is ignored (S2).
    pub fn high_watermark(&self, now: Moment, event: HighWatermark) {
        let mut core = self.enter();
        if concerns(self.decisions, core.leader_epoch, event.leader_epoch) {
            self.raise(&mut core, now, event.offset);
        }
        self.leave(core);
    }

    fn raise(&self, core: &mut Core<M>, now: Moment, offset: i64) {
        let Core { phase, outbox, .. } = core;
        match phase {
            Phase::Active(active) => {
                // What the leader of this epoch has not appended it cannot acknowledge either.
                let offset = offset.min(active.log_end);
                let is_news = match self.decisions.order {
                    Order::Monotone => offset > active.high_watermark,
                    Order::LastWins => offset != active.high_watermark,
                };
                if !is_news {
                    return;
                }
                self.metrics.lag(active.high_watermark - offset);
                active.high_watermark = offset;
                let effects = active.machine.advance(now, offset);
                active.give(now, effects, outbox, &*self.metrics);
                active.release(now, outbox, &*self.metrics);
            }
            Phase::Loading { high_watermark } => match self.decisions.during_load {
                DuringLoad::Kept => *high_watermark = (*high_watermark).max(Some(offset)),
                DuringLoad::Dropped => {}
            },
            Phase::Unloaded | Phase::Failed(_) => {}
        }
    }
}

fn concerns(decisions: Decisions, ours: i32, theirs: i32) -> bool {
    match decisions.watermark {
        Watermark::SameEpoch => theirs == ours,
        Watermark::LaterEpochsToo => theirs >= ours,
        Watermark::EarlierEpochsToo => theirs <= ours,
    }
}
