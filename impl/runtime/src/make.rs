//! Making a step: append, then change the machine, then answer once it is durable.

use std::ops::Range;

use crate::core::{Core, Phase};
use crate::decisions::{AppendEpoch, FailedAppend};
use crate::machine::{Machine, NotWritten};
use crate::moment::Moment;
use crate::partition_log::{AppendFailure, PartitionLog};
use crate::refusal::Refusal;
use crate::shard::Shard;

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shard<M, L> {
    /// Appends what the step wants appended and accepts it, or abandons it if nothing was written (S5). If that is not
    /// known, memory is not believed any more: the shard fails, and the next load tells what is in the log.
    pub(crate) fn make(&self, core: &mut Core<M>, now: Moment, step: M::Step) {
        let leader_epoch = core.leader_epoch;
        let Core { phase, outbox, .. } = core;
        // Only a mistaken decision lets a step live longer than the machine that worked it out.
        let Phase::Active(active) = phase else {
            return;
        };
        let Some(batch) = active.machine.batch(&step) else {
            let effects = active.machine.accept(now, step, active.log_end);
            return active.give(now, effects, outbox, &*self.metrics);
        };
        match self.append(leader_epoch, now, batch) {
            Ok(offsets) if offsets.start == active.log_end => {
                let records = offsets.end - offsets.start;
                active.log_end = offsets.end;
                active.dirty = true;
                self.metrics.appended(records.unsigned_abs());
                self.metrics.lag(records);
                let effects = active.machine.accept(now, step, offsets.start);
                active.give(now, effects, outbox, &*self.metrics);
                self.wake_flusher(core);
            }
            // Somebody else has written to this log: what the machine knows is not what it says.
            Ok(offsets) => {
                let (start, expected) = (offsets.start, active.log_end);
                let reason = format!("appended at offset {start}, expected {expected}");
                self.fail(core, now, reason);
            }
            Err(AppendFailure::NotWritten(why)) => {
                self.metrics.append_failed();
                let effects = active.machine.abandon(now, step, why);
                active.give(now, effects, outbox, &*self.metrics);
            }
            Err(AppendFailure::Unknown(reason)) => {
                self.metrics.append_failed();
                match self.decisions.failed_append {
                    FailedAppend::ByItsReport => self.fail(core, now, reason),
                    FailedAppend::AlwaysDropped => {
                        let effects = active.machine.abandon(now, step, NotWritten::Storage);
                        active.give(now, effects, outbox, &*self.metrics);
                    }
                }
            }
        }
    }

    fn append(
        &self,
        loaded_in: i32,
        now: Moment,
        batch: &M::Batch,
    ) -> Result<Range<i64>, AppendFailure> {
        let leader_epoch = match self.decisions.append_epoch {
            AppendEpoch::OfTheState => loaded_in,
            AppendEpoch::OfTheLog => self.log.leader_epoch(),
        };
        self.log.append(leader_epoch, now, batch)
    }

    /// The log cannot be used any more. Whoever waits is told that the outcome is open.
    pub(crate) fn fail(&self, core: &mut Core<M>, now: Moment, reason: String) {
        core.enter(
            now,
            Phase::Failed(reason),
            Some(Refusal::FailedMeanwhile),
            &*self.metrics,
        );
    }
}
