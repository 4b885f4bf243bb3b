//! The timers of a shard. They live under the shard's lock, so that what has run out is taken and acted on in one go.

use std::collections::BTreeMap;

use crate::machine::TimerChange;
use crate::moment::Moment;

/// Timers that are armed, by name and by deadline.
pub(crate) struct Wheel<T> {
    by_timer: BTreeMap<T, (Moment, u64)>,
    by_deadline: BTreeMap<(Moment, T), u64>,
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
    pub(crate) fn change(&mut self, now: Moment, change: TimerChange<T>) {
        match change {
            TimerChange::Set {
                timer,
                arming,
                after_ms,
            } => {
                let deadline = now.after_ms(after_ms);
                if let Some((old, _)) = self.by_timer.insert(timer.clone(), (deadline, arming)) {
                    self.by_deadline.remove(&(old, timer.clone()));
                }
                self.by_deadline.insert((deadline, timer), arming);
            }
            TimerChange::Cancel { timer } => {
                if let Some((old, _)) = self.by_timer.remove(&timer) {
                    self.by_deadline.remove(&(old, timer));
                }
            }
        }
    }

    /// Takes out the first timer that has run out, with its arming.
    pub(crate) fn take_due(&mut self, now: Moment) -> Option<(T, u64)> {
        let first = self.by_deadline.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        let ((_, timer), arming) = first.remove_entry();
        self.by_timer.remove(&timer);
        Some((timer, arming))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(timer: &str, arming: u64, after_ms: u64) -> TimerChange<&str> {
        TimerChange::Set {
            timer,
            arming,
            after_ms,
        }
    }

    #[test]
    fn due_in_the_order_of_their_deadlines_each_once() {
        let mut wheel = Wheel::default();
        wheel.change(Moment::from_ms(0), set("late", 1, 30));
        wheel.change(Moment::from_ms(0), set("early", 2, 10));
        assert_eq!(wheel.take_due(Moment::from_ms(9)), None);
        assert_eq!(wheel.take_due(Moment::from_ms(30)), Some(("early", 2)));
        assert_eq!(wheel.take_due(Moment::from_ms(30)), Some(("late", 1)));
        assert_eq!(wheel.take_due(Moment::from_ms(99)), None);
    }

    #[test]
    fn armed_again_is_armed_once() {
        let mut wheel = Wheel::default();
        wheel.change(Moment::from_ms(0), set("session", 1, 10));
        wheel.change(Moment::from_ms(5), set("session", 2, 10));
        assert_eq!(wheel.take_due(Moment::from_ms(14)), None);
        assert_eq!(wheel.take_due(Moment::from_ms(15)), Some(("session", 2)));
        assert_eq!(wheel.take_due(Moment::from_ms(99)), None);
    }

    #[test]
    fn cancelled_is_gone() {
        let mut wheel = Wheel::default();
        wheel.change(Moment::from_ms(0), set("session", 1, 10));
        wheel.change(Moment::from_ms(0), TimerChange::Cancel { timer: "session" });
        assert_eq!(wheel.take_due(Moment::from_ms(99)), None);
    }
}
