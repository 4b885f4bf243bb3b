//! From a batch of the offsets log to what stands at each of its offsets.

use plimsoll_log::{Batch, BatchError, Marker, Outcome};

use crate::cache::{Ended, Producer};
use crate::entry::{Entry, Malformed};

/// Why a batch cannot be replayed. A coordinator must not load past it: what it lacks may have been the newest commit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntriesError {
    /// The batch cannot be decoded.
    #[error("the batch at offset {offset}: {reason}")]
    Batch {
        /// Its base offset.
        offset: i64,
        /// What is wrong with it.
        reason: BatchError,
    },
    /// A record in it is not one of the offsets topic.
    #[error(transparent)]
    Record(#[from] Malformed),
}

/// What stands in a batch, with the offsets. A control batch of another type than a transaction's end says nothing about
/// offsets, and neither does a batch that compaction emptied.
///
/// # Errors
/// [`EntriesError`].
pub fn entries(batch: &Batch) -> Result<Vec<(i64, Entry)>, EntriesError> {
    let header = batch.header();
    let offset = header.base_offset;
    let undecodable = |reason| EntriesError::Batch { offset, reason };
    let producer = Producer {
        id: header.producer_id,
        epoch: header.producer_epoch,
    };
    if header.attributes.is_control() {
        let Some(Marker::End(marker)) = batch.marker().map_err(undecodable)? else {
            return Ok(Vec::new());
        };
        let ended = match marker.outcome {
            Outcome::Commit => Ended::Committed,
            Outcome::Abort => Ended::Aborted,
        };
        return Ok(vec![(offset, Entry::Marker { producer, ended })]);
    }
    let producer = (producer.id != -1).then_some(producer);
    let mut entries = Vec::new();
    for record in batch.records().map_err(undecodable)? {
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        let entry = Entry::decode(record.offset, producer, key, value)?;
        entries.push((record.offset, entry));
    }
    Ok(entries)
}
