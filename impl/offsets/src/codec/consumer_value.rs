//! The values of key types 3 and 8 (KIP-848), version 0. All of it in compact forms; tags of later versions are skipped,
//! as Kafka's coordinator forgets them too.

use super::CodecError;
use super::wire::{Reader, Writer};
use crate::consumer::{ConsumerGroupEpoch, CurrentAssignment, MemberState, TopicPartitions};
use crate::record::Bytes;

const VERSION: i16 = 0;
const METADATA_HASH_TAG: u32 = 0;

fn version(from: &mut Reader<'_>, what: &'static str) -> Result<(), CodecError> {
    match from.i16(what)? {
        VERSION => Ok(()),
        version => Err(CodecError::Version { what, version }),
    }
}

pub(super) fn decode_epoch(bytes: &[u8]) -> Result<ConsumerGroupEpoch, CodecError> {
    let mut from = Reader::new(bytes);
    version(&mut from, "consumer group value")?;
    let mut value = ConsumerGroupEpoch {
        epoch: from.i32("group epoch")?,
        metadata_hash: 0,
    };
    from.tagged(|tag, mut field| {
        if tag == METADATA_HASH_TAG {
            value.metadata_hash = field.i64("metadata hash")?;
            field.end()?;
        }
        Ok(())
    })?;
    from.end()?;
    Ok(value)
}

pub(super) fn encode_epoch(value: &ConsumerGroupEpoch) -> Bytes {
    let mut out = Writer::default();
    out.i16(VERSION);
    out.i32(value.epoch);
    // A tagged field with its default is not written.
    match value.metadata_hash {
        0 => out.unsigned_varint(0),
        hash => {
            out.unsigned_varint(1);
            out.unsigned_varint(METADATA_HASH_TAG);
            out.unsigned_varint(size_of::<i64>() as u32);
            out.i64(hash);
        }
    }
    out.into_bytes()
}

pub(super) fn decode_member(bytes: &[u8]) -> Result<CurrentAssignment, CodecError> {
    let mut from = Reader::new(bytes);
    version(&mut from, "current assignment value")?;
    let value = CurrentAssignment {
        epoch: from.i32("member epoch")?,
        previous_epoch: from.i32("previous member epoch")?,
        state: MemberState(from.array::<1>("member state")?[0] as i8),
        assigned: topics(&mut from, "assigned partitions")?,
        pending_revocation: topics(&mut from, "partitions pending revocation")?,
    };
    from.tagged(|_, _| Ok(()))?;
    from.end()?;
    Ok(value)
}

fn topics(from: &mut Reader<'_>, what: &'static str) -> Result<Vec<TopicPartitions>, CodecError> {
    // Both vectors grow with what is read: a count alone allocates nothing.
    let mut topics = Vec::new();
    for _ in 0..from.compact_count(what)? {
        let topic_id = from.array(what)?;
        let mut partitions = Vec::new();
        for _ in 0..from.compact_count(what)? {
            partitions.push(from.i32(what)?);
        }
        from.tagged(|_, _| Ok(()))?;
        topics.push(TopicPartitions {
            topic_id,
            partitions,
        });
    }
    Ok(topics)
}

pub(super) fn encode_member(value: &CurrentAssignment) -> Result<Bytes, CodecError> {
    let mut out = Writer::default();
    out.i16(VERSION);
    out.i32(value.epoch);
    out.i32(value.previous_epoch);
    out.raw(&value.state.0.to_be_bytes());
    put_topics(&mut out, "assigned partitions", &value.assigned)?;
    put_topics(
        &mut out,
        "partitions pending revocation",
        &value.pending_revocation,
    )?;
    out.unsigned_varint(0);
    Ok(out.into_bytes())
}

fn put_topics(
    out: &mut Writer,
    what: &'static str,
    topics: &[TopicPartitions],
) -> Result<(), CodecError> {
    out.compact_count(what, topics.len())?;
    for topic in topics {
        out.raw(&topic.topic_id);
        out.compact_count(what, topic.partitions.len())?;
        topic.partitions.iter().for_each(|p| out.i32(*p));
        out.unsigned_varint(0);
    }
    Ok(())
}
