//! Transactions: which are open, which were aborted, and how far readers of committed records may read.

use super::{Batch, Ending, Kind, Position, StorageLog};

/// One transaction in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transaction {
    /// Its producer's id.
    pub producer: i64,
    /// The offset of its first record.
    pub first: Position,
    /// Its end and the marker's offset; `None` while it is open.
    pub ended: Option<(Ending, Position)>,
}

/// All transactions, in the order in which they began. A marker without records ends none.
pub fn all(batches: &[Batch]) -> Vec<Transaction> {
    let mut all: Vec<Transaction> = Vec::new();
    for batch in batches {
        let Some(producer) = batch.producer else {
            continue;
        };
        let open = all
            .iter_mut()
            .find(|known| known.producer == producer.id && known.ended.is_none());
        match (batch.kind, open) {
            (Kind::Transactional, None) => all.push(Transaction {
                producer: producer.id,
                first: batch.base,
                ended: None,
            }),
            (Kind::Marker(ending), Some(open)) => open.ended = Some((ending, batch.base)),
            _ => {}
        }
    }
    all
}

/// Those that are open.
pub(super) fn open(batches: &[Batch]) -> impl Iterator<Item = Transaction> {
    all(batches)
        .into_iter()
        .filter(|known| known.ended.is_none())
}

impl StorageLog {
    /// All transactions, in the order in which they began.
    pub fn transactions(&self) -> Vec<Transaction> {
        all(&self.batches)
    }

    /// The transaction that a batch belongs to: its records', or the one that its marker ends.
    pub fn transaction_of(&self, batch: &Batch) -> Option<Transaction> {
        let id = batch.producer?.id;
        let inside = |known: &Transaction| {
            let end = known.ended.map_or(Position::MAX, |(_, marker)| marker);
            known.producer == id && known.first <= batch.base && batch.base <= end
        };
        match batch.kind {
            Kind::Plain => None,
            _ => self.transactions().into_iter().find(inside),
        }
    }

    /// Readers of committed records see what is below: nothing of an open transaction, and nothing of one whose end
    /// is not durable yet.
    pub fn last_stable(&self) -> Position {
        let undecided = self
            .transactions()
            .into_iter()
            .filter(|known| known.ended.is_none_or(|(_, marker)| marker >= self.synced));
        undecided
            .map(|known| known.first)
            .fold(self.synced, Position::min)
            .max(self.start)
    }

    /// Whether a batch holds records that count for nothing.
    pub fn aborted(&self, batch: &Batch) -> bool {
        batch.kind == Kind::Transactional
            && self
                .transaction_of(batch)
                .and_then(|known| known.ended)
                .is_some_and(|(ending, _)| ending == Ending::Abort)
    }
}
