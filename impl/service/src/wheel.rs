//! The timers of a shard. They live under the shard's lock, so that what has run out is taken and acted on in one go.

use std::collections::BTreeMap;

use plimsoll_coordinator::Timestamp;

/// Timers that are armed, by name and by deadline.
pub(crate) struct Wheel<T> {
    by_timer: BTreeMap<T, (Timestamp, u64)>,
    by_deadline: BTreeMap<(Timestamp, T), u64>,
}

impl<T> Default for Wheel<T> {
    fn default() -> Wheel<T> {
        Wheel {
            by_timer: BTreeMap::new(),
            by_deadline: BTreeMap::new(),
        }
    }
}

impl<T: Ord + Clone> Wheel<T> {
    /// Arms the timer, instead of an earlier arming of it.
    pub(crate) fn set(&mut self, now: Timestamp, timer: T, arming: u64, after_ms: u64) {
        let deadline = after(now, after_ms);
        if let Some((old, _)) = self.by_timer.insert(timer.clone(), (deadline, arming)) {
            self.by_deadline.remove(&(old, timer.clone()));
        }
        self.by_deadline.insert((deadline, timer), arming);
    }

    pub(crate) fn cancel(&mut self, timer: T) {
        if let Some((old, _)) = self.by_timer.remove(&timer) {
            self.by_deadline.remove(&(old, timer));
        }
    }

    /// Takes out the first timer that has run out, with its arming.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(T, u64)> {
        let first = self.by_deadline.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        let ((_, timer), arming) = first.remove_entry();
        self.by_timer.remove(&timer);
        Some((timer, arming))
    }
}

/// So many milliseconds later.
pub(crate) fn after(now: Timestamp, ms: u64) -> Timestamp {
    Timestamp(now.0.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_in_the_order_of_their_deadlines_each_once() {
        let mut wheel = Wheel::default();
        wheel.set(Timestamp(0), "late", 1, 30);
        wheel.set(Timestamp(0), "early", 2, 10);
        assert_eq!(wheel.take_due(Timestamp(9)), None);
        assert_eq!(wheel.take_due(Timestamp(30)), Some(("early", 2)));
        assert_eq!(wheel.take_due(Timestamp(30)), Some(("late", 1)));
        assert_eq!(wheel.take_due(Timestamp(99)), None);
    }

    #[test]
    fn armed_again_is_armed_once() {
        let mut wheel = Wheel::default();
        wheel.set(Timestamp(0), "session", 1, 10);
        wheel.set(Timestamp(5), "session", 2, 10);
        assert_eq!(wheel.take_due(Timestamp(14)), None);
        assert_eq!(wheel.take_due(Timestamp(15)), Some(("session", 2)));
        assert_eq!(wheel.take_due(Timestamp(99)), None);
    }

    #[test]
    fn cancelled_is_gone() {
        let mut wheel = Wheel::default();
        wheel.set(Timestamp(0), "session", 1, 10);
        wheel.cancel("session");
        assert_eq!(wheel.take_due(Timestamp(99)), None);
    }
}
