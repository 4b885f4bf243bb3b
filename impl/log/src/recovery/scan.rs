//! Reading from the recovery point on, to the first batch that is not valid, and cutting there.

use plimsoll_disk::Disk;

use super::again;
use super::files::{Files, remove_segment};
use crate::derived::{Derived, MarkerSays};
use crate::mutant::mutant;
use crate::reader::{BatchReader, CHUNK_BYTES, Found};
use crate::{
    Batch, BatchError, Damage, LogConfig, LogError, Marker, Outcome, RecoveryReport, Segment,
    Writer,
};

/// What was found from the recovery point on.
pub(super) struct Scan<'a> {
    config: &'a LogConfig,
    writer: Writer,
    /// Those below the recovery point too.
    segments: Vec<Segment>,
    /// Lengths of the files that were read: those of the last segments.
    lengths: Vec<u64>,
    /// Where the reading began in the first of them.
    from: u64,
    /// Where offsets need not follow on each other.
    gaps: Gaps,
    derived: Derived,
    recovery_point: i64,
    batches: u64,
    scanned_bytes: u64,
    valid_bytes: u64,
    damage: Option<Damage>,
    /// Where it was found, by place among the segments.
    damaged: usize,
    /// Segments behind it, with their lengths.
    later: Vec<(String, u64)>,
}

/// Where offsets may have been left out of what is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gaps {
    /// Behind a checkpoint: compaction was nowhere.
    Nowhere,
    /// There is no checkpoint that says where compaction was; it leaves the active segment alone.
    InClosed,
    /// Nor is the log this engine's.
    Anywhere,
}

/// What recovery leaves.
pub(super) struct Recovered {
    pub(super) closed: Vec<Segment>,
    pub(super) active: Segment,
    pub(super) derived: Derived,
    /// Bytes of valid batches behind the recovery point.
    pub(super) valid_bytes: u64,
    pub(super) report: RecoveryReport,
}

impl<'a> Scan<'a> {
    /// Reads on from the last of these segments. A disk error is an error, never an end.
    pub(super) fn read(
        disk: &impl Disk,
        files: &Files,
        segments: Vec<Segment>,
        (config, writer): (&'a LogConfig, Writer),
    ) -> Result<Scan<'a>, LogError> {
        let end = segments.last().map_or(0, |last| last.end_offset);
        let checkpoint = files.checkpoint.as_ref();
        let mut scan = Scan {
            config,
            writer,
            segments,
            lengths: Vec::new(),
            from: 0,
            gaps: match (checkpoint, writer) {
                (Some(_), _) => Gaps::Nowhere,
                (None, Writer::Plimsoll) => Gaps::InClosed,
                (None, Writer::Kafka) => Gaps::Anywhere,
            },
            derived: checkpoint.map(|c| c.derived.clone()).unwrap_or_default(),
            recovery_point: end,
            batches: 0,
            scanned_bytes: 0,
            valid_bytes: 0,
            damage: None,
            damaged: 0,
            later: Vec::new(),
        };
        let point = scan.last().base_offset;
        scan.from = scan.last().bytes;
        let ahead: Vec<i64> = files
            .segments
            .iter()
            .copied()
            .filter(|base| *base > point)
            .collect();
        scan.segment(disk, ahead.is_empty())?;
        for &base_offset in &ahead {
            scan.next_segment(disk, files, base_offset, ahead.last() == Some(&base_offset))?;
        }
        Ok(scan)
    }

    fn last(&self) -> &Segment {
        &self.segments[self.segments.len() - 1]
    }

    fn next_segment(
        &mut self,
        disk: &impl Disk,
        files: &Files,
        base_offset: i64,
        is_last: bool,
    ) -> Result<(), LogError> {
        let (end, next) = (self.last().end_offset, base_offset);
        if end < next && self.gaps == Gaps::Anywhere {
            let at = self.segments.len() - 1;
            self.segments[at].end_offset = next;
            self.segments[at].has_gaps = true;
        } else if end != next {
            self.found(Damage::NextSegment { end, next });
        }
        if self.damage.is_some() && !mutant!(self.config, later_segments: LaterSegments::Kept) {
            let path = files.path(base_offset);
            let length = disk.len(&path)?;
            self.later.push((path, length));
            return Ok(());
        }
        self.segments
            .push(Segment::empty(&files.directory, base_offset));
        self.segment(disk, is_last)
    }

    fn found(&mut self, damage: Damage) {
        if self.damage.is_none() {
            self.damage = Some(damage);
            self.damaged = self.segments.len() - 1;
        }
    }

