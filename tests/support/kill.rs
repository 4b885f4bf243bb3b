//! What the process that is killed and the one that kills it agree on.

use std::sync::Arc;

use plimsoll_log::{LogConfig, NewBatch, NewRecord, Producer};

/// A log that keeps everything but what is deleted from its front.
pub const PARTITION: &str = "p-0";
/// A compacted log, in which each of a few keys is written again and again.
pub const COMPACTED: &str = "c-0";
/// How many keys the compacted log has.
pub const KEYS: u64 = 23;
/// The time that it always is, in milliseconds since the epoch.
pub const NOW_MS: i64 = 1_000_000;

/// Segments of a few batches and checkpoints after a few more, so that a life of milliseconds meets every file.
pub fn config(directory: &str) -> Arc<LogConfig> {
    Arc::new(LogConfig {
        segment_bytes: 4096,
        checkpoint_bytes: 6000,
        index_interval_bytes: 256,
        compact: directory == COMPACTED,
        ..LogConfig::default()
    })
}

/// The key of a value in the compacted log.
pub fn key_of(value: u64) -> u64 {
    value.wrapping_mul(0x9e37_79b9_7f4a_7c15) % KEYS
}

/// A batch of these values, each with its key, by an idempotent producer.
pub fn batch(values: &[u64], base_sequence: i32) -> NewBatch {
    let record = |value: &u64| NewRecord {
        key: Some(key_of(*value).to_be_bytes().as_slice().into()),
        value: Some(value.to_be_bytes().as_slice().into()),
        ..NewRecord::default()
    };
    NewBatch {
        timestamp_ms: NOW_MS,
        records: values.iter().map(record).collect(),
        producer: Some(Producer {
            id: 1,
            epoch: 0,
            base_sequence,
        }),
        ..NewBatch::default()
    }
}

/// Numbers that look random (splitmix64).
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
