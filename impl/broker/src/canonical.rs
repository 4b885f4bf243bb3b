//! One canonical form of everything in memory that can influence what the broker will do.
//!
//! Absolute time is left out, and timers count only as armed or not: two brokers of one form behave alike as long as the
//! same timers fire. The disk is not part of it, it has its own form (see `SimDisk`).

use std::hash::{Hash, Hasher};

use plimsoll_shard::Partition;

use crate::broker::Broker;

impl<D> Broker<D> {
    /// Feeds the canonical form into `state`, disk excluded.
    pub fn hash_canonical<H: Hasher>(&self, state: &mut H) {
        self.stopped.hash(state);
        self.data.len().hash(state);
        for (name, data) in &self.data {
            name.hash(state);
            hash_partition(&data.partition, state);
            data.waiting.hash(state);
        }
        self.offsets.len().hash(state);
        for offsets in &self.offsets {
            hash_partition(&offsets.partition, state);
            offsets.shard.hash_canonical(state);
        }
    }

    /// Appends the canonical form to `out`, disk excluded: equal forms, equal bytes, and the other way round.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>) {
        self.hash_canonical(&mut Sink(out));
    }
}

fn hash_partition<H: Hasher>(partition: &Partition, state: &mut H) {
    partition.leader_epoch().hash(state);
    partition.high_watermark().hash(state);
    // Not the whole log: that knows the times of its batches, and what else it knows is on the disk.
    let log = partition.log();
    log.log_start_offset().hash(state);
    log.synced_end_offset().hash(state);
    log.log_end_offset().hash(state);
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
