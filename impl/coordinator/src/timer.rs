//! Timers: named here, kept outside. Which are armed is state; when they fire is not.

use plimsoll_offsets::Text;

/// What a timer of a group is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerName {
    /// The member has been silent for its session time-out (G9); for a new member whose join is parked, for the
    /// new-member join time-out.
    Session(Text),
    /// The member was told its id and has not come back with it.
    Pending(Text),
    /// The join phase ends: its rebalance time-out or initial delay is over (V1).
    Join,
    /// The sync phase ends: who has not synced is dropped (V1).
    Sync,
}

/// A timer as it was armed. Arming again gives another id, so that one that fires late is known to be stale and is
/// ignored; a wheel that is keyed by group and name replaces the old one by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId {
    /// The group.
    pub group: Text,
    /// Which of its timers.
    pub name: TimerName,
    /// Which arming of it.
    pub arming: u64,
}

/// What to do with a timer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TimerChange {
    /// Fire it after so many milliseconds, instead of an earlier arming of the same group and name.
    Set {
        /// The timer.
        timer: TimerId,
        /// Milliseconds from now.
        after_ms: u64,
    },
    /// Do not fire it any more.
    Cancel {
        /// The timer.
        timer: TimerId,
    },
}

impl TimerChange {
    /// The timer that is set or cancelled.
    pub fn timer(&self) -> &TimerId {
        match self {
            TimerChange::Set { timer, .. } | TimerChange::Cancel { timer } => timer,
        }
    }
}

/// The armed timers of a group: name, arming, and the time it was armed for.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArmedTimers {
    armed: Vec<(TimerName, u64, u64)>,
}

impl ArmedTimers {
    fn position(&self, name: &TimerName) -> Result<usize, usize> {
        self.armed.binary_search_by(|(armed, _, _)| armed.cmp(name))
    }

    pub(crate) fn arming(&self, name: &TimerName) -> Option<u64> {
        self.position(name).ok().map(|at| self.armed[at].1)
    }

    /// In the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&TimerName, u64)> {
        self.armed.iter().map(|(name, arming, _)| (name, *arming))
    }

    /// Does what a step decided.
    pub(crate) fn apply(&mut self, change: &TimerChange) {
        let name = &change.timer().name;
        match (self.position(name), change) {
            (Ok(at), TimerChange::Set { timer, after_ms }) => {
                self.armed[at] = (timer.name.clone(), timer.arming, *after_ms);
            }
            (Err(at), TimerChange::Set { timer, after_ms }) => {
                let armed = (timer.name.clone(), timer.arming, *after_ms);
                self.armed.insert(at, armed);
            }
            (Ok(at), TimerChange::Cancel { .. }) => drop(self.armed.remove(at)),
            (Err(_), TimerChange::Cancel { .. }) => {}
        }
    }

    /// Takes the timer out if it is the current arming; gives the time it had been armed for.
    pub(crate) fn take(&mut self, name: &TimerName, arming: u64) -> Option<u64> {
        let at = self
            .position(name)
            .ok()
            .filter(|&at| self.armed[at].1 == arming)?;
        Some(self.armed.remove(at).2)
    }
}
