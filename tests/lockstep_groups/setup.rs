//! The settings of a story.

use std::fmt;

use plimsoll_broker::{Config, CoordinatorConfig, Decisions, TopicConfig};
use plimsoll_log::LogConfig;
use plimsoll_model::groups::Settings;
use proptest::prelude::*;

use crate::names;

/// `offsets.retention.minutes`: a day.
pub const RETENTION_MS: i64 = 86_400_000;
/// `offset.metadata.max.bytes`.
pub const METADATA_MAX: usize = 4;
/// How many partitions each topic has.
pub const TOPICS: [i32; 3] = [2, 1, 1];
/// Tombstones go so long after they were first cleaned.
const DELETE_RETENTION_MS: i64 = 100;

#[derive(Clone, Debug)]
pub struct Setup {
    pub partitions: i32,
    pub members_max: usize,
    pub initial_delay_ms: u64,
    pub segment_bytes: u64,
    pub checkpoint_bytes: u64,
    pub tombstones_per_step: usize,
    pub decisions: Decisions,
}

impl Setup {
    pub fn any() -> impl Strategy<Value = Setup> {
        use proptest::sample::select;
        (
            1..=3i32,
            select(vec![100usize, 100, 2]),
            select(vec![0u64, 3000]),
            select(vec![1u64 << 20, 600, 1, 1]),
            select(vec![1u64 << 20, 500]),
            select(vec![1usize, 1000]),
        )
            .prop_map(
                |(partitions, members, delay, segment, checkpoint, tombstones)| Setup {
                    partitions,
                    members_max: members,
                    initial_delay_ms: delay,
                    segment_bytes: segment,
                    checkpoint_bytes: checkpoint,
                    tombstones_per_step: tombstones,
                    decisions: Decisions::default(),
                },
            )
    }

    /// For the broker.
    pub fn config(&self) -> Config {
        let topic = |(topic, partitions): (usize, &i32)| TopicConfig {
            name: names::topic(topic as u8),
            partitions: *partitions,
        };
        Config {
            topics: TOPICS.iter().enumerate().map(topic).collect(),
            offsets_partitions: self.partitions,
            offsets_log: LogConfig {
                segment_bytes: self.segment_bytes,
                segment_ms: i64::MAX,
                compact: true,
                retention_ms: None,
                delete_retention_ms: DELETE_RETENTION_MS,
                offset_map_bytes: 1 << 20,
                checkpoint_bytes: self.checkpoint_bytes,
                producer_expiration_ms: i64::MAX,
                ..LogConfig::default()
            },
            coordinator: CoordinatorConfig {
                initial_rebalance_delay_ms: self.initial_delay_ms,
                max_group_size: self.members_max,
                offsets_retention_ms: RETENTION_MS,
                tombstones_per_step: self.tombstones_per_step,
                offset_metadata_max: METADATA_MAX,
                ..CoordinatorConfig::default()
            },
            decisions: self.decisions,
            ..Config::default()
        }
    }

    /// The same for the model.
    pub fn settings(&self) -> Settings {
        Settings {
            session_ms: (6_000, 1_800_000),
            initial_delay_ms: self.initial_delay_ms as i64,
            new_member_ms: 300_000,
            members_max: self.members_max,
            retention_ms: RETENTION_MS,
            metadata_max: METADATA_MAX,
            topics: TOPICS.to_vec(),
        }
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} partitions, groups of up to {}, which gather for {} ms; segments of {} bytes, a checkpoint every {} \
             bytes, {} tombstones a step",
            self.partitions,
            self.members_max,
            self.initial_delay_ms,
            self.segment_bytes,
            self.checkpoint_bytes,
            self.tombstones_per_step
        )
    }
}
