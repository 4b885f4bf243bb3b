//! Flush: what is appended becomes durable, and what waited for that is released.

use std::sync::Arc;

use plimsoll_coordinator::Timestamp;
use plimsoll_disk::Disk;

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
            if let Err(error) = data.partition.flush(&mut self.disk) {
                let log = data.partition.log.directory().to_owned();
                effects.extend(self.fail_stop(now, StopReason::Sync { log, error }));
                return effects;
            }
            let watermark = data.partition.high_watermark;
            let released = data.waiting.extract_if(.., |(at, _, _)| *at <= watermark);
            effects.extend(released.map(|(_, call, response)| Effect::Answer { call, response }));
        }
        effects
    }

    fn flush_offsets(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for shard in self
            .shards
            .iter_mut()
            .filter(|shard| !shard.partition.is_flushed())
        {
            let shard = Arc::make_mut(shard);
            if let Err(error) = shard.partition.flush(&mut self.disk) {
                let log = shard.partition.log.directory().to_owned();
                effects.extend(self.fail_stop(now, StopReason::Sync { log, error }));
                return effects;
            }
            let (watermark, epoch) = (shard.partition.high_watermark, shard.partition.leader_epoch);
            effects.extend(Effect::all(
                shard.coordinator.high_watermark(now, watermark, epoch),
            ));
        }
        effects
    }
}
