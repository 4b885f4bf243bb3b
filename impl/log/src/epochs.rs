//! Which leader epoch began where.

use std::sync::Arc;

/// The first offset that a leader wrote in its epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeaderEpoch {
    /// The epoch.
    pub epoch: i32,
    /// Offset of the first batch of the epoch.
    pub start_offset: i64,
}

/// The epochs of a log, in order of both epoch and offset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LeaderEpochs(Arc<Vec<LeaderEpoch>>);

impl LeaderEpochs {
    pub(crate) fn from_entries(entries: Vec<LeaderEpoch>) -> LeaderEpochs {
        LeaderEpochs(Arc::new(entries))
    }

    pub(crate) fn entries(&self) -> &[LeaderEpoch] {
        &self.0
    }

    pub(crate) fn last(&self) -> Option<i32> {
        self.0.last().map(|entry| entry.epoch)
    }

    pub(crate) fn apply(&mut self, epoch: i32, start_offset: i64) {
        if self.last().is_none_or(|last| last < epoch) {
            Arc::make_mut(&mut self.0).push(LeaderEpoch {
                epoch,
                start_offset,
            });
        }
    }

    /// Forgets epochs of which nothing is left.
    pub(crate) fn forget_below(&mut self, log_start: i64) {
        let gone = self
            .0
            .windows(2)
            .take_while(|pair| pair[1].start_offset <= log_start)
            .count();
        if gone > 0 {
            Arc::make_mut(&mut self.0).drain(..gone);
        }
    }
}
