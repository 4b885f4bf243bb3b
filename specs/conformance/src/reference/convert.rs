//! Between the plain types of the tables and those of the coordinator of this project.

use plimsoll_coordinator as theirs;
use plimsoll_offsets::{Bytes, Producer, Text};

use crate::protocol as ours;

fn text(text: &str) -> Text {
    text.into()
}

fn optional(text: &Option<String>) -> Option<Text> {
    text.as_deref().map(Text::from)
}

fn bytes(bytes: &[u8]) -> Bytes {
    bytes.into()
}

pub(super) fn request(request: &ours::GroupRequest) -> theirs::GroupRequest {
    use ours::GroupRequest as R;
    let names = |names: &[String]| names.iter().map(|it| text(it)).collect::<Vec<_>>();
    let partitions = |all: &[(String, i32)]| all.iter().map(|(t, p)| (text(t), *p)).collect();
    match request {
        R::Join(r) => theirs::GroupRequest::Join(join(r)),
        R::Sync(r) => theirs::GroupRequest::Sync(theirs::SyncGroup {
            group: text(&r.group),
            member: text(&r.member),
            instance: optional(&r.instance),
            generation: r.generation,
            protocol_type: optional(&r.protocol_type),
            protocol_name: optional(&r.protocol_name),
            assignments: r
                .assignments
                .iter()
                .map(|(id, it)| (text(id), bytes(it)))
                .collect(),
            version: r.version,
        }),
        R::Heartbeat(r) => theirs::GroupRequest::Heartbeat(theirs::Heartbeat {
            group: text(&r.group),
            member: text(&r.member),
            instance: optional(&r.instance),
            generation: r.generation,
        }),
        R::Leave(r) => theirs::GroupRequest::Leave(theirs::LeaveGroup {
            group: text(&r.group),
            members: r.members.iter().map(leaving).collect(),
            version: r.version,
        }),
        R::Commit(r) => theirs::GroupRequest::Commit(theirs::OffsetCommit {
            group: text(&r.group),
            member: text(&r.member),
            instance: optional(&r.instance),
            generation: r.generation,
            offsets: r.offsets.iter().map(to_commit).collect(),
            retention_ms: r.retention_ms,
            version: r.version,
        }),
        R::TxnCommit(r) => theirs::GroupRequest::TxnCommit(theirs::TxnOffsetCommit {
            group: text(&r.group),
            member: text(&r.member),
            instance: optional(&r.instance),
            generation: r.generation,
            producer: Producer {
                id: r.producer_id,
                epoch: r.producer_epoch,
            },
            offsets: r.offsets.iter().map(to_commit).collect(),
        }),
        R::Fetch(r) => theirs::GroupRequest::Fetch(theirs::OffsetFetch {
            group: text(&r.group),
            require_stable: r.require_stable,
            partitions: r.partitions.as_deref().map(partitions),
        }),
        R::OffsetDelete(r) => theirs::GroupRequest::OffsetDelete(theirs::OffsetDelete {
            group: text(&r.group),
            partitions: partitions(&r.partitions),
        }),
        R::Delete(r) => theirs::GroupRequest::Delete(theirs::DeleteGroups {
            groups: names(&r.groups),
        }),
        R::Describe(r) => theirs::GroupRequest::Describe(theirs::DescribeGroups {
            groups: names(&r.groups),
            version: r.version,
        }),
        R::List(r) => theirs::GroupRequest::List(theirs::ListGroups {
            states: names(&r.states),
            types: names(&r.types),
        }),
    }
}

fn join(r: &ours::JoinGroup) -> theirs::JoinGroup {
    let protocol = |it: &ours::Protocol| theirs::Protocol {
        name: text(&it.name),
        metadata: bytes(&it.metadata),
    };
    theirs::JoinGroup {
        group: text(&r.group),
        member: text(&r.member),
        instance: optional(&r.instance),
        fresh_member_id: text(&r.fresh_member_id),
        client_id: text(&r.client_id),
        client_host: text(&r.client_host),
        session_timeout_ms: r.session_timeout_ms,
        rebalance_timeout_ms: r.rebalance_timeout_ms,
        protocol_type: text(&r.protocol_type),
        protocols: r.protocols.iter().map(protocol).collect(),
        version: r.version,
    }
}

fn leaving(it: &ours::LeavingMember) -> theirs::LeavingMember {
    theirs::LeavingMember {
        member: text(&it.member),
        instance: optional(&it.instance),
    }
}

fn to_commit(it: &ours::OffsetToCommit) -> theirs::OffsetToCommit {
    theirs::OffsetToCommit {
        topic: text(&it.topic),
        partition: it.partition,
        offset: it.offset,
        leader_epoch: it.leader_epoch,
        metadata: text(&it.metadata),
    }
}

fn error(error: theirs::ErrorCode) -> ours::ErrorCode {
    ours::ErrorCode::of(error.code())
}

fn state(state: theirs::GroupState) -> ours::GroupState {
    match state {
        theirs::GroupState::Empty => ours::GroupState::Empty,
        theirs::GroupState::PreparingRebalance => ours::GroupState::PreparingRebalance,
        theirs::GroupState::CompletingRebalance => ours::GroupState::CompletingRebalance,
        theirs::GroupState::Stable => ours::GroupState::Stable,
        theirs::GroupState::Dead => ours::GroupState::Dead,
    }
}

fn owned(text: &Option<Text>) -> Option<String> {
    text.as_deref().map(str::to_owned)
}

