//! What is in the log, how far it is synced, where it starts, and what a crash may leave of it.

use super::{
    Batch, Ending, Kind, Pass, Placed, Position, Producer, Record, Refused, Sent, producers,
};

/// The abstract log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct StorageLog {
    /// Everything that was ever appended and that no crash took, in order and without gaps.
    pub batches: Vec<Batch>,
    /// The log start offset: what is below it was deleted on purpose.
    pub start: Position,
    /// Everything below is on the disk, whatever happens.
    pub synced: Position,
    /// The passes of the cleaner, the oldest first.
    pub passes: Vec<Pass>,
    /// Whether it is compacted, so that every record needs a key.
    pub compacted: bool,
}

impl StorageLog {
    /// An empty log, compacted or not.
    pub fn new(compacted: bool) -> Self {
        Self {
            compacted,
            ..Self::default()
        }
    }

    /// The offset of the next record.
    pub fn end(&self) -> Position {
        self.batches.last().map_or(0, |batch| batch.last + 1)
    }

    /// Appends a batch of records, as its producer sent it.
    pub fn append(&mut self, sent: &Sent, leader_epoch: i32) -> Result<Placed, Refused> {
        if sent.records.is_empty() {
            return Err(Refused::Empty);
        }
        if self.compacted && sent.records.iter().any(|(key, ..)| key.is_none()) {
            return Err(Refused::NoKey);
        }
        if let Some(producer) = sent.producer {
            let count = sent.records.len();
            if let Some(base) =
                producers::admit(&self.batches, producer, count, sent.transactional)?
            {
                return Ok(Placed {
                    base,
                    duplicate: true,
                });
            }
        }
        let kind = match sent.transactional {
            true => Kind::Transactional,
            false => Kind::Plain,
        };
        let base = self.end();
        let records =
            sent.records
                .iter()
                .zip(base..)
                .map(|(&(key, value, timestamp_ms), offset)| Record {
                    offset,
                    key,
                    value,
                    timestamp_ms,
                });
        self.batches.push(Batch {
            base,
            last: base + sent.records.len() as Position - 1,
            leader_epoch,
            producer: sent.producer,
            kind,
            records: records.collect(),
        });
        Ok(Placed {
            base,
            duplicate: false,
        })
    }

    /// Appends the end of a producer's transaction.
    pub fn end_transaction(
        &mut self,
        id: i64,
        epoch: i16,
        ending: Ending,
        leader_epoch: i32,
    ) -> Result<Placed, Refused> {
        producers::admit_marker(&self.batches, id, epoch)?;
        let base = self.end();
        self.batches.push(Batch {
            base,
            last: base,
            leader_epoch,
            producer: Some(Producer {
                id,
                epoch,
                sequence: -1,
            }),
            kind: Kind::Marker(ending),
            records: Vec::new(),
        });
        Ok(Placed {
            base,
            duplicate: false,
        })
    }

    /// Everything that is there is on the disk now.
    pub fn sync(&mut self) {
        self.synced = self.end();
    }

    /// Deletes everything below `before`, at most up to what is synced; `false` if it is beyond that.
    pub fn delete_records(&mut self, before: Position) -> bool {
        let allowed = before <= self.synced;
        if allowed {
            self.start = self.start.max(before);
        }
        allowed
    }

    /// A crash leaves the log up to `end`: where a batch ends (or the log starts), and nothing synced is missing.
    /// `None` if no crash may leave that.
    pub fn cut_to(&self, end: Position) -> Option<Self> {
        let boundary = end == 0 || self.batches.iter().any(|batch| batch.last + 1 == end);
        if !boundary || end < self.synced || end > self.end() {
            return None;
        }
        let mut left = self.clone();
        left.batches.retain(|batch| batch.last < end);
        left.synced = end;
        Some(left)
    }

    /// Every end that a crash may leave.
    pub fn possible_ends(&self) -> impl Iterator<Item = Position> + '_ {
        let ends = self.batches.iter().map(|batch| batch.last + 1);
        std::iter::once(0)
            .chain(ends)
            .filter(|end| *end >= self.synced)
    }

    /// The records, in order, whether a reader still finds them or not.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.batches.iter().flat_map(|batch| &batch.records)
    }

    /// The batch that holds an offset.
    pub fn batch_at(&self, offset: Position) -> Option<&Batch> {
        let index = self.batches.partition_point(|batch| batch.last < offset);
        self.batches.get(index).filter(|batch| batch.base <= offset)
    }

    /// Offset and timestamp of the first record at or after a time, among those that `found` says are there.
    pub fn first_since(
        &self,
        timestamp_ms: i64,
        found: impl Fn(Position) -> bool,
    ) -> Option<(Position, i64)> {
        self.records()
            .filter(|record| record.offset >= self.start && found(record.offset))
            .find(|record| record.timestamp_ms >= timestamp_ms)
            .map(|record| (record.offset, record.timestamp_ms))
    }

    /// The leader epochs with the offset at which each began.
    pub fn leader_epochs(&self) -> Vec<(i32, Position)> {
        let mut epochs: Vec<(i32, Position)> = Vec::new();
        for batch in &self.batches {
            if epochs
                .last()
                .is_none_or(|(epoch, _)| *epoch < batch.leader_epoch)
            {
                epochs.push((batch.leader_epoch, batch.base));
            }
        }
        epochs
    }
}
