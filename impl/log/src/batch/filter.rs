//! What compaction makes of a batch (KIP-534): fewer records, a delete horizon, or nothing but the header.

use super::encode::encode;
use super::record::Written;
use super::{Attributes, Batch, BatchError, BatchHeader, Compression, Record};

impl Batch {
    /// The batch with the records that `keep` wants: offsets, sequences, producer and the last offset stay as they are,
    /// the codec too. None if no record is kept: then it is for the caller to drop the batch or to keep it
    /// [`Batch::emptied`].
    ///
    /// `horizon_ms` is for a batch that has no delete horizon yet: it is set if a tombstone is kept, or if this is a
    /// control batch. (So give none for a marker whose transaction still has records.) If all records are kept and no
    /// horizon is to be set, the very same batch is returned.
    ///
    /// # Errors
    /// Those of [`Batch::records`]; [`BatchError::TooLarge`] if the batch would grow beyond what can be written.
    pub fn retain(
        &self,
        mut keep: impl FnMut(&Record) -> bool,
        horizon_ms: Option<i64>,
    ) -> Result<Option<Batch>, BatchError> {
        let mut records = self.records()?;
        records.retain(|record| keep(record));
        if records.is_empty() {
            return Ok(None);
        }
        let old_horizon = self.header.delete_horizon_ms();
        let wanted =
            self.header.attributes.is_control() || records.iter().any(|r| r.value.is_none());
        let new_horizon = horizon_ms.filter(|_| old_horizon.is_none() && wanted);
        if new_horizon.is_none() && records.len() == self.header.records_count as usize {
            return Ok(Some(self.clone()));
        }
        self.with_records(&records, old_horizon.or(new_horizon))
            .map(Some)
    }

    /// The batch with other records in place of its own, which must be some of its own: base timestamp (unless it is
    /// the delete horizon), latest timestamp, count, length and checksum are made anew, everything else stays.
    ///
    /// # Errors
    /// [`BatchError::Unwritable`] if there is none, if a record lies outside the batch, or if it gets too long.
    pub fn with_records(
        &self,
        records: &[Record],
        horizon_ms: Option<i64>,
    ) -> Result<Batch, BatchError> {
        let first = records.first().ok_or(BatchError::Unwritable("no record"))?;
        let inside = self.header.base_offset..=self.header.last_offset();
        if !records.iter().all(|record| inside.contains(&record.offset))
            || !records.is_sorted_by(|a, b| a.offset < b.offset)
        {
            return Err(BatchError::Unwritable("records that are not of this batch"));
        }
        let base_timestamp_ms = horizon_ms.unwrap_or(first.timestamp_ms);
        let latest = records.iter().map(|record| record.timestamp_ms).max();
        let header = BatchHeader {
            attributes: self
                .header
                .attributes
                .with_delete_horizon(horizon_ms.is_some()),
            base_timestamp_ms,
            max_timestamp_ms: latest.unwrap_or(base_timestamp_ms),
            records_count: records.len() as i32,
            ..self.header
        };
        let written = records.iter().map(|record| Written {
            timestamp_delta: record.timestamp_ms.wrapping_sub(base_timestamp_ms),
            offset_delta: record.offset - self.header.base_offset,
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            headers: &record.headers,
        });
        encode(header, written)
    }

    /// The header alone, uncompressed, without base timestamp and delete horizon: what stays of the last batch of a
    /// producer or of a cleaned range when its records are gone (K8).
    ///
    /// # Errors
    /// None for a batch that was parsed or built.
    pub fn emptied(&self) -> Result<Batch, BatchError> {
        let old = self.header.attributes;
        let mut attributes = Attributes::new(Compression::None)?
            .with_transactional(old.is_transactional())
            .with_append_time(old.is_append_time());
        if old.is_control() {
            attributes = attributes.with_control();
        }
        let header = BatchHeader {
            attributes,
            base_timestamp_ms: -1,
            records_count: 0,
            ..self.header
        };
        encode(header, std::iter::empty())
    }
}