/// The answer; none to a request that the tables do not know.
pub(super) fn response(response: &theirs::GroupResponse) -> Option<ours::GroupResponse> {
    use theirs::GroupResponse as R;
    Some(match response {
        R::Join(r) => ours::GroupResponse::Join(ours::JoinGroupResponse {
            error: error(r.error),
            generation: r.generation,
            protocol_type: owned(&r.protocol_type),
            protocol_name: owned(&r.protocol_name),
            leader: r.leader.to_string(),
            skip_assignment: r.skip_assignment,
            member: r.member.to_string(),
            members: r.members.iter().map(joined).collect(),
        }),
        R::Sync(r) => ours::GroupResponse::Sync(ours::SyncGroupResponse {
            error: error(r.error),
            protocol_type: owned(&r.protocol_type),
            protocol_name: owned(&r.protocol_name),
            assignment: r.assignment.to_vec(),
        }),
        R::Heartbeat(r) => ours::GroupResponse::Heartbeat(ours::HeartbeatResponse {
            error: error(r.error),
        }),
        R::Leave(r) => ours::GroupResponse::Leave(ours::LeaveGroupResponse {
            error: error(r.error),
            members: r.members.iter().map(left).collect(),
        }),
        R::Commit(r) => ours::GroupResponse::Commit(ours::OffsetCommitResponse {
            partitions: r.partitions.iter().map(committed).collect(),
        }),
        R::TxnCommit(r) => ours::GroupResponse::TxnCommit(ours::TxnOffsetCommitResponse {
            partitions: r.partitions.iter().map(committed).collect(),
        }),
        R::Fetch(r) => ours::GroupResponse::Fetch(ours::OffsetFetchResponse {
            error: error(r.error),
            partitions: r.partitions.iter().map(fetched).collect(),
        }),
        R::OffsetDelete(r) => ours::GroupResponse::OffsetDelete(ours::OffsetDeleteResponse {
            error: error(r.error),
            partitions: r.partitions.iter().map(committed).collect(),
        }),
        R::Delete(r) => ours::GroupResponse::Delete(ours::DeleteGroupsResponse {
            groups: r
                .groups
                .iter()
                .map(|(id, it)| (id.to_string(), error(*it)))
                .collect(),
        }),
        R::Describe(r) => ours::GroupResponse::Describe(ours::DescribeGroupsResponse {
            groups: r.groups.iter().map(described).collect(),
        }),
        R::List(r) => ours::GroupResponse::List(ours::ListGroupsResponse {
            error: error(r.error),
            groups: r.groups.iter().map(listed).collect(),
        }),
        R::EndTxn(_) => return None,
    })
}

fn joined(it: &theirs::JoinedMember) -> ours::JoinedMember {
    ours::JoinedMember {
        member: it.member.to_string(),
        instance: owned(&it.instance),
        metadata: it.metadata.to_vec(),
    }
}

fn left(it: &theirs::LeftMember) -> ours::LeftMember {
    ours::LeftMember {
        member: it.member.to_string(),
        instance: owned(&it.instance),
        error: error(it.error),
    }
}

fn committed(it: &theirs::CommittedPartition) -> ours::CommittedPartition {
    ours::CommittedPartition {
        topic: it.topic.to_string(),
        partition: it.partition,
        error: error(it.error),
    }
}

fn fetched(it: &theirs::FetchedOffset) -> ours::FetchedOffset {
    ours::FetchedOffset {
        topic: it.topic.to_string(),
        partition: it.partition,
        offset: it.offset,
        leader_epoch: it.leader_epoch,
        metadata: it.metadata.to_string(),
        error: error(it.error),
    }
}

fn described(it: &theirs::DescribedGroup) -> ours::DescribedGroup {
    let member = |it: &theirs::DescribedMember| ours::DescribedMember {
        member: it.member.to_string(),
        instance: owned(&it.instance),
        client_id: it.client_id.to_string(),
        client_host: it.client_host.to_string(),
        metadata: it.metadata.to_vec(),
        assignment: it.assignment.to_vec(),
    };
    ours::DescribedGroup {
        error: error(it.error),
        group: it.group.to_string(),
        state: it.state.map(state),
        protocol_type: it.protocol_type.to_string(),
        protocol: it.protocol.to_string(),
        members: it.members.iter().map(member).collect(),
    }
}

fn listed(it: &theirs::ListedGroup) -> ours::ListedGroup {
    ours::ListedGroup {
        group: it.group.to_string(),
        protocol_type: it.protocol_type.to_string(),
        state: state(it.state),
    }
}

pub(super) fn find(r: &ours::FindCoordinator) -> theirs::FindCoordinator {
    theirs::FindCoordinator {
        key_type: r.key_type,
        keys: r.keys.iter().map(|it| text(it)).collect(),
        version: r.version,
    }
}

pub(super) fn found(r: &theirs::FindCoordinatorResponse) -> ours::FindCoordinatorResponse {
    let one = |it: &theirs::FoundCoordinator| ours::FoundCoordinator {
        key: it.key.to_string(),
        error: error(it.error),
        broker: it.broker,
        endpoint: it.endpoint.as_ref().map(|it| ours::Endpoint {
            host: it.host.to_string(),
            port: it.port,
        }),
    };
    ours::FindCoordinatorResponse {
        error: error(r.error),
        coordinators: r.coordinators.iter().map(one).collect(),
    }
}
