//! Settings of a log.

#[cfg(feature = "mutants")]
use crate::Decisions;
use crate::LogError;
use crate::mutant::mutant;
use crate::producers::REMEMBERED_BATCHES;

/// Settings of a log. The default is Kafka's for a topic that is not compacted; times are in milliseconds, sizes in
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogConfig {
    /// `segment.bytes`: a segment is closed before it grows larger; at most `i32::MAX`, because index files hold
    /// positions in 32 bits. A batch larger than this has a segment of its own.
    pub segment_bytes: u64,
    /// `segment.ms`: a segment is closed when a batch comes that is so much later than the segment's first.
    pub segment_ms: i64,
    /// `index.interval.bytes`: about how many bytes of log lie between two entries of an index.
    pub index_interval_bytes: u32,
    /// `retention.bytes`: none keeps everything.
    pub retention_bytes: Option<u64>,
    /// `retention.ms`: none keeps everything.
    pub retention_ms: Option<i64>,
    /// `cleanup.policy=compact`: keyless records are refused, and [`crate::Log::clean`] does something.
    pub compact: bool,
    /// `delete.retention.ms`: how long tombstones stay after the first pass that reached them.
    pub delete_retention_ms: i64,
    /// `min.compaction.lag.ms`: younger records are not compacted.
    pub min_compaction_lag_ms: i64,
    /// `log.cleaner.dedupe.buffer.size`: bound on the memory that holds the keys of one pass.
    pub offset_map_bytes: usize,
    /// How many bytes may be appended before a sync also writes a checkpoint: what an opening after a crash reads, about.
    pub checkpoint_bytes: u64,
    /// `producer.id.expiration.ms`: a producer that was quiet for so long is forgotten.
    pub producer_expiration_ms: i64,
    /// Known mistakes, none by default.
    #[cfg(feature = "mutants")]
    pub decisions: Decisions,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig {
            segment_bytes: 1 << 30,
            segment_ms: 7 * DAY_MS,
            index_interval_bytes: 4096,
            retention_bytes: None,
            retention_ms: Some(7 * DAY_MS),
            compact: false,
            delete_retention_ms: DAY_MS,
            min_compaction_lag_ms: 0,
            offset_map_bytes: 128 << 20,
            checkpoint_bytes: 4 << 20,
            producer_expiration_ms: DAY_MS,
            #[cfg(feature = "mutants")]
            decisions: Decisions::default(),
        }
    }
}

impl LogConfig {
    /// How many batches of a producer are remembered (L8).
    pub(crate) fn remembered_batches(&self) -> usize {
        match mutant!(self, dedup_window: DedupWindow::One) {
            true => 1,
            false => REMEMBERED_BATCHES,
        }
    }

    pub(crate) fn check(&self) -> Result<(), LogError> {
        let wrong = [
            (
                self.segment_bytes == 0 || self.segment_bytes > i32::MAX as u64,
                "segment_bytes is not between 1 and 2147483647",
            ),
            (self.segment_ms < 1, "segment_ms is less than 1"),
            (
                self.retention_ms.is_some_and(|ms| ms < 0),
                "retention_ms is negative",
            ),
            (
                self.delete_retention_ms < 0,
                "delete_retention_ms is negative",
            ),
            (
                self.min_compaction_lag_ms < 0,
                "min_compaction_lag_ms is negative",
            ),
            (
                self.producer_expiration_ms < 1,
                "producer_expiration_ms is less than 1",
            ),
        ];
        match wrong.iter().find(|(wrong, _)| *wrong) {
            Some((_, what)) => Err(LogError::Config(what)),
            None => Ok(()),
        }
    }
}
