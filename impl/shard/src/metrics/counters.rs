//! Metrics as counters, with a dump as text.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::Metrics;
use crate::refusal::Refusal;

/// Latencies are counted by powers of two: bucket `i` holds those below `2^i` microseconds, the last all the others.
const BUCKETS: usize = 32;

/// Counts everything. Displayed, it is one line for each figure: its name, a space, its value.
#[derive(Debug, Default)]
pub struct Counters {
    appends: AtomicU64,
    records: AtomicU64,
    append_failures: AtomicU64,
    syncs: AtomicU64,
    sync_us: AtomicU64,
    sync_failures: AtomicU64,
    lag: AtomicI64,
    waiters: AtomicI64,
    latency: [AtomicU64; BUCKETS],
    loads: AtomicU64,
    loaded_records: AtomicU64,
    load_us: AtomicU64,
    load_failures: AtomicU64,
    loads_superseded: AtomicU64,
    unloads: AtomicU64,
    timers: AtomicU64,
    expired: AtomicU64,
    refusals: Mutex<BTreeMap<&'static str, u64>>,
    rebalances: Mutex<BTreeMap<&'static str, u64>>,
}

impl Counters {
    /// How many batches were appended.
    pub fn appends(&self) -> u64 {
        self.appends.load(Relaxed)
    }

    /// How many syncs succeeded.
    pub fn syncs(&self) -> u64 {
        self.syncs.load(Relaxed)
    }

    /// Calls that have no answer yet.
    pub fn waiters(&self) -> i64 {
        self.waiters.load(Relaxed)
    }

    /// Records above the high watermark.
    pub fn lag(&self) -> i64 {
        self.lag.load(Relaxed)
    }

    /// How many calls were answered by their machine.
    pub fn answers(&self) -> u64 {
        self.latency.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// Microseconds below which this share (in percent) of the answers took: the bound of a bucket, at most twice the
    /// true value. 0 if there were none.
    pub fn latency_us(&self, percent: u64) -> u64 {
        let wanted = self.answers().saturating_mul(percent).div_ceil(100);
        let mut seen = 0;
        for (power, bucket) in self.latency.iter().enumerate() {
            seen += bucket.load(Relaxed);
            if wanted > 0 && seen >= wanted {
                return 1 << power;
            }
        }
        0
    }
}

fn count(named: &Mutex<BTreeMap<&'static str, u64>>, name: &'static str) {
    let mut named = named.lock().unwrap_or_else(PoisonError::into_inner);
    *named.entry(name).or_default() += 1;
}

const fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Loading => "loading",
        Refusal::NotLoaded => "not_loaded",
        Refusal::Failed => "failed",
        Refusal::Closing => "closing",
        Refusal::Unloaded => "unloaded",
        Refusal::FailedMeanwhile => "failed_meanwhile",
        Refusal::TimedOut => "timed_out",
    }
}

impl Metrics for Counters {
    fn appended(&self, records: u64) {
        self.appends.fetch_add(1, Relaxed);
        self.records.fetch_add(records, Relaxed);
    }
    fn append_failed(&self) {
        self.append_failures.fetch_add(1, Relaxed);
    }
    fn synced(&self, us: u64) {
        self.syncs.fetch_add(1, Relaxed);
        self.sync_us.fetch_add(us, Relaxed);
    }
    fn sync_failed(&self) {
        self.sync_failures.fetch_add(1, Relaxed);
    }
    fn lag(&self, change: i64) {
        self.lag.fetch_add(change, Relaxed);
    }
    fn waiters(&self, change: i64) {
        self.waiters.fetch_add(change, Relaxed);
    }
    fn answered(&self, us: u64) {
        let power = (u64::BITS - us.leading_zeros()) as usize;
        self.latency[power.min(BUCKETS - 1)].fetch_add(1, Relaxed);
    }
    fn refused(&self, refusal: Refusal) {
        count(&self.refusals, refusal_name(refusal));
    }
    fn loaded(&self, records: u64, us: u64) {
        self.loads.fetch_add(1, Relaxed);
        self.loaded_records.fetch_add(records, Relaxed);
        self.load_us.fetch_add(us, Relaxed);
    }
    fn load_failed(&self) {
        self.load_failures.fetch_add(1, Relaxed);
    }
    fn load_superseded(&self) {
        self.loads_superseded.fetch_add(1, Relaxed);
    }
    fn unloaded(&self) {
        self.unloads.fetch_add(1, Relaxed);
    }
    fn timer_fired(&self) {
        self.timers.fetch_add(1, Relaxed);
    }
    fn rebalance(&self, cause: &'static str) {
        count(&self.rebalances, cause);
    }
    fn expired(&self, offsets: u64) {
        self.expired.fetch_add(offsets, Relaxed);
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals = [
            ("appends", &self.appends),
            ("appended_records", &self.records),
            ("append_failures", &self.append_failures),
            ("syncs", &self.syncs),
            ("sync_us", &self.sync_us),
            ("sync_failures", &self.sync_failures),
            ("loads", &self.loads),
            ("loaded_records", &self.loaded_records),
            ("load_us", &self.load_us),
            ("load_failures", &self.load_failures),
            ("loads_superseded", &self.loads_superseded),
            ("unloads", &self.unloads),
            ("timers_fired", &self.timers),
            ("offsets_expired", &self.expired),
        ];
        for (name, value) in totals {
            writeln!(f, "{name} {}", value.load(Relaxed))?;
        }
        writeln!(f, "lag_records {}", self.lag())?;
        writeln!(f, "waiters {}", self.waiters())?;
        writeln!(f, "answers {}", self.answers())?;
        for percent in [50, 90, 99, 100] {
            writeln!(
                f,
                "answer_us{{percent=\"{percent}\"}} {}",
                self.latency_us(percent)
            )?;
        }
        for (name, label, named) in [
            ("refusals", "why", &self.refusals),
            ("rebalances", "cause", &self.rebalances),
        ] {
            for (value, times) in &*named.lock().unwrap_or_else(PoisonError::into_inner) {
                writeln!(f, "{name}{{{label}=\"{value}\"}} {times}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_fall_into_the_bucket_above_them() {
        let counters = Counters::default();
        for us in [0, 3, 900, 1_000] {
            counters.answered(us);
        }
        assert_eq!(counters.latency_us(25), 1);
        assert_eq!(counters.latency_us(50), 4);
        assert_eq!(counters.latency_us(100), 1_024);
        counters.answered(u64::MAX);
        assert_eq!(counters.latency_us(100), 1 << 31);
    }

    #[test]
    fn the_dump_names_every_figure_once() {
        let counters = Counters::default();
        counters.appended(3);
        counters.rebalance("join");
        counters.refused(Refusal::TimedOut);
        let dump = counters.to_string();
        let mut names: Vec<&str> = dump
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        for expected in [
            "appended_records 3",
            "rebalances{cause=\"join\"} 1",
            "refusals{why=\"timed_out\"} 1",
        ] {
            assert!(dump.lines().any(|line| line == expected), "{dump}");
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