    /// Reads the last segment on from what is known of it.
    fn segment(&mut self, disk: &impl Disk, is_last: bool) -> Result<(), LogError> {
        let (path, from) = (self.last().path.clone(), self.last().bytes);
        let length = disk.len(&path)?;
        self.lengths.push(length);
        let gaps = match self.gaps {
            Gaps::Nowhere => false,
            Gaps::InClosed => !is_last,
            Gaps::Anywhere => true,
        };
        let mut reader = BatchReader::new(disk, &path, from, length, CHUNK_BYTES);
        while let Some(found) = reader.next()? {
            let taken = match found {
                Err(BatchError::Magic(magic)) if magic != 0 && self.writer == Writer::Plimsoll => {
                    let (file, position) = (path.as_ref().to_owned(), reader.position());
                    return Err(LogError::Magic {
                        file,
                        position,
                        magic,
                    });
                }
                Ok(found) => self.take(&found, gaps),
                Err(reason) => Err(reason.into()),
            };
            if let Err(damage) = taken {
                self.found(damage);
                break;
            }
        }
        self.scanned_bytes += reader.position() - from;
        self.valid_bytes += self.last().bytes - from;
        Ok(())
    }

    fn take(&mut self, found: &Found<'_>, gaps: bool) -> Result<(), Damage> {
        if !mutant!(self.config, recovery_checksum: RecoveryChecksum::NotChecked) {
            found.check()?;
        }
        let header = &found.header;
        let expected = self.last().end_offset;
        if header.base_offset < expected || (header.base_offset > expected && !gaps) {
            return Err(Damage::Offset {
                expected,
                found: header.base_offset,
            });
        }
        let marker = match header.attributes.is_control() {
            true => Batch::parse(found.bytes)?.marker()?,
            false => None,
        };
        let config = self.config;
        let at = self.segments.len() - 1;
        self.segments[at].push(header, config);
        let window = config.remembered_batches();
        self.derived
            .apply(header, marker.and_then(MarkerSays::of), window);
        self.batches += 1;
        Ok(())
    }

    /// Removes what lies behind the damage, cuts the file that holds it, and makes all of it durable: what was only in
    /// the page cache of a killed process must not be mistaken for synced.
    pub(super) fn cut(&mut self, disk: &mut impl Disk, files: &Files) -> Result<(), LogError> {
        for (path, _) in &self.later {
            remove_segment(disk, path)?;
        }
        if !self.later.is_empty() {
            disk.sync_dir(&files.directory)?;
        }
        let first = self.segments.len() - self.lengths.len();
        let again =
            files.is_marked && !mutant!(self.config, after_failed_sync: AfterFailedSync::Sync);
        let mut from = self.from;
        let last = self.lengths.len() - 1;
        let read = self.segments[first..].iter_mut().zip(&self.lengths);
        for (place, (segment, length)) in read.enumerate() {
            if mutant!(self.config, torn_tail: TornTail::Skipped) {
                segment.bytes = *length;
            }
            if segment.bytes < *length {
                disk.truncate(&segment.path, segment.bytes)?;
            }
            match again {
                true => again::write(disk, segment, from, place == last)?,
                false => disk.sync(&segment.path)?,
            }
            from = 0;
        }
        if files.is_marked {
            again::unmark(disk, &files.directory)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, files: Files, log_start: i64) -> Recovered {
        let description = match self.damage {
            Some(_) => self.damaged,
            None => self.segments.len() - 1,
        };
        let first = self.segments.len() - self.lengths.len();
        let kept_bytes = self.segments[description].bytes;
        let length = self
            .lengths
            .get(description - first)
            .copied()
            .unwrap_or(kept_bytes);
        let file = self.segments[description].file().to_owned();
        let segments = self.segments.len();
        let active = self.segments.remove(segments - 1);
        let report = RecoveryReport {
            directory: files.directory,
            segments,
            log_start_offset: log_start,
            log_end_offset: active.end_offset,
            recovery_point: self.recovery_point,
            scanned_bytes: self.scanned_bytes,
            batches: self.batches,
            file,
            kept_bytes,
            truncated_bytes: length - kept_bytes,
            damage: self.damage,
            removed_segments: self.later,
            deleted_segments: files.deleted,
            leftovers: files.leftovers,
            finished_swaps: files.swapped,
        };
        Recovered {
            closed: self.segments,
            active,
            derived: self.derived,
            valid_bytes: self.valid_bytes,
            report,
        }
    }
}

impl MarkerSays {
    /// None for a control batch that ends no transaction.
    fn of(marker: Marker) -> Option<MarkerSays> {
        match marker {
            Marker::End(end) => Some(MarkerSays {
                committed: end.outcome == Outcome::Commit,
                coordinator_epoch: end.coordinator_epoch,
            }),
            Marker::Other { .. } => None,
        }
    }
}
