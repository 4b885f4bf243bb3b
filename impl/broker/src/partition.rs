//! What a broker owns on its disk: partitions of data, and of the offsets topic.

use plimsoll_coordinator::{CallId, Timestamp};
use plimsoll_shard::{Partition, Shard};

use crate::api::Response;

/// A data partition: answers wait for the high watermark next to them.
#[derive(Clone, Debug)]
pub(crate) struct DataPartition {
    pub(crate) partition: Partition,
    pub(crate) waiting: Vec<(i64, CallId, Response)>,
}

/// A partition of the offsets topic, with its coordinator.
#[derive(Clone, Debug)]
pub(crate) struct OffsetsPartition {
    pub(crate) partition: Partition,
    pub(crate) shard: Shard,
}

impl OffsetsPartition {
    /// Leads the partition in an epoch that nobody has led in; it has to be loaded.
    pub(crate) fn lead(&mut self) {
        let epoch = self.partition.next_leader_epoch();
        self.partition.lead(epoch);
        // Nobody waits for a shard that was not led.
        let _ = self.shard.elect(Timestamp(0), epoch);
    }
}
