//! Time passes: calls whose time has run out, and timers.

use crate::core::{Core, Phase};
use crate::decisions::{TimeOut, Timers};
use crate::machine::Machine;
use crate::moment::Moment;
use crate::partition_log::PartitionLog;
use crate::refusal::Refusal;
use crate::shard::Shard;

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shard<M, L> {
    /// It is `now`: refuses calls whose time has run out, and fires the timers that are due.
    pub fn tick(&self, now: Moment) {
        let mut core = self.enter();
        let Core { phase, outbox, .. } = &mut *core;
        if let Phase::Active(active) = phase {
            let refusal = match self.decisions.time_out {
                TimeOut::LeavesItOpen => Refusal::TimedOut,
                TimeOut::SaysFailed => Refusal::Failed,
            };
            active.time_out(now, refusal, outbox, &*self.metrics);
        }
        match self.decisions.timers {
            Timers::UnderTheLock => {
                while let Some((timer, arming)) = due(&mut core, now) {
                    self.fire(&mut core, now, &timer, arming);
                }
            }
            Timers::TakenFirst => {
                let mut taken = Vec::new();
                while let Some(timer) = due(&mut core, now) {
                    taken.push(timer);
                }
                self.leave(core);
                core = self.enter();
                for (timer, arming) in taken {
                    self.fire(&mut core, now, &timer, arming);
                }
            }
        }
        self.leave(core);
    }

    fn fire(&self, core: &mut Core<M>, now: Moment, timer: &M::Timer, arming: u64) {
        if let Phase::Active(active) = &mut core.phase {
            self.metrics.timer_fired();
            let step = active.machine.expire(now, timer, arming);
            self.make(core, now, step);
        }
    }
}

fn due<M: Machine>(core: &mut Core<M>, now: Moment) -> Option<(M::Timer, u64)> {
    match &mut core.phase {
        Phase::Active(active) => active.wheel.take_due(now),
        _ => None,
    }
}
