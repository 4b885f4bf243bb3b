//! Every batch of a partition, its checksum computed, and where one is wrong.

use std::io;
use std::path::{Path, PathBuf};

use plimsoll_log::{Batch, BatchError, BatchHeader, LegacyMessage};
use plimsoll_report::log::{self, LeaderEpoch, Segment, Writer};

use super::Seen;
use super::index::{OffsetIndex, TimeIndex};
use crate::problem::at;
use crate::segments::{Next, Reader, Tail};

/// Reads all segments. One that cannot be read is a problem; the others are read all the same.
pub(super) fn walk(segments: &[(i64, PathBuf)], seen: &mut Seen) {
    for (index, (base, file)) in segments.iter().enumerate() {
        let next = segments.get(index + 1).map(|(base, _)| *base);
        let mut walk = Walk {
            file,
            shown: file.display().to_string(),
            next,
            segment: empty(*base, file),
            expected: Some(*base),
            whole: true,
            is_wide: false,
            seen,
        };
        if let Err(error) = walk.read() {
            seen.problems.push(at(file, error));
        }
    }
}

fn empty(base: i64, file: &Path) -> Segment {
    Segment {
        file: file.display().to_string(),
        base_offset: base,
        end_offset: base,
        bytes: 0,
        batches: 0,
        records: 0,
        min_timestamp_ms: None,
        max_timestamp_ms: None,
        index: None,
        time_index: None,
    }
}

/// One segment.
struct Walk<'a> {
    file: &'a Path,
    shown: String,
    /// Base offset of the next one.
    next: Option<i64>,
    segment: Segment,
    /// The offset that follows; none behind a batch that is wrong.
    expected: Option<i64>,
    /// Nothing was wrong so far.
    whole: bool,
    /// It was said that the segment is too wide.
    is_wide: bool,
    seen: &'a mut Seen,
}

