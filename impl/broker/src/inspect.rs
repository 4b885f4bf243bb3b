//! What a checker may see: memory and logs, read only.

use plimsoll_coordinator::{Coordinator, GroupView, Status, TimerId};
use plimsoll_disk::Disk;
use plimsoll_log::{BatchError, ReadError, Record};
use plimsoll_offsets::{CommittedOffset, Entry, OffsetsRecord, Text, Timeline, entries};
use plimsoll_shard::{LoadError, Partition, Shard};

use crate::broker::Broker;

/// A partition's numbers. All but the start are *next* offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartitionView {
    /// The first offset.
    pub log_start_offset: i64,
    /// Below this, everything may be shown.
    pub high_watermark: i64,
    /// Below this, everything survives a power cut.
    pub synced_end_offset: i64,
    /// The offset that the next record gets.
    pub log_end_offset: i64,
    /// The epoch in which this broker leads the partition.
    pub leader_epoch: i32,
}

impl PartitionView {
    fn of(partition: &Partition) -> PartitionView {
        let log = partition.log();
        PartitionView {
            log_start_offset: log.log_start_offset(),
            high_watermark: partition.high_watermark(),
            synced_end_offset: log.synced_end_offset(),
            log_end_offset: log.log_end_offset(),
            leader_epoch: partition.leader_epoch(),
        }
    }
}

impl<D> Broker<D> {
    /// A data partition.
    pub fn data_partition(&self, topic: &str, partition: i32) -> Option<PartitionView> {
        self.data
            .get(&(Text::from(topic), partition))
            .map(|data| PartitionView::of(&data.partition))
    }

    /// A partition of the offsets topic.
    pub fn offsets_partition(&self, index: usize) -> Option<PartitionView> {
        let offsets = self.offsets.get(index)?;
        Some(PartitionView::of(&offsets.partition))
    }

    /// The coordinator of a partition of the offsets topic.
    pub fn coordinator(&self, index: usize) -> Option<&Coordinator> {
        let offsets = self.offsets.get(index)?;
        Some(offsets.shard.coordinator())
    }

    fn shard(&self, group: &str) -> Option<&Shard> {
        let partitions = i32::try_from(self.offsets.len()).ok()?;
        let index = plimsoll_offsets::partition_for(group, partitions)?;
        let offsets = self.offsets.get(usize::try_from(index).ok()?)?;
        Some(&offsets.shard)
    }

    /// What the coordinator of a group can do at the moment.
    pub fn coordinator_status(&self, group: &str) -> Option<Status> {
        self.shard(group).map(|shard| shard.status())
    }

    /// A group as it stands in memory, none if there is no such group.
    pub fn group(&self, group: &str) -> Option<GroupView> {
        self.shard(group)?.coordinator().group(group)
    }

    /// A committed offset as a stable fetch would see it: everything appended.
    pub fn offset_latest(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
    ) -> Option<&CommittedOffset> {
        self.timeline(group, topic, partition)
            .and_then(Timeline::latest)
    }

    /// A committed offset as it may be shown now: below the high watermark.
    pub fn offset_at_high_watermark(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
    ) -> Option<&CommittedOffset> {
        self.timeline(group, topic, partition)
            .and_then(Timeline::committed)
    }

    fn timeline(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
    ) -> Option<&Timeline<CommittedOffset>> {
        self.shard(group)?
            .coordinator()
            .cache()
            .offset(group, topic, partition)
    }

    /// The armed timers of all groups, in an order that does not depend on how they came about.
    pub fn timers(&self) -> Vec<TimerId> {
        self.offsets
            .iter()
            .flat_map(|offsets| offsets.shard.coordinator().timers())
            .collect()
    }
}

impl<D: Disk> Broker<D> {
    /// Every record and marker of a partition of the offsets topic from an offset on, as it stands in the file.
    ///
    /// # Errors
    /// Those of a load; an index without a partition gives none.
    pub fn offsets_entries(&self, index: usize, from: i64) -> Result<Vec<(i64, Entry)>, LoadError> {
        let mut found = Vec::new();
        if let Some(offsets) = self.offsets.get(index) {
            let log = offsets.partition.log();
            let from = from.max(log.log_start_offset());
            let batches = log.read(&self.disk, from, log.log_end_offset(), usize::MAX)?;
            for batch in &batches {
                // It may begin before.
                let of_batch = entries(batch)?.into_iter();
                found.extend(of_batch.filter(|(offset, _)| *offset >= from));
            }
        }
        Ok(found)
    }

    /// The records among them.
    ///
    /// # Errors
    /// Those of [`Broker::offsets_entries`].
    pub fn offsets_log(&self, index: usize) -> Result<Vec<(i64, OffsetsRecord)>, LoadError> {
        let entries = self.offsets_entries(index, 0)?.into_iter();
        let record = |(offset, entry)| match entry {
            Entry::Record { record, .. } => Some((offset, record)),
            Entry::Marker { .. } => None,
        };
        Ok(entries.filter_map(record).collect())
    }

    /// Every record of a data partition, above the high watermark too, as it stands in the file.
    ///
    /// # Errors
    /// [`LoadError::Read`] or [`LoadError::Batch`]; a partition that does not exist gives no records.
    pub fn data_log(&self, topic: &str, partition: i32) -> Result<Vec<Record>, LoadError> {
        let Some(data) = self.data.get(&(Text::from(topic), partition)) else {
            return Ok(Vec::new());
        };
        let log = data.partition.log();
        let batches: Result<Vec<_>, ReadError> = log.read(
            &self.disk,
            log.log_start_offset(),
            log.log_end_offset(),
            usize::MAX,
        );
        let mut records = Vec::new();
        for batch in batches? {
            let offset = batch.header().base_offset;
            let decoded: Result<Vec<Record>, BatchError> = batch.records();
            records.extend(decoded.map_err(|reason| LoadError::Batch { offset, reason })?);
        }
        Ok(records)
    }
}
