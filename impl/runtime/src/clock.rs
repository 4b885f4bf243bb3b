//! Where the runtime's threads get the time from.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Instant, SystemTime};

use crate::moment::Moment;

/// A clock that many threads ask.
pub trait Clock: Send + Sync + 'static {
    /// What time it is.
    fn now(&self) -> Moment;
}

/// The system's clock as it was when this one was made, and from then on the time that has passed: it never goes back,
/// whatever is done to the system's clock.
#[derive(Debug)]
pub struct SystemClock {
    begun: Instant,
    begun_at: Moment,
}

impl SystemClock {
    /// A clock that is right now.
    pub fn new() -> SystemClock {
        let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        SystemClock {
            begun: Instant::now(),
            begun_at: Moment {
                us: i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX),
            },
        }
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let passed = i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        Moment {
            us: self.begun_at.us.saturating_add(passed),
        }
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves the clock to this moment.
    pub fn set(&self, now: Moment) {
        self.0.store(now.us, Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        Moment {
            us: self.0.load(Relaxed),
        }
    }
}
