//! Settings of the service, under Kafka's names in the documentation of each.

use std::time::Duration;

use plimsoll_coordinator::{CoordinatorConfig, Decisions, Topics};
use plimsoll_log::LogConfig;

/// Settings of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `offsets.topic.num.partitions`, at least 1. Another number than the disk was written with sends groups to
    /// partitions where their offsets are not (S10).
    pub offsets_partitions: i32,
    /// The data topics: commits of others are refused.
    pub topics: Topics,
    /// Settings of the logs.
    pub log: LogConfig,
    /// Settings of the coordinators.
    pub coordinator: CoordinatorConfig,
    /// `offsets.commit.timeout.ms`: who waits longer for what it wrote to be durable is told that the outcome is open
    /// (S4). Joins and syncs wait for other members and have time-outs of their own.
    pub commit_timeout: Duration,
    /// `offsets.retention.check.interval.ms`, in milliseconds: how often expired offsets are looked for.
    pub expiry_interval_ms: u64,
    /// How often timers and time-outs are looked at.
    pub tick: Duration,
    /// Right by default; see [`Decisions`].
    pub decisions: Decisions,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            offsets_partitions: 50,
            topics: Topics::default(),
            // `offsets.topic.segment.bytes`, and what Kafka forces on the topic.
            log: LogConfig {
                segment_bytes: 104_857_600,
                compact: true,
                retention_ms: None,
                ..LogConfig::default()
            },
            coordinator: CoordinatorConfig::default(),
            commit_timeout: Duration::from_secs(5),
            expiry_interval_ms: 600_000,
            tick: Duration::from_millis(10),
            decisions: Decisions::default(),
        }
    }
}
