//! What became of the transaction that a batch belongs to, told while a log is walked from its start (K7).

use std::collections::{HashMap, HashSet};

/// An aborted transaction of the log's index, as far as the cleaner goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aborted {
    pub(super) producer_id: i64,
    /// Offset of its first record.
    pub(super) first: i64,
    /// Offset of its marker.
    pub(super) last: i64,
}

/// The walk's memory: which transactions were aborted, and of which a batch was met.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    /// By producer, in the order of offsets.
    aborted: HashMap<i64, Vec<(i64, i64)>>,
    /// Producers of whom a transactional batch was met since their last marker.
    with_data: HashSet<i64>,
}

impl Transactions {
    /// A walk that knows these aborted transactions, in any order.
    pub(super) fn new(aborted: impl IntoIterator<Item = Aborted>) -> Transactions {
        let mut by_producer: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
        for one in aborted {
            let of_producer = by_producer.entry(one.producer_id).or_default();
            of_producer.push((one.first, one.last));
        }
        by_producer
            .values_mut()
            .for_each(|list| list.sort_unstable());
        Transactions {
            aborted: by_producer,
            with_data: HashSet::new(),
        }
    }

    /// Whether this batch of a transaction was taken back.
    pub(super) fn is_aborted(&self, producer_id: i64, base_offset: i64) -> bool {
        self.aborted.get(&producer_id).is_some_and(|list| {
            // Transactions of one producer do not overlap, so only the last that began can hold the batch.
            let begun = list.partition_point(|&(first, _)| first <= base_offset);
            begun > 0 && base_offset <= list[begun - 1].1
        })
    }

    /// A batch of a transaction goes by. One without records counts too: a log that is read anew must find the marker
    /// that closes it.
    pub(super) fn data(&mut self, producer_id: i64) {
        self.with_data.insert(producer_id);
    }

    /// A marker goes by; whether a batch of its transaction is still there.
    pub(super) fn marker(&mut self, producer_id: i64) -> bool {
        self.with_data.remove(&producer_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_aborted_if_its_producers_transaction_around_it_was() {
        let aborted = |producer_id, first, last| Aborted {
            producer_id,
            first,
            last,
        };
        let walk = Transactions::new([aborted(7, 20, 25), aborted(7, 3, 9), aborted(8, 0, 30)]);
        let description: Vec<bool> = [2, 3, 9, 10, 19, 20, 25, 26]
            .iter()
            .map(|&offset| walk.is_aborted(7, offset))
            .collect();
        assert_eq!(
            description,
            [false, true, true, false, false, true, true, false]
        );
        assert!(walk.is_aborted(8, 10));
        assert!(!walk.is_aborted(9, 10));
    }

    #[test]
    fn a_marker_has_data_until_the_next_of_its_producer() {
        let mut walk = Transactions::default();
        walk.data(7);
        walk.data(8);
        assert!(walk.marker(7));
        assert!(
            !walk.marker(7),
            "the second marker closes another transaction"
        );
        assert!(walk.marker(8));
    }
}
