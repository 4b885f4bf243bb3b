//! Reading a checkpoint. Its checksum is no reason to trust it with an index or an allocation.

use std::collections::BTreeMap;
use std::str::SplitAsciiWhitespace;

use super::format::{Checkpoint, SegmentLine, VERSION};
use crate::derived::Derived;
use crate::epochs::LeaderEpochs;
use crate::producers::{ProducerBatch, ProducerState, Producers};
use crate::segment_index::{Extent, IndexFiles};
use crate::transactions::Transactions;
use crate::{AbortedTransaction, CheckpointError, LeaderEpoch, RecoveryPoint};

/// What the lines said so far.
#[derive(Default)]
struct Lines {
    log_start: Option<i64>,
    recovery_point: Option<RecoveryPoint>,
    first_dirty: Option<i64>,
    last_batch: Option<i64>,
    epochs: Vec<LeaderEpoch>,
    producers: BTreeMap<i64, ProducerState>,
    last_producer: Option<i64>,
    open: BTreeMap<i64, i64>,
    aborted: Vec<AbortedTransaction>,
    segments: Vec<SegmentLine>,
}

impl Checkpoint {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
        let text = checked(bytes).ok_or(CheckpointError::Checksum)?;
        let mut lines = Lines::default();
        for (number, line) in text.lines().enumerate() {
            let understood = match number {
                0 => (line == VERSION).then_some(()),
                _ => lines.take(line),
            };
            understood.ok_or_else(|| CheckpointError::Line {
                line: number + 1,
                text: line.to_owned(),
            })?;
        }
        let checkpoint = lines
            .finish()
            .ok_or(CheckpointError::Content("a line is missing"))?;
        checkpoint.check().map_err(CheckpointError::Content)?;
        Ok(checkpoint)
    }

    /// What later code relies on.
    fn check(&self) -> Result<(), &'static str> {
        let follow = |pair: &[SegmentLine]| pair[0].end_offset == pair[1].base_offset;
        if !self.segments.windows(2).all(follow) {
            return Err("its segments do not follow on each other");
        }
        let grows =
            |line: &SegmentLine| line.base_offset >= 0 && line.end_offset >= line.base_offset;
        if !self.segments.iter().all(grows) {
            return Err("a segment ends before it begins");
        }
        let point = self.recovery_point;
        let at_end = self.segments.last().is_some_and(|last| {
            let end = (last.end_offset, last.base_offset, last.bytes);
            end == (point.offset, point.segment, point.position)
        });
        if !at_end {
            return Err("its last segment does not end at the recovery point");
        }
        if !(0..=point.offset).contains(&self.log_start) {
            return Err("the log's start is not below the recovery point");
        }
        Ok(())
    }
}

/// The text above the checksum, if that is right.
fn checked(bytes: &[u8]) -> Option<&str> {
    const CHECKSUM_LINE: usize = "crc 00000000\n".len();
    let (text, line) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_LINE)?)?;
    let expected = format!("crc {:08x}\n", crc32c::crc32c(text));
    (line == expected.as_bytes())
        .then(|| std::str::from_utf8(text).ok())
        .flatten()
}

impl Lines {
    fn take(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_ascii_whitespace();
        let kind = words.next()?;
        let mut n = Numbers(words);
        match kind {
            "log-start" => self.log_start = Some(n.number()?),
            "recovery-point" => {
                self.recovery_point = Some(RecoveryPoint {
                    offset: n.number()?,
                    segment: n.number()?,
                    position: n.number()?,
                });
            }
            "first-dirty" => self.first_dirty = Some(n.number()?),
            "last-batch" => self.last_batch = n.optional()?,
            "leader-epoch" => self.epochs.push(LeaderEpoch {
                epoch: n.number()?,
                start_offset: n.number()?,
            }),
            "producer" => self.producer(&mut n)?,
            "batch" => self.batch(&mut n)?,
            "open" => {
                self.open.insert(n.number()?, n.number()?);
            }
            "aborted" => self.aborted.push(AbortedTransaction {
                producer_id: n.number()?,
                first_offset: n.number()?,
                last_offset: n.number()?,
            }),
            "segment" => self.segments.push(n.segment()?),
            _ => return None,
        }
        n.end()
    }

    fn producer(&mut self, n: &mut Numbers<'_>) -> Option<()> {
        let id = n.number()?;
        let producer = ProducerState {
            epoch: n.number()?,
            coordinator_epoch: n.number()?,
            last_timestamp_ms: n.number()?,
            batches: Vec::new(),
        };
        self.producers.insert(id, producer);
        self.last_producer = Some(id);
        Some(())
    }

    fn batch(&mut self, n: &mut Numbers<'_>) -> Option<()> {
        let producer = self.producers.get_mut(&self.last_producer?)?;
        producer.batches.push(ProducerBatch {
            first_sequence: n.number()?,
            last_sequence: n.number()?,
            base_offset: n.number()?,
            last_offset: n.number()?,
            timestamp_ms: n.number()?,
        });
        Some(())
    }

    fn finish(self) -> Option<Checkpoint> {
        Some(Checkpoint {
            log_start: self.log_start?,
            recovery_point: self.recovery_point?,
            first_dirty: self.first_dirty?,
            derived: Derived {
                producers: Producers::from_entries(self.producers),
                transactions: Transactions::new(self.open, self.aborted),
                epochs: LeaderEpochs::from_entries(self.epochs),
                last_batch: self.last_batch,
            },
            segments: self.segments,
        })
    }
}

/// The rest of a line.
struct Numbers<'a>(SplitAsciiWhitespace<'a>);

impl Numbers<'_> {
    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.0.next()?.parse().ok()
    }

    fn optional(&mut self) -> Option<Option<i64>> {
        match self.0.next()? {
            "-" => Some(None),
            number => number.parse().ok().map(Some),
        }
    }

    fn extent(&mut self) -> Option<Extent> {
        Some(Extent {
            bytes: self.number()?,
            checksum: self.number()?,
        })
    }

    fn segment(&mut self) -> Option<SegmentLine> {
        Some(SegmentLine {
            base_offset: self.number()?,
            end_offset: self.number()?,
            bytes: self.number()?,
            latest: self.optional()?.zip(self.optional()?),
            first_timestamp: self.optional()?,
            has_gaps: self.number::<u8>()? != 0,
            index: IndexFiles {
                offsets: self.extent()?,
                times: self.extent()?,
            },
        })
    }

    fn end(mut self) -> Option<()> {
        match self.0.next() {
            None => Some(()),
            Some(_) => None,
        }
    }
}
