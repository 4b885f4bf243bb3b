//! A log with its leader's view: epoch, high watermark, and who waits for it.

use std::sync::Arc;

use plimsoll_coordinator::{CallId, Coordinator};
use plimsoll_disk::Disk;
use plimsoll_log::{Log, LogConfig, LogError, RecoveryReport};

use crate::api::Response;

/// Before every time: what only its age would make the log forget, it keeps until a request says what time it is.
const TIME_UNKNOWN: i64 = i64::MIN;

/// A led log. With one replica the high watermark follows the synced end, but it is its own number: replication will
/// raise it by other means.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    pub(crate) log: Log,
    pub(crate) leader_epoch: i32,
    pub(crate) high_watermark: i64,
}

impl Partition {
    /// Recovers the log and begins a new leader epoch.
    pub(crate) fn open(
        disk: &mut impl Disk,
        directory: &str,
        config: &Arc<LogConfig>,
    ) -> Result<(Partition, RecoveryReport), LogError> {
        let (log, report) = Log::open(disk, directory, config.clone(), TIME_UNKNOWN)?;
        let partition = Partition {
            leader_epoch: log.last_leader_epoch().unwrap_or(-1).saturating_add(1),
            high_watermark: log.synced_end_offset(),
            log,
        };
        Ok((partition, report))
    }

    /// Syncs the log and raises the high watermark.
    pub(crate) fn flush(&mut self, disk: &mut impl Disk) -> Result<(), LogError> {
        self.log.sync(disk)?;
        self.high_watermark = self.log.synced_end_offset();
        Ok(())
    }

    pub(crate) fn is_flushed(&self) -> bool {
        self.high_watermark == self.log.log_end_offset()
    }
}

/// A data partition: answers wait for the high watermark next to them.
#[derive(Clone, Debug)]
pub(crate) struct DataPartition {
    pub(crate) partition: Partition,
    pub(crate) waiting: Vec<(i64, CallId, Response)>,
}

/// A partition of the offsets topic, with its coordinator.
#[derive(Clone, Debug)]
pub(crate) struct Shard {
    pub(crate) partition: Partition,
    pub(crate) coordinator: Coordinator,
}
