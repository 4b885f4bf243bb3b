//! One canonical form of everything in memory that can influence what the broker will do.
//!
//! Absolute time is left out, and timers count only as armed or not: two brokers of one form behave alike as long as the
//! same timers fire. The disk is not part of it, it has its own form (see `SimDisk`).

use std::hash::{Hash, Hasher};

use crate::broker::Broker;
use crate::partition::Partition;

impl<D> Broker<D> {
    /// Feeds the canonical form into `state`, disk excluded.
    pub fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.stopped.hash(state);
        self.data.len().hash(state);
        for (name, data) in &self.data {
            name.hash(state);
            data.partition.hash_canonical(state);
            data.waiting.hash(state);
        }
        self.shards.len().hash(state);
        for shard in &self.shards {
            shard.partition.hash_canonical(state);
            shard.coordinator.hash_canonical(state);
        }
    }

    /// Appends the canonical form to `out`, disk excluded: equal forms, equal bytes, and the other way round.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>) {
        self.hash_canonical(&mut Sink(out));
    }
}

impl Partition {
    fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.leader_epoch.hash(state);
        self.high_watermark.hash(state);
        // Not the whole log: that knows the times of its batches, and what else it knows is on the disk.
        self.log.log_start_offset().hash(state);
        self.log.synced_end_offset().hash(state);
        self.log.log_end_offset().hash(state);
    }
}

/// Keeps what a hasher is fed. What the standard types feed can be told apart: lengths come before their elements, and
/// strings end in a byte that no string holds.
struct Sink<'a>(&'a mut Vec<u8>);

impl Hasher for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
