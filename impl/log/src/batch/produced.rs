//! What a broker accepts from a producer: stricter than what a log may hold after compaction (mutant L-13).

use super::{Batch, BatchError};

impl Batch {
    /// Whether a producer may send this batch. Compaction and the coordinator of transactions write batches that are
    /// refused here.
    ///
    /// # Errors
    /// [`BatchError::Produced`], [`BatchError::Keyless`] if the topic is `compacted` (K10), and those of
    /// [`Batch::records`].
    pub fn check_produced(&self, compacted: bool) -> Result<(), BatchError> {
        self.check_data(compacted, true)
    }

    /// The same; a group coordinator writes in the name of a producer without knowing its sequence.
    pub(crate) fn check_data(&self, compacted: bool, has_sequence: bool) -> Result<(), BatchError> {
        let header = &self.header;
        let wrong = [
            (header.attributes.is_control(), "a control batch"),
            (header.attributes.has_delete_horizon(), "a delete horizon"),
            (
                header.attributes.is_append_time(),
                "an append time, which is for the broker to set",
            ),
            (
                header.records_count < 1 || header.records_count - 1 != header.last_offset_delta,
                "the last offset delta does not fit the number of records",
            ),
            (
                header.producer_id >= 0
                    && (header.producer_epoch < 0 || has_sequence && header.base_sequence < 0),
                "a producer without epoch or sequence",
            ),
            (
                header.attributes.is_transactional() && header.producer_id < 0,
                "a transaction without a producer",
            ),
        ];
        if let Some((_, what)) = wrong.into_iter().find(|(wrong, _)| *wrong) {
            return Err(BatchError::Produced(what));
        }
        // As many records as offsets, each at a higher offset than the one before: so the deltas are 0, 1, 2 …
        self.each_record(|index, record| match compacted && record.key.is_none() {
            true => Err(BatchError::Keyless { index }),
            false => Ok(()),
        })
    }
}
