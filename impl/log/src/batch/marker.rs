//! Control batches: the markers that end transactions.

use super::encode::encode;
use super::record::Written;
use super::{Attributes, Batch, BatchError, BatchHeader, Compression};

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Its records count.
    Commit,
    /// Its records do not.
    Abort,
}

/// The marker that ends a transaction in this partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndMarker {
    /// The producer whose transaction it is.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// Commit or abort.
    pub outcome: Outcome,
    /// Epoch of the transaction coordinator that wrote it; a lower one than the last comes from a fenced coordinator.
    pub coordinator_epoch: i32,
    /// When it was written, in milliseconds since the epoch.
    pub timestamp_ms: i64,
}

/// What a control batch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A transaction ended.
    End(EndMarker),
    /// Something of another type (leader change, snapshot header …), which means nothing to a partition's data.
    Other {
        /// The type in the record's key.
        kind: i16,
    },
}

const ABORT: i16 = 0;
const COMMIT: i16 = 1;

impl EndMarker {
    /// The control batch, at base offset 0.
    ///
    /// # Errors
    /// [`BatchError::Unwritable`] if the producer's id or epoch is negative.
    pub fn build(&self) -> Result<Batch, BatchError> {
        if self.producer_id < 0 || self.producer_epoch < 0 {
            return Err(BatchError::Unwritable("a marker without a producer"));
        }
        let kind = match self.outcome {
            Outcome::Abort => ABORT,
            Outcome::Commit => COMMIT,
        };
        let [high, low] = kind.to_be_bytes();
        let key = [0, 0, high, low];
        let mut value = [0; 6];
        value[2..].copy_from_slice(&self.coordinator_epoch.to_be_bytes());
        let header = BatchHeader {
            base_offset: 0,
            batch_length: 0,
            leader_epoch: -1,
            checksum: 0,
            attributes: Attributes::new(Compression::None)?
                .with_transactional(true)
                .with_control(),
            last_offset_delta: 0,
            base_timestamp_ms: self.timestamp_ms,
            max_timestamp_ms: self.timestamp_ms,
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            base_sequence: -1,
            records_count: 1,
        };
        let record = Written {
            timestamp_delta: 0,
            offset_delta: 0,
            key: Some(&key),
            value: Some(&value),
            headers: &[],
        };
        encode(header, std::iter::once(record))
    }
}

impl Batch {
    /// What a control batch says; none for a batch of data, and for a control batch that compaction emptied.
    ///
    /// # Errors
    /// Those of [`Batch::records`]; [`BatchError::Record`] if the marker does not follow its format.
    pub fn marker(&self) -> Result<Option<Marker>, BatchError> {
        if !self.header.attributes.is_control() {
            return Ok(None);
        }
        let mut marker = None;
        self.each_record(|index, record| {
            let malformed = |what| BatchError::Record { index, what };
            if index > 0 {
                return Err(malformed("a second marker in one batch"));
            }
            let kind = kind(record.key).ok_or(malformed("marker key"))?;
            let outcome = match kind {
                ABORT => Outcome::Abort,
                COMMIT => Outcome::Commit,
                kind => {
                    marker = Some(Marker::Other { kind });
                    return Ok(());
                }
            };
            marker = Some(Marker::End(EndMarker {
                producer_id: self.header.producer_id,
                producer_epoch: self.header.producer_epoch,
                outcome,
                coordinator_epoch: coordinator_epoch(record.value)
                    .ok_or(malformed("marker value"))?,
                timestamp_ms: self.header.timestamp_ms(record.timestamp_delta),
            }));
            Ok(())
        })?;
        Ok(marker)
    }
}

/// Later versions of key and value may have more fields behind those that are read.
fn kind(key: Option<&[u8]>) -> Option<i16> {
    let [version_high, version_low, high, low] = *key?.first_chunk()?;
    (i16::from_be_bytes([version_high, version_low]) >= 0).then(|| i16::from_be_bytes([high, low]))
}

fn coordinator_epoch(value: Option<&[u8]>) -> Option<i32> {
    let [version_high, version_low, a, b, c, d] = *value?.first_chunk()?;
    (i16::from_be_bytes([version_high, version_low]) >= 0).then(|| i32::from_be_bytes([a, b, c, d]))
}
