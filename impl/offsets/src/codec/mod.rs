//! Bytes of the offsets topic's keys and values (semantics §4.2; Kafka's `group-coordinator` message definitions).
//!
//! Key and value both begin with a version of 16 bits; a key's version is the record's type.

mod group_value;
mod offset_value;
mod wire;

use wire::{Reader, Writer};

use crate::record::{Bytes, OffsetsRecord, Text};

/// Old type of an offset's key, read but no longer written.
const OFFSET_KEY_0: i16 = 0;
/// Type of an offset's key as it is written. A tombstone must have the very bytes of the record it deletes (S9).
const OFFSET_KEY: i16 = 1;
/// Type of a group's key.
const GROUP_KEY: i16 = 2;

/// Why bytes are not a record of the offsets topic, or a record cannot be put into bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end inside a field, or a length is impossible.
    #[error("{what} ends early")]
    Short {
        /// The field.
        what: &'static str,
    },
    /// The bytes go on after the last field.
    #[error("{left} bytes left over")]
    LeftOver {
        /// How many.
        left: usize,
    },
    /// A value of a version that this implementation does not read.
    #[error("{what} of unknown version {version}")]
    Version {
        /// Which value.
        what: &'static str,
        /// Its version.
        version: i16,
    },
    /// A string is not UTF-8, or null where it may not be.
    #[error("{what} is not a string")]
    NotText {
        /// The field.
        what: &'static str,
    },
    /// A record without a key.
    #[error("the record has no key")]
    NoKey,
    /// Longer than the format's length field can say.
    #[error("{what} has {length} bytes, too many for the format")]
    TooLong {
        /// The field.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
    },
    /// A record type that is read past, never written.
    #[error("records of type {0} are not written")]
    NotWritten(i16),
}

/// What a record means. An unknown key type is an answer, not an error; an unknown value version of a known type is an
/// error, since passing over it would lose an offset.
///
/// # Errors
/// Every [`CodecError`] that bytes can cause; nothing is allocated for a length that the bytes do not have.
pub fn decode(key: Option<&[u8]>, value: Option<&[u8]>) -> Result<OffsetsRecord, CodecError> {
    let mut key = Reader::new(key.ok_or(CodecError::NoKey)?);
    let record = match key.i16("key type")? {
        OFFSET_KEY_0 | OFFSET_KEY => OffsetsRecord::Offset {
            group: key.text("group")?,
            topic: key.text("topic")?,
            partition: key.i32("partition")?,
            value: value.map(offset_value::decode).transpose()?,
        },
        GROUP_KEY => OffsetsRecord::Group {
            group: key.text("group")?,
            value: value.map(group_value::decode).transpose()?.map(Into::into),
        },
        key_type => return Ok(OffsetsRecord::Unknown { key_type }),
    };
    key.end()?;
    Ok(record)
}

/// The key and the value (none for a tombstone) as Kafka 4.1 writes them.
///
/// # Errors
/// [`CodecError::TooLong`], or [`CodecError::NotWritten`] for [`OffsetsRecord::Unknown`].
pub fn encode(record: &OffsetsRecord) -> Result<(Bytes, Option<Bytes>), CodecError> {
    let mut key = Writer::default();
    let value = match record {
        OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value,
        } => {
            key.i16(OFFSET_KEY);
            key.text("group", group)?;
            key.text("topic", topic)?;
            key.i32(*partition);
            value.as_ref().map(offset_value::encode).transpose()?
        }
        OffsetsRecord::Group { group, value } => {
            key.i16(GROUP_KEY);
            key.text("group", group)?;
            value.as_deref().map(group_value::encode).transpose()?
        }
        OffsetsRecord::Unknown { key_type } => return Err(CodecError::NotWritten(*key_type)),
    };
    Ok((key.into_bytes(), value))
}

/// The empty string, where a format has no string but the field wants one.
fn empty() -> Text {
    Text::from("")
}

#[cfg(test)]
mod tests;
