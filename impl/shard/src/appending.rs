//! A coordinator's step as it goes into the log.

use plimsoll_coordinator::{EndTransaction, ErrorCode, Step, Timestamp};
use plimsoll_log::{AppendError, Batch, EndMarker, NewBatch, NewRecord, Outcome, Producer};
use plimsoll_offsets::{CodecError, Ended, OffsetsRecord, encode};

use crate::partition_log::AppendFailure;

/// A coordinator does not know the sequences of the producer in whose name it writes (KIP-98).
const NO_SEQUENCE: i32 = -1;

/// What a step appends.
pub(crate) enum Appending {
    Data(Batch),
    /// Data in a producer's transaction.
    Transactional(Batch),
    Marker(EndMarker),
}

impl Appending {
    /// All of the step's records as one batch (O8), or its marker. Nobody can write it if there is an error.
    pub(crate) fn of(step: &Step, now: Timestamp) -> Result<Appending, AppendFailure> {
        if let Some(marker) = step.marker() {
            return Ok(Appending::Marker(end_marker(marker, now)));
        }
        let records: Result<_, CodecError> = step.records().iter().map(new_record).collect();
        // A name is too long for the format.
        let records =
            records.map_err(|_| AppendFailure::NotWritten(ErrorCode::UnknownServerError))?;
        let producer = step.producer().map(|producer| Producer {
            id: producer.id,
            epoch: producer.epoch,
            base_sequence: NO_SEQUENCE,
        });
        let batch = NewBatch {
            timestamp_ms: now.0,
            records,
            producer,
            transactional: producer.is_some(),
            ..NewBatch::default()
        };
        let batch = batch.build().map_err(AppendError::Refused)?;
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

fn end_marker(marker: &EndTransaction, now: Timestamp) -> EndMarker {
    EndMarker {
        producer_id: marker.producer.id,
        producer_epoch: marker.producer.epoch,
        outcome: match marker.ended {
            Ended::Committed => Outcome::Commit,
            Ended::Aborted => Outcome::Abort,
        },
        coordinator_epoch: marker.coordinator_epoch,
        timestamp_ms: now.0,
    }
}
