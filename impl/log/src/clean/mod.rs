//! Compaction: of each key the latest record stays (K1 to K10, KIP-534).
//!
//! | question | file |
//! |---|---|
//! | which part of the log may a pass touch? | [`range`] |
//! | which record is its key's latest, in how much memory? | [`offset_map`] |
//! | was this record's transaction aborted, is this marker still needed? | [`transactions`] |
//! | what becomes of a batch? | [`retain`] |
//! | which segments become one? | [`group`] |
//! | how is the output written? | [`output`], [`copy`] |
//! | how does it take the place of what it was made from? | [`swap`] |
//!
//! A pass reads the part of the log that no pass has read yet and remembers the latest offset of each key, as many as
//! fit; then it reads the log from its start up to there and leaves out what is superseded. It holds those keys, one
//! batch and what that becomes, and pieces of files in memory, however large the log is.

mod copy;
mod group;
mod map;
mod offset_map;
mod output;
mod range;
mod report;
mod retain;
pub(crate) mod swap;
mod transactions;

use std::sync::Arc;

use plimsoll_disk::Disk;

pub use report::{CleanReport, Dropped};

use self::group::Group;
use self::range::{Closed, Range, Settled};
use self::retain::Rule;
use self::transactions::{Aborted, Transactions};
use crate::{Log, LogError, ReadError};

impl Log {
    /// Compacts what is settled, closed and old enough (K3): nothing in a log whose [`crate::LogConfig::compact`] is
    /// false. `now_ms` in milliseconds since the epoch. Tombstones and markers have had their time when a pass comes
    /// `delete_retention_ms` after the one that reached them first, so it is worth calling when nothing was appended.
    ///
    /// # Errors
    /// [`LogError::Read`] for damage, by name: nothing is dropped that could not be read. [`LogError::Disk`] leaves
    /// the log complete, some of its segments perhaps cleaned; one that leaves open which segments count stops it.
    pub fn clean(&mut self, disk: &mut impl Disk, now_ms: i64) -> Result<CleanReport, LogError> {
        self.running()?;
        let mut closed = self.closed_segments();
        let range = self.cleanable(&closed, now_ms);
        let mut report = CleanReport {
            first_dirty_offset: range.first_dirty,
            end_offset: range.end,
            cleanable_offset: range.end,
            ..CleanReport::default()
        };
        let untouched = closed.first().is_none_or(|first| first.base >= range.end);
        if !self.config.compact || untouched {
            return Ok(report);
        }
        // What is rewritten must lie below the recovery point, which must not lie at the end of one of these files either:
        // recovery would go on from a byte that was another one's.
        if self.recovery_point != self.end_point() {
            self.checkpoint(disk)?;
        }
        let aborted = self.aborted_in(range.end);
        let latest =
            map::build(disk, &self.closed, range, &self.config, &aborted).map_err(by_cause)?;
        report.end_offset = latest.end;
        (report.keys, report.key_bytes) = (latest.map.keys(), latest.map.bytes());
        let producers = self.derived.producers.clone();
        let config = Arc::clone(&self.config);
        let mut rule = Rule {
            latest: &latest.map,
            transactions: Transactions::new(aborted),
            producers: &producers,
            end: latest.end,
            now_ms,
            config: &config,
            dropped: Dropped::default(),
        };
        closed.truncate(closed.partition_point(|segment| segment.base < latest.end));
        report.segments = closed.len();
        let mut gone = 0;
        for group in group::groups(&closed, latest.end, self.config.segment_bytes) {
            let (from, to) = (group.start - gone, group.end - gone);
            gone += self.clean_group(disk, from..to, &mut rule, &mut report)?;
            report.dropped = rule.dropped;
        }
        self.cleaned(disk, latest.end)?;
        Ok(report)
    }

    /// Rewrites a group if anything in it changes; how many segments fewer there are then.
    fn clean_group(
        &mut self,
        disk: &mut impl Disk,
        group: Group,
        rule: &mut Rule<'_>,
        report: &mut CleanReport,
    ) -> Result<usize, LogError> {
        let sources = &self.closed[group.clone()];
        let (segments, bytes) = (sources.len(), sources.iter().map(|s| s.bytes).sum::<u64>());
        let Some(output) = self.write_output(disk, group.clone(), rule)? else {
            return Ok(0);
        };
        report.bytes_before += bytes;
        report.bytes_after += output.bytes;
        report.replaced_segments += segments;
        report.new_segments += 1;
        self.swap_in(disk, group, output)?;
        Ok(segments - 1)
    }

    /// The pass is over: what lies below `end` is clean.
    fn cleaned(&mut self, disk: &mut impl Disk, end: i64) -> Result<(), LogError> {
        // No record of these is left, and their markers tell nobody anything any more.
        self.derived.transactions.forget_below(end);
        if self.first_dirty != end {
            self.first_dirty = end;
            self.write_checkpoint(disk)?;
        }
        Ok(())
    }

    fn closed_segments(&self) -> Vec<Closed> {
        let closed = self.closed.iter().map(|segment| Closed {
            base: segment.base_offset,
            end: segment.end_offset,
            bytes: segment.bytes,
            max_timestamp_ms: segment.max_timestamp_ms().unwrap_or(i64::MIN),
        });
        closed.collect()
    }

    fn cleanable(&self, closed: &[Closed], now_ms: i64) -> Range {
        let settled = Settled {
            high_watermark: self.synced_end_offset(),
            last_stable: self.last_stable_offset(),
            newest_timestamp_ms: match self.config.min_compaction_lag_ms {
                0 => i64::MAX,
                lag_ms => now_ms.saturating_sub(lag_ms),
            },
        };
        range::cleanable(self.first_dirty, self.log_start, closed, settled)
    }

    fn aborted_in(&self, end: i64) -> Vec<Aborted> {
        let of_log = self.aborted_transactions(0, end).into_iter();
        of_log
            .map(|transaction| Aborted {
                producer_id: transaction.producer_id,
                first: transaction.first_offset,
                last: transaction.last_offset,
            })
            .collect()
    }
}

/// A disk that fails is no damage of the log.
fn by_cause(error: ReadError) -> LogError {
    match error {
        ReadError::Disk(error) => LogError::Disk(error),
        other => LogError::Read(other),
    }
}
