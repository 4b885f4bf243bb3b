//! `OffsetCommitValue`, versions 0 to 4. Version 3 and 4 of an offset without metadata have the same length: the version
//! decides, never the size.

use super::wire::{Reader, Writer};
use super::{CodecError, empty};
use crate::record::{Bytes, CommittedOffset};

/// The version of values with an expire time, which later versions cannot hold.
const WITH_EXPIRY: i16 = 1;
const NEWEST: i16 = 4;
const TOPIC_ID_TAG: u32 = 0;
/// Kafka's `Uuid.ZERO_UUID`: no id.
const NO_TOPIC_ID: [u8; 16] = [0; 16];

pub(super) fn decode(bytes: &[u8]) -> Result<CommittedOffset, CodecError> {
    let mut from = Reader::new(bytes);
    let version = from.i16("offset value version")?;
    if !(0..=NEWEST).contains(&version) {
        let what = "offset value";
        return Err(CodecError::Version { what, version });
    }
    let mut value = CommittedOffset {
        offset: from.i64("offset")?,
        leader_epoch: if version >= 3 {
            from.i32("leader epoch")?
        } else {
            -1
        },
        metadata: empty(),
        commit_timestamp_ms: -1,
        expire_timestamp_ms: -1,
        topic_id: None,
    };
    value.metadata = if version >= 4 {
        from.compact_text("metadata")?
    } else {
        from.text("metadata")?
    };
    value.commit_timestamp_ms = from.i64("commit timestamp")?;
    if version == WITH_EXPIRY {
        value.expire_timestamp_ms = from.i64("expire timestamp")?;
    }
    if version >= 4 {
        from.tagged(|tag, mut field| {
            if tag == TOPIC_ID_TAG {
                let id = field.array("topic id")?;
                field.end()?;
                value.topic_id = Some(id).filter(|id| *id != NO_TOPIC_ID);
            }
            Ok(())
        })?;
    }
    from.end()?;
    Ok(value)
}

pub(super) fn encode(value: &CommittedOffset) -> Result<Bytes, CodecError> {
    let mut out = Writer::default();
    if value.expire_timestamp_ms == -1 {
        out.i16(NEWEST);
        out.i64(value.offset);
        out.i32(value.leader_epoch);
        out.compact_text("metadata", &value.metadata)?;
        out.i64(value.commit_timestamp_ms);
        match value.topic_id.filter(|id| *id != NO_TOPIC_ID) {
            None => out.unsigned_varint(0),
            Some(id) => {
                out.unsigned_varint(1);
                out.unsigned_varint(TOPIC_ID_TAG);
                out.unsigned_varint(id.len() as u32);
                out.raw(&id);
            }
        }
    } else {
        out.i16(WITH_EXPIRY);
        out.i64(value.offset);
        out.text("metadata", &value.metadata)?;
        out.i64(value.commit_timestamp_ms);
        out.i64(value.expire_timestamp_ms);
    }
    Ok(out.into_bytes())
}
