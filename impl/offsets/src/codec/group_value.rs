//! `GroupMetadataValue`: version 3 is written; 0 to 3 are read, and 4, which has the same fields in the compact forms.

use super::CodecError;
use super::wire::{Reader, Writer};
use crate::record::{Bytes, GroupMetadata, MemberMetadata, Text};

const WRITTEN: i16 = 3;
const NEWEST: i16 = 4;
/// The first version with compact lengths and tagged fields.
const COMPACT: i16 = 4;

pub(super) fn decode(bytes: &[u8]) -> Result<GroupMetadata, CodecError> {
    let mut from = Reader::new(bytes);
    let version = from.i16("group value version")?;
    if !(0..=NEWEST).contains(&version) {
        let what = "group value";
        return Err(CodecError::Version { what, version });
    }
    let mut group = GroupMetadata {
        protocol_type: required(&mut from, version, "protocol type")?,
        generation: from.i32("generation")?,
        protocol: text(&mut from, version, "protocol")?,
        leader: text(&mut from, version, "leader")?,
        state_timestamp_ms: if version >= 2 {
            from.i64("state timestamp")?
        } else {
            -1
        },
        members: Vec::new(),
    };
    let count = if version >= COMPACT {
        from.compact_count("members")?
    } else {
        from.count("members")?
    };
    for _ in 0..count {
        group.members.push(member(&mut from, version)?);
    }
    if version >= COMPACT {
        from.tagged(|_, _| Ok(()))?;
    }
    from.end()?;
    Ok(group)
}

fn text(
    from: &mut Reader<'_>,
    version: i16,
    what: &'static str,
) -> Result<Option<Text>, CodecError> {
    if version >= COMPACT {
        from.nullable_compact_text(what)
    } else {
        from.nullable_text(what)
    }
}

fn required(from: &mut Reader<'_>, version: i16, what: &'static str) -> Result<Text, CodecError> {
    text(from, version, what)?.ok_or(CodecError::NotText { what })
}

fn blob(from: &mut Reader<'_>, version: i16, what: &'static str) -> Result<Bytes, CodecError> {
    if version >= COMPACT {
        from.compact_bytes(what)
    } else {
        from.bytes(what)
    }
}

fn member(from: &mut Reader<'_>, version: i16) -> Result<MemberMetadata, CodecError> {
    let member = MemberMetadata {
        member_id: required(from, version, "member id")?,
        instance_id: if version >= 3 {
            text(from, version, "instance id")?
        } else {
            None
        },
        client_id: required(from, version, "client id")?,
        client_host: required(from, version, "client host")?,
        rebalance_timeout_ms: if version >= 1 {
            from.i32("rebalance timeout")?
        } else {
            -1
        },
        session_timeout_ms: from.i32("session timeout")?,
        subscription: blob(from, version, "subscription")?,
        assignment: blob(from, version, "assignment")?,
    };
    if version >= COMPACT {
        from.tagged(|_, _| Ok(()))?;
    }
    Ok(member)
}

pub(super) fn encode(group: &GroupMetadata) -> Result<Bytes, CodecError> {
    let mut out = Writer::default();
    out.i16(WRITTEN);
    out.text("protocol type", &group.protocol_type)?;
    out.i32(group.generation);
    out.nullable_text("protocol", group.protocol.as_deref())?;
    out.nullable_text("leader", group.leader.as_deref())?;
    out.i64(group.state_timestamp_ms);
    out.count("members", group.members.len())?;
    for member in &group.members {
        out.text("member id", &member.member_id)?;
        out.nullable_text("instance id", member.instance_id.as_deref())?;
        out.text("client id", &member.client_id)?;
        out.text("client host", &member.client_host)?;
        out.i32(member.rebalance_timeout_ms);
        out.i32(member.session_timeout_ms);
        out.bytes("subscription", &member.subscription)?;
        out.bytes("assignment", &member.assignment)?;
    }
    Ok(out.into_bytes())
}
