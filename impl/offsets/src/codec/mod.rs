//! Bytes of the offsets topic's keys and values (Kafka's `group-coordinator` message definitions).
//!
//! Key and value both begin with a version of 16 bits; a key's version is the record's type.

mod consumer_value;
mod group_value;
mod offset_value;
mod other_groups;
mod wire;

pub use other_groups::{GroupKind, OtherGroup, other_group};

use wire::{Reader, Writer};

use crate::record::{Bytes, OffsetsRecord, Text};

/// Old type of an offset's key, read but no longer written.
const OFFSET_KEY_0: i16 = 0;
/// Type of an offset's key as it is written. A tombstone must have the very bytes of the record it deletes (S9).
const OFFSET_KEY: i16 = 1;
/// Type of a group's key.
const GROUP_KEY: i16 = 2;
/// Type of a KIP-848 group's key.
const CONSUMER_GROUP_KEY: i16 = 3;
/// Type of the key of what a member of a KIP-848 group owns.
const CONSUMER_MEMBER_KEY: i16 = 8;

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
    /// A string is null where it may not be.
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

/// What a record is about: its key, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// Types 0 and 1.
    Offset {
        /// The group.
        group: Text,
        /// The topic.
        topic: Text,
        /// The partition of the topic.
        partition: i32,
    },
    /// Type 2.
    Group {
        /// The group.
        group: Text,
    },
    /// Type 3.
    ConsumerGroup {
        /// The group.
        group: Text,
    },
    /// Type 8.
    ConsumerMember {
        /// The group.
        group: Text,
        /// The member's id.
        member: Text,
    },
    /// Any other type; its fields are not looked at.
    Unknown {
        /// The type.
        key_type: i16,
    },
}

/// Decodes a key. An unknown type is an answer, not an error.
///
/// # Errors
/// [`CodecError::NoKey`], and what the bytes of a known type can be.
pub fn decode_key(key: Option<&[u8]>) -> Result<RecordKey, CodecError> {
    let mut from = Reader::new(key.ok_or(CodecError::NoKey)?);
    let key_type = from.i16("key type")?;
    let key = match key_type {
        OFFSET_KEY_0 | OFFSET_KEY => RecordKey::Offset {
            group: from.text("group")?,
            topic: from.text("topic")?,
            partition: from.i32("partition")?,
        },
        GROUP_KEY => RecordKey::Group {
            group: from.text("group")?,
        },
        CONSUMER_GROUP_KEY => RecordKey::ConsumerGroup {
            group: from.text("group")?,
        },
        CONSUMER_MEMBER_KEY => RecordKey::ConsumerMember {
            group: from.text("group")?,
            member: from.text("member id")?,
        },
        key_type => return Ok(RecordKey::Unknown { key_type }),
    };
    from.end()?;
    Ok(key)
}

/// Decodes the value under a key; none is a tombstone. An unknown version is an error, since passing over it would lose
/// an offset.
///
/// # Errors
/// Every [`CodecError`] that the bytes of a value can cause.
pub fn decode_value(key: RecordKey, value: Option<&[u8]>) -> Result<OffsetsRecord, CodecError> {
    Ok(match key {
        RecordKey::Offset {
            group,
            topic,
            partition,
        } => OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value: value.map(offset_value::decode).transpose()?,
        },
        RecordKey::Group { group } => OffsetsRecord::Group {
            group,
            value: value.map(group_value::decode).transpose()?.map(Into::into),
        },
        RecordKey::ConsumerGroup { group } => OffsetsRecord::ConsumerGroup {
            group,
            value: value.map(consumer_value::decode_epoch).transpose()?,
        },
        RecordKey::ConsumerMember { group, member } => OffsetsRecord::ConsumerMember {
            group,
            member,
            value: value
                .map(consumer_value::decode_member)
                .transpose()?
                .map(Into::into),
        },
        RecordKey::Unknown { key_type } => OffsetsRecord::Unknown { key_type },
    })
}

/// What a record means: [`decode_key`], then [`decode_value`].
///
/// # Errors
/// Every [`CodecError`] that bytes can cause; nothing is allocated for a length that the bytes do not have.
pub fn decode(key: Option<&[u8]>, value: Option<&[u8]>) -> Result<OffsetsRecord, CodecError> {
    decode_value(decode_key(key)?, value)
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
        OffsetsRecord::ConsumerGroup { group, value } => {
            key.i16(CONSUMER_GROUP_KEY);
            key.text("group", group)?;
            value.as_ref().map(consumer_value::encode_epoch)
        }
        OffsetsRecord::ConsumerMember {
            group,
            member,
            value,
        } => {
            key.i16(CONSUMER_MEMBER_KEY);
            key.text("group", group)?;
            key.text("member id", member)?;
            let value = value.as_deref();
            value.map(consumer_value::encode_member).transpose()?
        }
        OffsetsRecord::Unknown { key_type } => return Err(CodecError::NotWritten(*key_type)),
    };
    Ok((key.into_bytes(), value))
}

/// What records of a type are about, in a few words; none if no version of Kafka that is known here writes it.
pub fn record_type_name(key_type: i16) -> Option<&'static str> {
    Some(match key_type {
        OFFSET_KEY_0 | OFFSET_KEY => "offset",
        GROUP_KEY => "classic group",
        CONSUMER_GROUP_KEY => "consumer group epoch",
        4 => "consumer group's topics",
        5 => "consumer group member",
        6 => "consumer group's target epoch",
        7 => "consumer group member's target",
        CONSUMER_MEMBER_KEY => "consumer group member's assignment",
        9..=15 => "share group",
        16 => "consumer group's regular expression",
        17..=24 => "streams group",
        _ => return None,
    })
}

/// The empty string, where a format has no string but the field wants one.
fn empty() -> Text {
    Text::from("")
}

#[cfg(test)]
mod tests;
