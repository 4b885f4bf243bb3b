//! Loading: the log replayed into a new machine, while requests are refused and elections go on (S6).

use crate::core::{Core, Phase};
use crate::decisions::{Completion, Tail};
use crate::machine::Machine;
use crate::moment::Moment;
use crate::partition_log::{Extent, PartitionLog};
use crate::shard::Shard;

/// How a load ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The shard serves.
    Active {
        /// How many records were replayed.
        records: u64,
    },
    /// The log could not be read to its end, so the shard serves nothing: half a log is not a log (S6).
    Failed {
        /// Why.
        reason: String,
    },
    /// By the time it ended somebody had been elected or had resigned: it counts for nothing.
    Superseded,
}

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shard<M, L> {
    /// Loads the shard as the leader of `leader_epoch`, to which it must have been [elected](Shard::elect). The log is
    /// read by this thread without the shard's lock. `clock` is asked when it begins and when it has ended.
    pub fn load(&self, clock: &dyn Fn() -> Moment, leader_epoch: i32) -> Loaded {
        let begun = clock();
        let mut machine = (self.make_machine)(leader_epoch);
        let replayed = self.replay(&mut machine, leader_epoch);
        let now = clock();
        let mut core = self.enter();
        let is_wanted =
            core.leader_epoch == leader_epoch && matches!(core.phase, Phase::Loading { .. });
        let counts = match self.decisions.completion {
            Completion::IfStillWanted => is_wanted,
            Completion::Always => {
                core.leader_epoch = leader_epoch;
                true
            }
        };
        let loaded = if !counts {
            self.metrics.load_superseded();
            Loaded::Superseded
        } else {
            match replayed {
                Ok((extent, records)) => {
                    self.activate(&mut core, now, machine, extent);
                    self.metrics.loaded(records, now.us_since(begun));
                    Loaded::Active { records }
                }
                Err(reason) => {
                    self.metrics.load_failed();
                    self.fail(&mut core, now, reason.clone());
                    Loaded::Failed { reason }
                }
            }
        };
        self.leave(core);
        loaded
    }

    fn activate(&self, core: &mut Core<M>, now: Moment, machine: M, extent: Extent) {
        let kept = match &core.phase {
            Phase::Loading { high_watermark } => *high_watermark,
            _ => None,
        };
        let high_watermark = extent.high_watermark.max(kept.unwrap_or(0)).min(extent.end);
        let settled = match self.decisions.tail {
            Tail::Pending => high_watermark,
            Tail::Settled => extent.end,
        };
        let mut active = crate::active::Active::new(machine, extent.end, settled);
        self.metrics.lag(extent.end - settled);
        let effects = active.machine.activate(now, extent.end, high_watermark);
        active.give(now, effects, &mut core.outbox, &*self.metrics);
        core.enter(now, Phase::Active(active), None, &*self.metrics);
        self.wake_flusher(core);
    }

    fn replay(&self, machine: &mut M, leader_epoch: i32) -> Result<(Extent, u64), String> {
        let extent = self.log.extent(leader_epoch)?;
        machine.begin(extent.high_watermark);
        let mut next = extent.start;
        let mut count = 0;
        while next < extent.end {
            let chunk = self.log.read(next, extent.end)?;
            if chunk.next <= next {
                return Err(format!("nothing can be read at offset {next}"));
            }
            for (offset, record) in chunk.records {
                if let Err(reason) = machine.replay(offset, record) {
                    return Err(format!("record at offset {offset}: {reason}"));
                }
                count += 1;
            }
            next = chunk.next;
        }
        Ok((extent, count))
    }
}
