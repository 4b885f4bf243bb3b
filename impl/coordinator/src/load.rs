//! From the replayed log to groups: `Empty` or `Stable`, nothing else survives a crash (semantics §3.0).

use plimsoll_offsets::{GroupMetadata, MemberMetadata, Text};

use crate::api::{Protocol, Timestamp};
use crate::group::{Group, GroupState};
use crate::member::Member;

/// The group as the log knows it; without a group record, one that only stores offsets.
pub(crate) fn group(id: &Text, metadata: Option<&GroupMetadata>, now: Timestamp) -> Group {
    let mut group = Group::new(id.clone(), now);
    let Some(metadata) = metadata else {
        return group;
    };
    group.generation = metadata.generation;
    group.protocol_type = Some(metadata.protocol_type.clone()).filter(|t| !t.is_empty());
    group.protocol = metadata.protocol.clone();
    group.leader = metadata.leader.clone();
    group.state_since = Timestamp(metadata.state_timestamp_ms);
    for loaded in &metadata.members {
        let member = member(loaded, metadata.protocol.as_ref());
        group.members.insert(loaded.member_id.clone(), member);
    }
    if !group.members.is_empty() {
        group.state = GroupState::Stable;
    }
    group
}

fn member(loaded: &MemberMetadata, protocol: Option<&Text>) -> Member {
    let supported = protocol.map(|name| Protocol {
        name: name.clone(),
        metadata: loaded.subscription.clone(),
    });
    Member {
        client_id: loaded.client_id.clone(),
        client_host: loaded.client_host.clone(),
        session_timeout_ms: loaded.session_timeout_ms,
        // Old records have none.
        rebalance_timeout_ms: match loaded.rebalance_timeout_ms {
            -1 => loaded.session_timeout_ms,
            given => given,
        },
        protocols: supported.into_iter().collect(),
        assignment: loaded.assignment.clone(),
        parked_join: None,
        parked_sync: None,
        is_new: false,
        owes_sync: false,
    }
}
