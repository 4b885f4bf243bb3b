//! Flush: what is appended becomes durable, and what waited for that is released.

use std::sync::Arc;

use plimsoll_coordinator::Timestamp;
use plimsoll_disk::Disk;
use plimsoll_shard::Failure;

use crate::api::{Effect, Flush};
use crate::broker::Broker;
use crate::error::StopReason;

impl<D: Disk> Broker<D> {
    /// Syncs the logs named by `what`, raises their high watermarks and releases the answers that waited. A sync that
    /// fails is not tried again: the broker stops.
    pub fn flush(&mut self, now: Timestamp, what: Flush) -> Vec<Effect> {
        let mut effects = Vec::new();
        if matches!(what, Flush::Data | Flush::All) && !self.stopped {
            effects.extend(self.flush_data(now));
        }
        if matches!(what, Flush::Offsets | Flush::All) && !self.stopped {
            effects.extend(self.flush_offsets(now));
        }
        effects
    }

    fn flush_data(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for data in self
            .data
            .values_mut()
            .filter(|data| !data.partition.is_flushed())
        {
            let data = Arc::make_mut(data);
            if let Err(error) = data.partition.sync(&mut self.disk) {
                let log = data.partition.log().directory().to_owned();
                effects.extend(self.fail_stop(now, StopReason::Sync { log, error }));
                return effects;
            }
            let watermark = data.partition.high_watermark();
            let released = data.waiting.extract_if(.., |(at, _, _)| *at <= watermark);
            effects.extend(released.map(|(_, call, response)| Effect::Answer { call, response }));
        }
        effects
    }

    fn flush_offsets(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for index in 0..self.offsets.len() {
            if self.stopped || self.offsets[index].partition.is_flushed() {
                continue;
            }
            let synced = Arc::make_mut(&mut self.offsets[index])
                .partition
                .sync(&mut self.disk);
            effects.extend(self.step(now, index, |shard, _| match synced {
                Ok(event) => shard.high_watermark(now, event),
                Err(error) => shard.fail(now, Failure::Sync(error)),
            }));
        }
        effects
    }
}
