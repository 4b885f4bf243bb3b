//! Loading: the log replayed into a new coordinator, while requests are refused and elections go on (S6).

use plimsoll_coordinator::{Coordinator, LoadExtent, Outcome, Status, Timestamp};

use crate::decisions::{Completion, DuringLoad, Tail};
use crate::failure::{Failure, LoadError};
use crate::partition_log::{Extent, PartitionLog};
use crate::shard::Shard;

/// A load under way. It goes on beside the shard, which answers meanwhile that it is loading.
#[derive(Clone, Debug)]
pub struct Load {
    coordinator: Coordinator,
    leader_epoch: i32,
    extent: Extent,
    next: i64,
    records: u64,
}

/// How a load ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loaded {
    /// The shard serves.
    Active {
        /// How many records were replayed.
        records: u64,
    },
    /// The log could not be read to its end, so the shard serves nothing: half a log is not a log (S6).
    Failed(LoadError),
    /// By the time it ended somebody had been elected or had resigned: it counts for nothing.
    Superseded,
}

impl Load {
    /// Replays the whole log.
    ///
    /// # Errors
    /// Why it cannot be read or replayed. The shard has to be told.
    pub fn run(&mut self, log: &mut impl PartitionLog) -> Result<(), LoadError> {
        let extent = log.extent(self.leader_epoch)?;
        (self.extent, self.next) = (extent, extent.start);
        self.coordinator.begin_load(extent.high_watermark);
        let demanded = self.coordinator.decisions().load;
        let end = match demanded {
            LoadExtent::ToTheEnd | LoadExtent::UpToAFailedRead => extent.end,
            LoadExtent::AllButTheLastBatch => extent.last_batch,
        };
        match (self.replay(log, end), demanded) {
            (Err(_), LoadExtent::UpToAFailedRead) => Ok(()),
            (replayed, _) => replayed,
        }
    }

    fn replay(&mut self, log: &mut impl PartitionLog, end: i64) -> Result<(), LoadError> {
        while self.next < end {
            let (coordinator, records) = (&mut self.coordinator, &mut self.records);
            let next = log.read(self.next, end, &mut |offset, entry| {
                *records += 1;
                coordinator.apply(offset, &entry);
            })?;
            if next <= self.next {
                return Err(LoadError::Nothing { offset: self.next });
            }
            self.next = next;
        }
        Ok(())
    }
}

impl Shard {
    /// Begins the load of the leader of `leader_epoch`, as which the shard must have been [elected](Shard::elect).
    pub fn begin_load(&self, leader_epoch: i32) -> Load {
        Load {
            coordinator: self.coordinator.successor(leader_epoch),
            leader_epoch,
            extent: Extent::default(),
            next: 0,
            records: 0,
        }
    }

    /// Ends a load, which [ran](Load::run) like this: the shard serves what it has found, unless that is not wanted any
    /// more.
    pub fn finish_load(
        &mut self,
        now: Timestamp,
        load: Load,
        replayed: Result<(), LoadError>,
    ) -> (Loaded, Outcome) {
        let is_wanted = self.is_loading(load.leader_epoch);
        match self.decisions.completion {
            Completion::IfStillWanted if !is_wanted => {
                self.metrics.load_superseded();
                return (Loaded::Superseded, Outcome::default());
            }
            Completion::IfStillWanted => {}
            Completion::Always => self.leader_epoch = load.leader_epoch,
        }
        match replayed {
            Ok(()) => {
                let records = load.records;
                let outcome = self.activate(now, load);
                (Loaded::Active { records }, outcome)
            }
            Err(error) => {
                self.metrics.load_failed();
                let outcome = self.fail(now, Failure::Load(error.clone()));
                (Loaded::Failed(error), outcome)
            }
        }
    }

    /// Whether it waits for the load of this epoch.
    pub fn is_loading(&self, leader_epoch: i32) -> bool {
        self.status() == Status::Loading && self.leader_epoch == leader_epoch
    }

    fn activate(&mut self, now: Timestamp, load: Load) -> Outcome {
        let Extent {
            end,
            high_watermark,
            ..
        } = load.extent;
        let durable = high_watermark.max(self.heard_while_loading).min(end);
        let settled = match self.decisions.tail {
            Tail::Pending => durable,
            Tail::Settled => end,
        };
        self.coordinator = load.coordinator;
        self.heard_while_loading = 0;
        let outcome = self.coordinator.finish_load(now, end, settled);
        self.settle(outcome)
    }

    pub(crate) fn hear_while_loading(&mut self, offset: i64) {
        match self.decisions.during_load {
            DuringLoad::Kept => {
                self.heard_while_loading = self.heard_while_loading.max(offset);
            }
            DuringLoad::Dropped => {}
        }
    }
}
