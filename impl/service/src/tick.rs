//! Time passes: calls whose time has run out, timers, and passes over expired offsets.

use plimsoll_coordinator::{TimerId, Timestamp};

use crate::decisions::Timers;
use crate::shared_log::{LockedEachTime, SharedLog};
use crate::shared_shard::{Guarded, SharedShard, Timer};

/// Milliseconds between two slices of a pass: other work gets its turn.
const SLICE_PAUSE_MS: u64 = 1;

impl<L: SharedLog> SharedShard<L> {
    /// It is `now`: answers calls whose time has run out, and fires the timers that are due.
    pub fn tick(&self, now: Timestamp) {
        let mut guarded = self.enter();
        while let Some(call) = guarded.overdue(now) {
            if let Some(answer) = guarded.shard.time_out(call) {
                guarded.answer(answer);
            }
        }
        match self.decisions.timers {
            Timers::UnderTheLock => {
                while let Some((timer, arming)) = guarded.wheel.take_due(now) {
                    self.fire(&mut guarded, now, timer, arming);
                }
            }
            Timers::TakenFirst => {
                let mut taken = Vec::new();
                while let Some((timer, _)) = guarded.wheel.take_due(now) {
                    taken.push(timer);
                }
                self.leave(guarded);
                guarded = self.enter();
                for timer in taken {
                    if let Some(arming) = armed(&guarded, &timer) {
                        self.fire(&mut guarded, now, timer, arming);
                    }
                }
            }
        }
        self.leave(guarded);
    }

    fn fire(&self, guarded: &mut Guarded, now: Timestamp, timer: Timer, arming: u64) {
        if !guarded.shard.is_active() {
            return;
        }
        self.metrics.timer_fired();
        let mut log = LockedEachTime(&self.log);
        match timer {
            Timer::Group(group, name) => {
                let timer = TimerId {
                    group,
                    name,
                    arming,
                };
                let outcome = guarded.shard.fire(&mut log, now, &timer);
                guarded.give(now, outcome);
            }
            Timer::Expiry => {
                let (outcome, goes_on) = guarded.shard.expire_slice(&mut log, now);
                guarded.give(now, outcome);
                let after_ms = match goes_on {
                    true => SLICE_PAUSE_MS,
                    // Never at once: a pass must not follow a pass within one tick.
                    false => self.expiry_interval_ms.max(SLICE_PAUSE_MS),
                };
                guarded.wheel.set(now, Timer::Expiry, 0, after_ms);
            }
        }
    }
}

/// The arming by which the coordinator knows a timer now: who fires it by its name alone fires this one.
fn armed(guarded: &Guarded, timer: &Timer) -> Option<u64> {
    match timer {
        Timer::Group(group, name) => {
            let mut armed = guarded.shard.coordinator().timers().into_iter();
            let same = |armed: &TimerId| armed.group == *group && armed.name == *name;
            armed.find(same).map(|armed| armed.arming)
        }
        Timer::Expiry => Some(0),
    }
}
