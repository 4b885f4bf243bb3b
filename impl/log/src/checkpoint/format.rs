//! The checkpoint's lines: a word, then numbers; `-` for none.

use std::fmt::Write;

use crate::derived::Derived;
use crate::segment_index::{Extent, IndexFiles};
use crate::{Log, RecoveryPoint, Segment};

/// The first line.
pub(super) const VERSION: &str = "plimsoll-checkpoint 1";

/// What a checkpoint says about a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentLine {
    pub(crate) base_offset: i64,
    pub(crate) end_offset: i64,
    pub(crate) bytes: u64,
    pub(crate) latest: Option<(i64, i64)>,
    pub(crate) first_timestamp: Option<i64>,
    pub(crate) has_gaps: bool,
    pub(crate) index: IndexFiles,
}

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) log_start: i64,
    pub(crate) recovery_point: RecoveryPoint,
    pub(crate) first_dirty: i64,
    pub(crate) derived: Derived,
    pub(crate) segments: Vec<SegmentLine>,
}

impl SegmentLine {
    pub(crate) fn of(segment: &Segment) -> SegmentLine {
        SegmentLine {
            base_offset: segment.base_offset,
            end_offset: segment.end_offset,
            bytes: segment.bytes,
            latest: segment.latest,
            first_timestamp: segment.first_timestamp,
            has_gaps: segment.has_gaps,
            index: segment.index.files(),
        }
    }
}

impl Checkpoint {
    /// Of a log that is synced to its end.
    pub(crate) fn of(log: &Log) -> Checkpoint {
        Checkpoint {
            log_start: log.log_start,
            recovery_point: log.end_point(),
            first_dirty: log.first_dirty,
            derived: log.derived.clone(),
            segments: log.segments().map(SegmentLine::of).collect(),
        }
    }

    /// A segment has taken the place of all those that begin in it.
    pub(crate) fn swapped_in(&mut self, segment: &Segment) {
        let inside = |line: &SegmentLine| {
            (segment.base_offset..segment.end_offset).contains(&line.base_offset)
        };
        self.segments.retain(|line| !inside(line));
        let before = |line: &SegmentLine| line.base_offset < segment.base_offset;
        let at = self.segments.partition_point(before);
        self.segments.insert(at, SegmentLine::of(segment));
    }

    /// The file's content.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write_lines(&mut out);
        let checksum = crc32c::crc32c(out.as_bytes());
        out.push_str(&format!("crc {checksum:08x}\n"));
        out.into_bytes()
    }

    fn write_lines(&self, out: &mut String) -> std::fmt::Result {
        let point = self.recovery_point;
        writeln!(out, "{VERSION}")?;
        writeln!(out, "log-start {}", self.log_start)?;
        let (offset, segment, position) = (point.offset, point.segment, point.position);
        writeln!(out, "recovery-point {offset} {segment} {position}")?;
        writeln!(out, "first-dirty {}", self.first_dirty)?;
        let derived = &self.derived;
        writeln!(out, "last-batch {}", or_none(derived.last_batch))?;
        for entry in derived.epochs.entries() {
            writeln!(out, "leader-epoch {} {}", entry.epoch, entry.start_offset)?;
        }
        self.write_producers(out)?;
        for (producer, first) in derived.transactions.open() {
            writeln!(out, "open {producer} {first}")?;
        }
        for t in derived.transactions.aborted() {
            let (producer, first, last) = (t.producer_id, t.first_offset, t.last_offset);
            writeln!(out, "aborted {producer} {first} {last}")?;
        }
        for line in &self.segments {
            line.write(out)?;
        }
        Ok(())
    }

    fn write_producers(&self, out: &mut String) -> std::fmt::Result {
        for (id, producer) in self.derived.producers.entries() {
            let (epoch, coordinator) = (producer.epoch, producer.coordinator_epoch);
            let time = producer.last_timestamp_ms;
            writeln!(out, "producer {id} {epoch} {coordinator} {time}")?;
            for b in &producer.batches {
                let (first, last, time) = (b.first_sequence, b.last_sequence, b.timestamp_ms);
                let (base_offset, last_offset) = (b.base_offset, b.last_offset);
                writeln!(
                    out,
                    "batch {first} {last} {base_offset} {last_offset} {time}"
                )?;
            }
        }
        Ok(())
    }
}

impl SegmentLine {
    fn write(&self, out: &mut String) -> std::fmt::Result {
        let (base, end, bytes) = (self.base_offset, self.end_offset, self.bytes);
        let (latest, at) = self.latest.unzip();
        let (latest, at) = (or_none(latest), or_none(at));
        let (first, gaps) = (or_none(self.first_timestamp), u8::from(self.has_gaps));
        let extent = |e: Extent| format!("{} {}", e.bytes, e.checksum);
        let (index, times) = (extent(self.index.offsets), extent(self.index.times));
        writeln!(
            out,
            "segment {base} {end} {bytes} {latest} {at} {first} {gaps} {index} {times}"
        )
    }
}

fn or_none(number: Option<i64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}
