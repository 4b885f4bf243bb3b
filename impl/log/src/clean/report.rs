//! What a pass did.

/// Records and markers that a pass removed, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Records of which a later one has the key.
    pub superseded: u64,
    /// Tombstones that have had their time (K4).
    pub tombstones: u64,
    /// Records of aborted transactions (K7).
    pub aborted: u64,
    /// Markers of transactions of which nothing is left, and that have had their time.
    pub markers: u64,
    /// Records without a key, which a compacted log refuses: the log was not always compacted (K10).
    pub keyless: u64,
}

/// What a pass of compaction did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanReport {
    /// Offset from which on records had not been through a pass before.
    pub first_dirty_offset: i64,
    /// The pass went up to this offset; the next one begins here.
    pub end_offset: i64,
    /// Up to here it could have gone (K3). If this is more than `end_offset`, the keys did not fit into memory: clean
    /// again.
    pub cleanable_offset: i64,
    /// Keys held in memory.
    pub keys: usize,
    /// Bytes that they took, about.
    pub key_bytes: usize,
    /// Segments looked at.
    pub segments: usize,
    /// Segments that were replaced.
    pub replaced_segments: usize,
    /// Segments that took their place.
    pub new_segments: usize,
    /// Bytes of the segments that were replaced.
    pub bytes_before: u64,
    /// Bytes of those that took their place.
    pub bytes_after: u64,
    /// What was removed, as far as it was swapped in.
    pub dropped: Dropped,
}

impl CleanReport {
    /// Whether everything that could be cleaned was.
    pub fn is_complete(&self) -> bool {
        self.end_offset == self.cleanable_offset
    }
}
