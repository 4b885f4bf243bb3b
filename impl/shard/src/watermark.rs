//! The high watermark: an event, which carries its leader epoch, and may come late, twice, or out of order.

use plimsoll_coordinator::{Outcome, Status, Timestamp};

use crate::decisions::Watermark;
use crate::partition_log::HighWatermark;
use crate::shard::Shard;

impl Shard {
    /// The log is durable up to here. Answers that waited for it are given. An event of another epoch says nothing about
    /// what was appended in this one, and is ignored (S2).
    pub fn high_watermark(&mut self, now: Timestamp, event: HighWatermark) -> Outcome {
        if !self.concerns(event.leader_epoch) {
            return Outcome::default();
        }
        match self.status() {
            Status::Active => {
                // What the leader of this epoch has not appended it cannot acknowledge either.
                let offset = event.offset.min(self.coordinator.log_end_offset());
                let epoch = self.coordinator.leader_epoch();
                let outcome = self.coordinator.high_watermark(now, offset, epoch);
                self.settle(outcome)
            }
            Status::Loading => {
                self.hear_while_loading(event.offset);
                Outcome::default()
            }
            Status::Stopped | Status::Failed => Outcome::default(),
        }
    }

    fn concerns(&self, theirs: i32) -> bool {
        match self.decisions.watermark {
            Watermark::SameEpoch => theirs == self.leader_epoch,
            Watermark::LaterEpochsToo => theirs >= self.leader_epoch,
            Watermark::EarlierEpochsToo => theirs <= self.leader_epoch,
        }
    }
}
