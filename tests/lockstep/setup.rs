//! The settings of a story.

use std::fmt;
use std::sync::Arc;

use plimsoll_log::{Decisions, LogConfig};
use proptest::prelude::*;

/// `delete.retention.ms`.
pub const DELETE_RETENTION_MS: i64 = 1000;
/// `retention.bytes`.
pub const RETENTION_BYTES: u64 = 500;
/// `retention.ms`.
pub const RETENTION_MS: i64 = 2500;

/// The settings that matter to small logs: what is too much for them now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    pub compact: bool,
    pub segment_bytes: u64,
    pub segment_ms: i64,
    pub checkpoint_bytes: u64,
    pub offset_map_bytes: usize,
    pub index_interval_bytes: u32,
    pub sector_bytes: usize,
    pub decisions: Decisions,
}

impl Setup {
    pub fn any() -> impl Strategy<Value = Setup> {
        let segment_bytes = proptest::sample::select(vec![1 << 20, 300u64, 1]);
        let segment_ms = proptest::sample::select(vec![1 << 40, 1500i64]);
        let checkpoint_bytes = proptest::sample::select(vec![1 << 20, 400u64, 1]);
        let offset_map_bytes = proptest::sample::select(vec![1 << 20, 200usize, 0]);
        let index_interval_bytes = proptest::sample::select(vec![4096, 100u32, 0]);
        let sector_bytes = proptest::sample::select(vec![512, 64usize]);
        (
            proptest::bool::weighted(0.75),
            segment_bytes,
            segment_ms,
            checkpoint_bytes,
            offset_map_bytes,
            index_interval_bytes,
            sector_bytes,
        )
            .prop_map(
                |(compact, segment_bytes, segment_ms, checkpoint_bytes, map, index, sector)| {
                    Setup {
                        compact,
                        segment_bytes,
                        segment_ms,
                        checkpoint_bytes,
                        offset_map_bytes: map,
                        index_interval_bytes: index,
                        sector_bytes: sector,
                        decisions: Decisions::default(),
                    }
                },
            )
    }

    /// For a log of a few records, with checkpoints that come by themselves or do not.
    pub fn small(compact: bool, checkpoints: bool) -> Setup {
        Setup {
            compact,
            segment_bytes: 1 << 20,
            segment_ms: 1 << 40,
            checkpoint_bytes: if checkpoints { 100 } else { 1 << 20 },
            offset_map_bytes: 1 << 20,
            index_interval_bytes: 0,
            sector_bytes: 512,
            decisions: Decisions::default(),
        }
    }

    pub fn config(&self) -> Arc<LogConfig> {
        Arc::new(LogConfig {
            segment_bytes: self.segment_bytes,
            segment_ms: self.segment_ms,
            index_interval_bytes: self.index_interval_bytes,
            retention_bytes: Some(RETENTION_BYTES),
            retention_ms: Some(RETENTION_MS),
            compact: self.compact,
            delete_retention_ms: DELETE_RETENTION_MS,
            min_compaction_lag_ms: 0,
            offset_map_bytes: self.offset_map_bytes,
            checkpoint_bytes: self.checkpoint_bytes,
            producer_expiration_ms: i64::MAX,
            decisions: self.decisions,
        })
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.compact {
            "a compacted log"
        } else {
            "a log"
        };
        write!(f, "{kind} with segments of {} bytes", self.segment_bytes)?;
        write!(f, ", {} ms", self.segment_ms)?;
        write!(f, ", a checkpoint every {} bytes", self.checkpoint_bytes)?;
        write!(f, ", {} bytes for keys", self.offset_map_bytes)?;
        write!(
            f,
            ", an index entry every {} bytes",
            self.index_interval_bytes
        )?;
        write!(f, ", sectors of {} bytes", self.sector_bytes)
    }
}
