//! The data partition: what producers wrote, and how much of it is durable.

use crate::Offset;

/// The most records a run can hold.
pub const RECORDS: usize = 6;

/// One partition's log. Records are readable once they are synced: the high watermark is the synced end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataLog {
    /// What stands at each offset: the number of the produce that wrote it, from 1.
    values: [u8; RECORDS],
    /// The log end offset.
    pub end: Offset,
    /// The offset after the last synced record.
    pub synced: Offset,
    /// Records ever produced, lost ones included.
    pub produced: u8,
}

impl DataLog {
    /// Appends the next record, not yet synced; its offset and value.
    pub fn append(&mut self) -> (Offset, u8) {
        let offset = self.end;
        self.produced += 1;
        self.values[usize::from(offset)] = self.produced;
        self.end += 1;
        (offset, self.produced)
    }

    /// The value at an offset below the log end.
    pub fn value(&self, offset: Offset) -> u8 {
        self.values[usize::from(offset)]
    }

    /// What a crash leaves: everything below `end`, which is at least what was synced.
    pub fn crash(&mut self, end: Offset) {
        debug_assert!(self.synced <= end && end <= self.end);
        self.values[usize::from(end)..].fill(0);
        self.end = end;
        self.synced = end;
    }
}
