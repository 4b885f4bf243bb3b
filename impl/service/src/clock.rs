//! Where the threads get the time from.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Instant, SystemTime};

use plimsoll_coordinator::Timestamp;

/// A clock that many threads ask.
pub trait Clock: Send + Sync + 'static {
    /// What time it is.
    fn now(&self) -> Timestamp;
}

/// The system's clock as it was when this one was made, and from then on the time that has passed: it never goes back,
/// whatever is done to the system's clock.
#[derive(Debug)]
pub struct SystemClock {
    begun: Instant,
    begun_at: Timestamp,
}

impl SystemClock {
    /// A clock that is right now.
    pub fn new() -> SystemClock {
        let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        SystemClock {
            begun: Instant::now(),
            begun_at: Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)),
        }
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.begun_at.0.saturating_add(passed))
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves the clock to this time.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Relaxed))
    }
}
