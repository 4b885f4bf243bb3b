//! A pass over all groups in search of expired offsets (O6), cut into slices so that nobody waits long for one.

use std::ops::Bound;

use plimsoll_coordinator::{Coordinator, Timestamp};
use plimsoll_offsets::Text;
use plimsoll_runtime::TimerChange;

use crate::machine::{Prepared, Timer};

/// How many groups a slice looks at, at most.
const GROUPS_PER_SLICE: usize = 1_000;

/// Milliseconds between two slices: other work gets its turn.
const SLICE_PAUSE_MS: u64 = 1;

/// How far a pass has come; none of it if it has yet to begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sweep {
    /// The next group to look at, or the first after it.
    from: Option<Text>,
}

impl Sweep {
    /// When the pass goes on, or the next one begins.
    pub(crate) fn timer(&self, interval_ms: u64) -> TimerChange<Timer> {
        TimerChange::Set {
            timer: Timer::Expiry,
            arming: 0,
            after_ms: match self.from {
                Some(_) => SLICE_PAUSE_MS,
                // Never at once: a pass must not follow a pass within one tick.
                None => interval_ms.max(SLICE_PAUSE_MS),
            },
        }
    }

    /// Looks at the next groups.
    pub(crate) fn go_on(&self, coordinator: &Coordinator, now: Timestamp) -> Prepared {
        let from = self.from.as_ref().map_or(Bound::Unbounded, Bound::Included);
        let (step, from) = coordinator.expire_some(now, from, GROUPS_PER_SLICE);
        Prepared {
            step,
            sweep: Some(Sweep { from }),
        }
    }
}
