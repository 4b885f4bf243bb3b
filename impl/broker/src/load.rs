//! Loading: the offsets topic replayed into the coordinators (S1, S6).

use std::ops::Range;
use std::sync::Arc;

use plimsoll_coordinator::{LoadExtent, Status, Timestamp};
use plimsoll_disk::Disk;
use plimsoll_log::Log;
use plimsoll_offsets::{Entry, entries};

use crate::api::Effect;
use crate::broker::Broker;
use crate::error::{LoadError, StopReason};
use crate::partition::Shard;

/// How much is read from the log at a time; a larger batch comes whole all the same.
const READ_BYTES: usize = 1 << 20;

impl<D: Disk> Broker<D> {
    /// Replays the offsets topic; the coordinators serve when this returns, and members' sessions begin anew. A load
    /// that fails stops the broker: a coordinator with a part of the log would answer from the past.
    pub fn load(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for shard in &mut self.shards {
            if shard.coordinator.status() != Status::Loading {
                continue;
            }
            let shard = Arc::make_mut(shard);
            match shard.replay(&self.disk, self.decisions.load) {
                Ok(()) => {
                    let (end, watermark) = (
                        shard.partition.log.log_end_offset(),
                        shard.partition.high_watermark,
                    );
                    effects.extend(Effect::all(
                        shard.coordinator.finish_load(now, end, watermark),
                    ));
                }
                Err(error) => {
                    let log = shard.partition.log.directory().to_owned();
                    effects.extend(self.fail_stop(now, StopReason::Load { log, error }));
                    break;
                }
            }
        }
        effects
    }
}

impl Shard {
    fn replay(&mut self, disk: &impl Disk, extent: LoadExtent) -> Result<(), LoadError> {
        let log = &self.partition.log;
        let end = match extent {
            LoadExtent::ToTheEnd | LoadExtent::UpToAFailedRead => log.log_end_offset(),
            LoadExtent::AllButTheLastBatch => {
                log.last_batch_offset().unwrap_or(log.log_end_offset())
            }
        };
        let range = log.log_start_offset()..end;
        let replayed = each_entry(disk, log, range, |offset, entry| {
            self.coordinator.apply(offset, &entry)
        });
        match extent {
            LoadExtent::UpToAFailedRead => Ok(()),
            LoadExtent::ToTheEnd | LoadExtent::AllButTheLastBatch => replayed,
        }
    }
}

/// Decodes every record and every marker in a range of an offsets log, in order.
pub(crate) fn each_entry(
    disk: &impl Disk,
    log: &Log,
    range: Range<i64>,
    mut each: impl FnMut(i64, Entry),
) -> Result<(), LoadError> {
    let mut from = range.start;
    loop {
        let batches = log.read(disk, from, range.end, READ_BYTES)?;
        let Some(last) = batches.last() else {
            return Ok(());
        };
        from = last.header().last_offset() + 1;
        for batch in &batches {
            for (offset, entry) in entries(batch)? {
                each(offset, entry);
            }
        }
    }
}
