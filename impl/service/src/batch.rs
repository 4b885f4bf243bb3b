//! A coordinator's step as a batch of the offsets log.

use plimsoll_coordinator::{EndTransaction, Step};
use plimsoll_log::{Batch, BatchError, EndMarker, NewBatch, NewRecord, Outcome, Producer};
use plimsoll_offsets::{CodecError, Ended, OffsetsRecord, encode};
use plimsoll_runtime::Moment;

/// A coordinator does not know the sequences of the producer in whose name it writes (KIP-98).
const NO_SEQUENCE: i32 = -1;

/// Why a step cannot be written, by anyone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritable {
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error(transparent)]
    Batch(#[from] BatchError),
}

/// What a step appends.
pub(crate) enum Appending {
    Data(Batch),
    /// Data in a producer's transaction.
    Transactional(Batch),
    Marker(EndMarker),
}

impl Appending {
    /// All of the step's records as one batch (O8), or its marker.
    pub(crate) fn of(step: &Step, now: Moment) -> Result<Appending, Unwritable> {
        if let Some(marker) = step.marker() {
            return Ok(Appending::Marker(end_marker(marker, now)));
        }
        let records: Result<_, _> = step.records().iter().map(new_record).collect();
        let producer = step.producer().map(|producer| Producer {
            id: producer.id,
            epoch: producer.epoch,
            base_sequence: NO_SEQUENCE,
        });
        let batch = NewBatch {
            timestamp_ms: now.ms(),
            records: records?,
            producer,
            transactional: producer.is_some(),
            ..NewBatch::default()
        };
        let batch = batch.build()?;
        Ok(match producer {
            Some(_) => Appending::Transactional(batch),
            None => Appending::Data(batch),
        })
    }
}

fn new_record(record: &OffsetsRecord) -> Result<NewRecord, CodecError> {
    let (key, value) = encode(record)?;
    Ok(NewRecord {
        key: Some(key),
        value,
        ..NewRecord::default()
    })
}

fn end_marker(marker: &EndTransaction, now: Moment) -> EndMarker {
    EndMarker {
        producer_id: marker.producer.id,
        producer_epoch: marker.producer.epoch,
        outcome: match marker.ended {
            Ended::Committed => Outcome::Commit,
            Ended::Aborted => Outcome::Abort,
        },
        coordinator_epoch: marker.coordinator_epoch,
        timestamp_ms: now.ms(),
    }
}