impl Walk<'_> {
    fn read(&mut self) -> io::Result<()> {
        let base = self.segment.base_offset;
        let mut reader = Reader::open(self.file, base)?;
        self.segment.bytes = self.file.metadata()?.len();
        let mut offsets = OffsetIndex::open(self.file, base)?;
        let mut times = TimeIndex::open(self.file, base)?;
        loop {
            let (position, offset) = (reader.position, reader.next_offset);
            let header = match reader.next()? {
                Next::End => break,
                Next::Legacy(message) => {
                    self.legacy(position, message);
                    // Their entries speak of messages that are not read here.
                    (offsets, times) = (None, None);
                    continue;
                }
                Next::Tail {
                    tail,
                    reason,
                    bytes,
                    ..
                } => {
                    self.tail((position, offset), tail, bytes, &reason);
                    break;
                }
                Next::Wrong { reason, header } => {
                    let mut damage = log::damage(&self.shown, position, offset, &reason);
                    if let plimsoll_log::Damage::Batch(BatchError::Short { .. }) = reason {
                        damage.found.push_str(" with whole batches in them");
                    }
                    self.wrong(damage);
                    match header {
                        Some(header) => header,
                        None => continue,
                    }
                }
                Next::Batch(batch) => {
                    self.batch(position, &batch);
                    *batch.header()
                }
            };
            if let Some(offsets) = &mut offsets {
                offsets.batch(position, &header)?;
            }
            if let Some(times) = &mut times {
                times.batch(&header)?;
            }
        }
        self.segment.index = offsets.map(|it| it.end(self.whole)).transpose()?;
        let writer = self.seen.partition.writer;
        let end = |it: TimeIndex| it.end(self.whole, self.next, writer);
        self.segment.time_index = times.map(end).transpose()?;
        self.finish();
        Ok(())
    }

    fn wrong(&mut self, damage: log::Damage) {
        self.whole = false;
        self.expected = None;
        self.seen.damaged(damage);
    }

    /// What a crash leaves is no damage where nothing can follow on it.
    fn tail(
        &mut self,
        (position, offset): (u64, i64),
        tail: Tail,
        bytes: u64,
        reason: &plimsoll_log::Damage,
    ) {
        if self.next.is_none() {
            self.seen.partition.unfinished_bytes = bytes;
            self.seen.partition.unfinished = Some(tail);
            self.seen.tail = Some((self.shown.clone(), position, offset));
            self.whole = false;
            return;
        }
        let damage = log::damage(&self.shown, position, offset, reason);
        self.wrong(damage);
    }

    /// A message of an older format is right; nothing but its place is looked at.
    fn legacy(&mut self, position: u64, message: LegacyMessage) {
        let count = &mut self.seen.partition.legacy_messages;
        *count.entry(message.magic).or_default() += 1;
        self.expected = None;
        self.segment.end_offset = message.offset.saturating_add(1);
        self.width(position, message.offset);
    }

    fn width(&mut self, position: u64, last: i64) {
        let base = self.segment.base_offset;
        if !self.is_wide && last.saturating_sub(base) > i32::MAX.into() {
            self.is_wide = true;
            let damage = log::too_wide(&self.shown, position, base, last);
            self.seen.damaged(damage);
        }
    }

    /// Records of a batch whose checksum is right need not be: somebody else wrote them. Those that can be read count.
    fn contents(&mut self, position: u64, batch: &Batch) -> u64 {
        let (records, wrong) = batch.readable_records();
        let wrong = wrong.or_else(|| batch.marker().err());
        if let Some(error) = wrong {
            let offset = batch.header().base_offset;
            let damage = log::damage(&self.shown, position, offset, &error.into());
            self.seen.damaged(damage);
        }
        records.len() as u64
    }

    fn batch(&mut self, position: u64, batch: &Batch) {
        let header = batch.header();
        let records = self.contents(position, batch);
        self.width(position, header.last_offset());
        let partition = &mut self.seen.partition;
        match header.attributes.is_control() {
            true => partition.markers += u64::from(records > 0),
            false => {
                self.segment.records += records;
                partition.records += records;
            }
        }
        let codec = header.attributes.compression().to_string();
        *partition.codecs.entry(codec).or_default() += 1;
        partition.batches += 1;
        self.segment.batches += 1;
        let last = partition.leader_epochs.last();
        if last.is_none_or(|last| last.epoch < header.leader_epoch) {
            partition.leader_epochs.push(LeaderEpoch {
                epoch: header.leader_epoch,
                start_offset: header.base_offset,
            });
        }
        if let Some(expected) = self.expected
            && header.base_offset > expected
        {
            partition.gaps += (header.base_offset - expected) as u64;
            let (base, found) = (self.segment.base_offset, header.base_offset);
            let reason = plimsoll_log::Damage::Offset { expected, found };
            let damage = || log::damage(&self.shown, position, expected, &reason);
            self.seen.gaps.entry(base).or_insert_with(damage);
        }
        self.times(header);
        self.expected = Some(header.last_offset() + 1);
        self.segment.end_offset = header.last_offset() + 1;
    }

    fn times(&mut self, header: &BatchHeader) {
        let segment = &mut self.segment;
        if header.max_timestamp_ms >= 0 {
            segment.max_timestamp_ms = segment.max_timestamp_ms.max(Some(header.max_timestamp_ms));
        }
        // Behind a horizon the base timestamp is that of the horizon.
        let first = match header.delete_horizon_ms() {
            Some(_) => header.max_timestamp_ms,
            None => header.base_timestamp_ms,
        };
        if first >= 0 && segment.min_timestamp_ms.is_none_or(|it| first < it) {
            segment.min_timestamp_ms = Some(first);
        }
    }

    /// A segment of ours ends where the next one begins (K8); one of Kafka's may end earlier.
    fn finish(&mut self) {
        let (end, writer) = (self.segment.end_offset, self.seen.partition.writer);
        if let Some(next) = self.next.filter(|next| self.whole && *next != end) {
            if end > next || writer == Writer::Plimsoll {
                let reason = plimsoll_log::Damage::NextSegment { end, next };
                let damage = log::damage(&self.shown, self.segment.bytes, end, &reason);
                self.seen.damaged(damage);
            } else {
                self.seen.partition.gaps += (next - end) as u64;
                self.seen.partition.gaps_between += (next - end) as u64;
            }
        }
        self.seen.partition.end = end;
        self.seen.partition.bytes += self.segment.bytes;
        self.seen.segments.push(self.segment.clone());
    }
}
