//! What stands at one offset of the offsets log, and applying it.

use crate::cache::{Cache, Ended, Producer};
use crate::codec::{CodecError, decode_key, decode_value};
use crate::record::OffsetsRecord;

/// What stands at one offset of the offsets log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A record.
    Record {
        /// The producer of its batch; the coordinator's own batches have none.
        producer: Option<Producer>,
        /// What it means.
        record: OffsetsRecord,
    },
    /// A marker.
    Marker {
        /// Whose transaction it ends.
        producer: Producer,
        /// How.
        ended: Ended,
    },
}

/// Which part of a record is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Its key.
    Key,
    /// Its value.
    Value,
}

/// A record that is not one of the offsets topic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {offset}: {}: {reason}", match .part { Part::Key => "key", Part::Value => "value" })]
pub struct Malformed {
    /// The record's offset.
    pub offset: i64,
    /// Which part of it.
    pub part: Part,
    /// What is wrong with it.
    pub reason: CodecError,
}

impl Entry {
    /// Decodes the record at `offset`. Its batch has a producer if the batch's producer id is not −1: so Kafka tells a
    /// commit that waits for a marker from one that counts at once.
    ///
    /// # Errors
    /// [`Malformed`]; a type that is not decoded is none.
    pub fn decode(
        offset: i64,
        producer: Option<Producer>,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
    ) -> Result<Entry, Malformed> {
        let malformed = |part| {
            move |reason| Malformed {
                offset,
                part,
                reason,
            }
        };
        let key = decode_key(key).map_err(malformed(Part::Key))?;
        let record = decode_value(key, value).map_err(malformed(Part::Value))?;
        Ok(Entry::Record { producer, record })
    }
}

impl Cache {
    /// Applies what stands at `offset`.
    pub fn apply(&mut self, offset: i64, entry: &Entry) {
        match entry {
            Entry::Record {
                producer: None,
                record,
            } => self.replay(offset, record),
            Entry::Record {
                producer: Some(producer),
                record,
            } => self.replay_transactional(offset, *producer, record),
            Entry::Marker { producer, ended } => self.replay_marker(offset, *producer, *ended),
        }
    }
}
