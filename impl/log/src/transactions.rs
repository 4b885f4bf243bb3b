//! Open and aborted transactions: the last stable offset, and what a read_committed reader leaves out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::BatchHeader;

/// A transaction that was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbortedTransaction {
    /// The producer.
    pub producer_id: i64,
    /// Offset of its first record.
    pub first_offset: i64,
    /// Offset of its marker.
    pub last_offset: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    /// First offset by producer.
    open: BTreeMap<i64, i64>,
    /// Those whose marker may still be above the high watermark: first offset and the marker's.
    decided: Vec<(i64, i64)>,
    /// In order of their markers.
    aborted: Vec<AbortedTransaction>,
}

/// The transactions of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Transactions(Arc<State>);

impl Transactions {
    pub(crate) fn new(open: BTreeMap<i64, i64>, aborted: Vec<AbortedTransaction>) -> Transactions {
        Transactions(Arc::new(State {
            open,
            decided: Vec::new(),
            aborted,
        }))
    }

    /// First offset of the open transaction of each producer that has one.
    pub(crate) fn open(&self) -> &BTreeMap<i64, i64> {
        &self.0.open
    }

    pub(crate) fn aborted(&self) -> &[AbortedTransaction] {
        &self.0.aborted
    }

    /// Those that have a record or their marker in `from..to`.
    pub(crate) fn aborted_between(&self, from: i64, to: i64) -> Vec<AbortedTransaction> {
        let overlaps = |t: &&AbortedTransaction| t.first_offset < to && t.last_offset >= from;
        self.0.aborted.iter().filter(overlaps).copied().collect()
    }

    /// Takes in what was appended; `committed` is what a marker says.
    pub(crate) fn apply(&mut self, header: &BatchHeader, committed: Option<bool>) {
        let producer_id = header.producer_id;
        if let Some(committed) = committed {
            if self.0.open.contains_key(&producer_id) {
                Arc::make_mut(&mut self.0).close(producer_id, header.last_offset(), committed);
            }
            return;
        }
        let attributes = header.attributes;
        // A batch that compaction has emptied opens nothing: its marker may be gone with its records.
        let opens = attributes.is_transactional()
            && !attributes.is_control()
            && producer_id >= 0
            && header.records_count > 0;
        if opens && !self.0.open.contains_key(&producer_id) {
            let state = Arc::make_mut(&mut self.0);
            state.open.insert(producer_id, header.base_offset);
        }
    }

    /// The offset below which no transaction is undecided, as seen by readers up to `high_watermark` (L5).
    pub(crate) fn last_stable_offset(&self, high_watermark: i64) -> i64 {
        let open = self.0.open.values().copied();
        let unseen = |&(first, marker): &(i64, i64)| (marker >= high_watermark).then_some(first);
        let decided = self.0.decided.iter().filter_map(unseen);
        open.chain(decided)
            .min()
            .map_or(high_watermark, |first| first.min(high_watermark))
    }

    /// Forgets which decided transactions had to wait for this high watermark.
    pub(crate) fn reached(&mut self, high_watermark: i64) {
        if self
            .0
            .decided
            .iter()
            .any(|(_, marker)| *marker < high_watermark)
        {
            let state = Arc::make_mut(&mut self.0);
            state
                .decided
                .retain(|(_, marker)| *marker >= high_watermark);
        }
    }

    /// Forgets aborted transactions of which nothing is left.
    pub(crate) fn forget_below(&mut self, log_start: i64) {
        if self.0.aborted.iter().any(|t| t.last_offset < log_start) {
            let state = Arc::make_mut(&mut self.0);
            state.aborted.retain(|t| t.last_offset >= log_start);
        }
    }
}

impl State {
    fn close(&mut self, producer_id: i64, last_offset: i64, committed: bool) {
        let Some(first_offset) = self.open.remove(&producer_id) else {
            return;
        };
        self.decided.push((first_offset, last_offset));
        if !committed {
            self.aborted.push(AbortedTransaction {
                producer_id,
                first_offset,
                last_offset,
            });
        }
    }
}
