//! The smallest group that has everything a shard cares about: group `g` with one offset, and perhaps one member.

use std::sync::Arc;

use plimsoll_coordinator::{
    Coordinator, CoordinatorConfig, Decisions, ErrorCode, GroupRequest, GroupResponse, Heartbeat,
    LeaveGroup, LeavingMember, OffsetCommit, OffsetFetch, OffsetToCommit,
};
use plimsoll_offsets::{CommittedOffset, Entry, GroupMetadata, MemberMetadata, OffsetsRecord};
use plimsoll_shard::Shard;

/// How long the member may be silent.
pub const SESSION_MS: i64 = 10;

/// A shard that nobody leads.
pub fn shard(decisions: Decisions) -> Shard {
    let config = CoordinatorConfig::default();
    let topics = [("t", 1)].into_iter().collect();
    Shard::new(&Coordinator::new(
        Arc::new(config),
        decisions,
        Arc::new(topics),
        -1,
    ))
}

/// A commit by a client outside the group protocol.
pub fn put(offset: i64) -> GroupRequest {
    commit("", -1, offset)
}

/// A commit by the member, in generation 1.
pub fn put_as_member(offset: i64) -> GroupRequest {
    commit("m", 1, offset)
}

fn commit(member: &str, generation: i32, offset: i64) -> GroupRequest {
    GroupRequest::Commit(OffsetCommit {
        group: "g".into(),
        member: member.into(),
        instance: None,
        generation,
        offsets: vec![OffsetToCommit {
            topic: "t".into(),
            partition: 0,
            offset,
            leader_epoch: -1,
            metadata: "".into(),
        }],
        retention_ms: -1,
        version: 8,
    })
}

/// What is committed? Stable: as of all that is in the log by now. Else: as of the high watermark.
pub fn get(require_stable: bool) -> GroupRequest {
    GroupRequest::Fetch(OffsetFetch {
        group: "g".into(),
        require_stable,
        partitions: Some(vec![("t".into(), 0)]),
    })
}

/// The member lives.
pub fn beat() -> GroupRequest {
    GroupRequest::Heartbeat(Heartbeat {
        group: "g".into(),
        member: "m".into(),
        instance: None,
        generation: 1,
    })
}

/// The member goes.
pub fn leave() -> GroupRequest {
    GroupRequest::Leave(LeaveGroup {
        group: "g".into(),
        members: vec![LeavingMember {
            member: "m".into(),
            instance: None,
        }],
        version: 3,
    })
}

/// An answer in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    Done,
    /// The committed offset, −1 if there is none.
    Offset(i64),
    Error(ErrorCode),
}

impl Short {
    /// Whether the request may have taken effect, or may yet (S4).
    pub fn is_open(self) -> bool {
        let open = [
            ErrorCode::NotCoordinator,
            ErrorCode::CoordinatorNotAvailable,
        ];
        matches!(self, Short::Error(error) if open.contains(&error))
    }
}

impl From<GroupResponse> for Short {
    fn from(response: GroupResponse) -> Short {
        let error = match response {
            GroupResponse::Commit(r) => r.partitions[0].error,
            GroupResponse::Heartbeat(r) => r.error,
            GroupResponse::Leave(r) => match r.members.first() {
                Some(left) if r.error == ErrorCode::None => left.error,
                _ => r.error,
            },
            GroupResponse::Fetch(r) if r.error == ErrorCode::None => {
                return Short::Offset(r.partitions[0].offset);
            }
            GroupResponse::Fetch(r) => r.error,
            other => panic!("nobody asked for {other:?}"),
        };
        match error {
            ErrorCode::None => Short::Done,
            error => Short::Error(error),
        }
    }
}

const fn entry(record: OffsetsRecord) -> Entry {
    Entry::Record {
        producer: None,
        record,
    }
}

/// The record of a commit.
pub fn record(offset: i64) -> Entry {
    entry(OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value: Some(CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: "".into(),
            commit_timestamp_ms: 0,
            expire_timestamp_ms: -1,
            topic_id: None,
        }),
    })
}

/// The record of a generation that has the member, or somebody else.
pub fn generation(generation: i32, member: &str) -> Entry {
    let timeout_ms = i32::try_from(SESSION_MS).unwrap_or(i32::MAX);
    entry(OffsetsRecord::Group {
        group: "g".into(),
        value: Some(Arc::new(GroupMetadata {
            protocol_type: "consumer".into(),
            generation,
            protocol: Some("range".into()),
            leader: Some(member.into()),
            state_timestamp_ms: 0,
            members: vec![MemberMetadata {
                member_id: member.into(),
                instance_id: None,
                client_id: "c".into(),
                client_host: "h".into(),
                rebalance_timeout_ms: timeout_ms,
                session_timeout_ms: timeout_ms,
                subscription: [][..].into(),
                assignment: [][..].into(),
            }],
        })),
    })
}

/// The committed offsets, and the generation of each group record as a negative number, in the order of the log.
pub fn in_short(entries: &[Entry]) -> Vec<i64> {
    let short = |entry: &Entry| match entry {
        Entry::Record {
            record: OffsetsRecord::Offset { value, .. },
            ..
        } => value.as_ref().map_or(0, |value| value.offset),
        Entry::Record {
            record: OffsetsRecord::Group { value, .. },
            ..
        } => value
            .as_ref()
            .map_or(0, |value| -i64::from(value.generation)),
        _ => 0,
    };
    entries.iter().map(short).collect()
}
