//! What anybody can see of a group: by DescribeGroups and OffsetFetch, members by role instead of by id.

use crate::protocol::{
    DescribeGroups, ErrorCode, FetchedOffset, GroupRequest, GroupResponse, GroupState, OffsetFetch,
};

use crate::Subject;
use crate::scene::{GROUP, Scene};

/// What anybody can see of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Its state; `Dead` if it does not exist.
    pub state: Option<GroupState>,
    /// Its protocol type and protocol.
    pub protocol: (String, String),
    /// Role, instance id and assignment of each member.
    pub members: Vec<(&'static str, Option<String>, Vec<u8>)>,
    /// `t` 0, `t` 1 and `u` 0, as a stable fetch answers; nothing if the fetch failed.
    pub offsets: Vec<Shown>,
    /// The same as a fetch at the high watermark answers.
    pub shown: Vec<Shown>,
}

/// What a fetch shows of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The committed offset, −1 if none is.
    pub offset: i64,
    /// The committed leader epoch, −1 if none is.
    pub leader_epoch: i32,
    /// The committed metadata, empty if none is.
    pub metadata: String,
    /// The error, if any.
    pub error: ErrorCode,
}

impl Shown {
    /// No offset is committed.
    pub fn nothing() -> Shown {
        Shown {
            offset: -1,
            leader_epoch: -1,
            metadata: String::from(""),
            error: ErrorCode::None,
        }
    }

    /// A transaction that is not over may change the offset.
    pub fn unstable() -> Shown {
        Shown {
            error: ErrorCode::UnstableOffsetCommit,
            ..Shown::nothing()
        }
    }
}

impl Snapshot {
    pub(crate) fn of(scene: &mut Scene<impl Subject>) -> Snapshot {
        let request = GroupRequest::Describe(DescribeGroups {
            groups: vec![GROUP.into()],
            version: 5,
        });
        let call = scene.subject.send(&request);
        let described = match scene.subject.answer(call) {
            Some(GroupResponse::Describe(mut r)) => r.groups.pop(),
            _ => None,
        };
        let nothing = || String::from("");
        let mut snapshot = Snapshot {
            state: None,
            protocol: (nothing(), nothing()),
            members: Vec::new(),
            offsets: offsets(scene, true),
            shown: offsets(scene, false),
        };
        if let Some(group) = described {
            snapshot.state = group.state;
            snapshot.protocol = (group.protocol_type, group.protocol);
            let members = group.members.into_iter();
            let members = members.map(|m| (scene.role(&m.member), m.instance, m.assignment));
            snapshot.members = members.collect();
            snapshot.members.sort();
        }
        snapshot
    }

    pub(crate) fn exists(&self) -> bool {
        self.state.is_some_and(|state| state != GroupState::Dead)
    }

    pub(crate) fn has(&self, role: &str) -> bool {
        self.members.iter().any(|(is, _, _)| *is == role)
    }
}

fn offsets(scene: &mut Scene<impl Subject>, require_stable: bool) -> Vec<Shown> {
    let partitions = [("t", 0), ("t", 1), ("u", 0)];
    let request = GroupRequest::Fetch(OffsetFetch {
        group: GROUP.into(),
        require_stable,
        partitions: Some(partitions.map(|(t, p)| (t.into(), p)).to_vec()),
    });
    let call = scene.subject.send(&request);
    match scene.subject.answer(call) {
        Some(GroupResponse::Fetch(r)) => r.partitions.into_iter().map(shown).collect(),
        _ => Vec::new(),
    }
}

fn shown(fetched: FetchedOffset) -> Shown {
    Shown {
        offset: fetched.offset,
        leader_epoch: fetched.leader_epoch,
        metadata: fetched.metadata,
        error: fetched.error,
    }
}
