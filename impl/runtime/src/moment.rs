//! Time, which always comes from outside.

/// A moment in microseconds since the epoch. The machines count in milliseconds; latencies need finer steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Microseconds since the epoch.
    pub us: i64,
}

impl Moment {
    /// So many milliseconds since the epoch.
    pub const fn from_ms(ms: i64) -> Moment {
        Moment {
            us: ms.saturating_mul(1_000),
        }
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn ms(self) -> i64 {
        self.us.div_euclid(1_000)
    }

    /// So many milliseconds later.
    pub fn after_ms(self, ms: u64) -> Moment {
        let us = i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1_000);
        Moment {
            us: self.us.saturating_add(us),
        }
    }

    /// Microseconds since `earlier`; none if the clock went back.
    pub fn us_since(self, earlier: Moment) -> u64 {
        u64::try_from(self.us.saturating_sub(earlier.us)).unwrap_or(0)
    }
}
