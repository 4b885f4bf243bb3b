//! What an owner has done from time to time: expiry of offsets (O6, O7) and compaction of the offsets topic (K1 to K10).

use std::sync::Arc;

use plimsoll_coordinator::Timestamp;
use plimsoll_disk::Disk;
use plimsoll_log::{CleanReport, LogError};

use crate::api::Effect;
use crate::broker::Broker;
use crate::error::StopReason;

impl<D: Disk> Broker<D> {
    /// A pass of expiry over all groups, as every `offsets.retention.check.interval.ms` (ten minutes in Kafka). A
    /// partition in which an append fails is left to the next pass.
    pub fn expire_offsets(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for index in 0..self.offsets.len() {
            let mut goes_on = true;
            while goes_on {
                effects.extend(self.step(now, index, |shard, log| {
                    let (outcome, more) = shard.expire_slice(log, now);
                    goes_on = more;
                    outcome
                }));
            }
        }
        effects
    }

    /// A pass of the cleaner over one partition of the offsets topic. An error that leaves its log running is for the
    /// next pass to get over; one that stops the log stops the broker.
    ///
    /// # Errors
    /// What the log said. An index without a partition gives none.
    pub fn clean_offsets(
        &mut self,
        now: Timestamp,
        index: usize,
    ) -> (Option<Result<CleanReport, LogError>>, Vec<Effect>) {
        let Some(offsets) = self.offsets.get_mut(index) else {
            return (None, Vec::new());
        };
        let log = Arc::make_mut(offsets).partition.log_mut();
        let cleaned = log.clean(&mut self.disk, now.0);
        let mut effects = Vec::new();
        if let (Err(error), Some(_)) = (&cleaned, log.stopped())
            && !self.stopped
        {
            let (log, error) = (log.directory().to_owned(), error.clone());
            effects = self.fail_stop(now, StopReason::Clean { log, error });
        }
        (Some(cleaned), effects)
    }
}
