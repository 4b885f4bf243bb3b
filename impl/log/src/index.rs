//! Sparse indexes of a segment: offset to position, time to offset, in Kafka's formats.

/// Entries of both indexes, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// Last offset of a batch, relative to the segment's first, and where the batch begins.
    pub(crate) offsets: Vec<(u32, u32)>,
    /// The latest time up to here, and the relative last offset of the batch that it came with.
    pub(crate) times: Vec<(i64, u32)>,
}

impl Entries {
    /// The entry of the last batch that ends at or below `relative`.
    pub(crate) fn at_offset(&self, relative: u64) -> Option<(u32, u32)> {
        let after = self
            .offsets
            .partition_point(|entry| u64::from(entry.0) <= relative);
        self.offsets[..after].last().copied()
    }

    /// The relative offset from which on records may be as late as `timestamp_ms`.
    pub(crate) fn at_time(&self, timestamp_ms: i64) -> Option<u32> {
        let after = self.times.partition_point(|entry| entry.0 < timestamp_ms);
        self.times[..after].last().map(|entry| entry.1)
    }

    /// Both files' bytes: `.index` with 32-bit relative offset and position, `.timeindex` with 64-bit time and 32-bit
    /// relative offset.
    pub(crate) fn encode(&self) -> (Vec<u8>, Vec<u8>) {
        let offsets = self.offsets.iter().flat_map(|(relative, position)| {
            [relative.to_be_bytes(), position.to_be_bytes()].concat()
        });
        let times = self.times.iter().flat_map(|(timestamp, relative)| {
            [&timestamp.to_be_bytes()[..], &relative.to_be_bytes()].concat()
        });
        (offsets.collect(), times.collect())
    }

    pub(crate) fn decode(offsets: &[u8], times: &[u8]) -> Entries {
        let (offsets, _) = offsets.as_chunks::<8>();
        let (times, _) = times.as_chunks::<12>();
        let half =
            |b: &[u8; 8], at: usize| u32::from_be_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
        let time = |b: &[u8; 12]| i64::from_be_bytes(std::array::from_fn(|i| b[i]));
        let relative = |b: &[u8; 12]| u32::from_be_bytes(std::array::from_fn(|i| b[8 + i]));
        Entries {
            offsets: offsets.iter().map(|b| (half(b, 0), half(b, 4))).collect(),
            times: times.iter().map(|b| (time(b), relative(b))).collect(),
        }
    }

    pub(crate) fn extend(&mut self, other: &Entries) {
        self.offsets.extend_from_slice(&other.offsets);
        self.times.extend_from_slice(&other.times);
    }
}
