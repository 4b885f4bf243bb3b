//! What shards, and the threads around them, tell about themselves while they run.

mod counters;

pub use counters::Counters;

use crate::refusal::Refusal;

/// Takes what happens. Every method is called under a lock or on a path that many threads take: it must be
/// cheap. Those that are not implemented cost nothing but the call.
pub trait Metrics: std::fmt::Debug + Send + Sync {
    /// So many records were appended as one batch.
    fn appended(&self, records: u64) {
        let _ = records;
    }
    /// An append failed.
    fn append_failed(&self) {}
    /// A sync succeeded and took so many microseconds.
    fn synced(&self, us: u64) {
        let _ = us;
    }
    /// A sync failed.
    fn sync_failed(&self) {}
    /// The number of records above the high watermark, all shards together, changed by so many.
    fn lag(&self, change: i64) {
        let _ = change;
    }
    /// The number of calls without an answer, all shards together, changed by so many.
    fn waiters(&self, change: i64) {
        let _ = change;
    }
    /// A request was answered, so many microseconds after it had come.
    fn answered(&self, us: u64) {
        let _ = us;
    }
    /// A call was not answered by an active coordinator.
    fn refused(&self, refusal: Refusal) {
        let _ = refusal;
    }
    /// A shard was loaded: so many records in so many microseconds.
    fn loaded(&self, records: u64, us: u64) {
        let _ = (records, us);
    }
    /// A load failed.
    fn load_failed(&self) {}
    /// A load ended when nobody wanted it any more.
    fn load_superseded(&self) {}
    /// A shard that had been active was unloaded or failed.
    fn unloaded(&self) {}
    /// A timer ran out and was acted on.
    fn timer_fired(&self) {}
    /// A group began to rebalance; the cause is one of a few fixed words.
    fn rebalance(&self, cause: &'static str) {
        let _ = cause;
    }
    /// So many committed offsets expired.
    fn expired(&self, offsets: u64) {
        let _ = offsets;
    }
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMetrics;

impl Metrics for NoMetrics {}
