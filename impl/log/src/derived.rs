//! What is known of a log's batches besides where they lie: all of it a function of the log (L11).

use crate::BatchHeader;
use crate::epochs::LeaderEpochs;
use crate::producers::Producers;
use crate::transactions::Transactions;

/// What a marker says beyond its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MarkerSays {
    pub(crate) committed: bool,
    pub(crate) coordinator_epoch: i32,
}

/// Producers, transactions and leader epochs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Derived {
    pub(crate) producers: Producers,
    pub(crate) transactions: Transactions,
    pub(crate) epochs: LeaderEpochs,
    /// Base offset of the last batch.
    pub(crate) last_batch: Option<i64>,
}

impl Derived {
    /// Takes in the next batch.
    pub(crate) fn apply(
        &mut self,
        header: &BatchHeader,
        marker: Option<MarkerSays>,
        window: usize,
    ) {
        self.producers
            .apply(header, marker.map(|m| m.coordinator_epoch), window);
        self.transactions.apply(header, marker.map(|m| m.committed));
        self.epochs.apply(header.leader_epoch, header.base_offset);
        self.last_batch = Some(header.base_offset);
    }

    /// Forgets what says something about deleted records only.
    pub(crate) fn forget_below(&mut self, log_start: i64) {
        self.transactions.forget_below(log_start);
        self.epochs.forget_below(log_start);
    }
}
