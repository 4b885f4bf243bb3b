//! The model's requests as the broker's.

use plimsoll_broker::{
    DeleteGroups, EndTransaction, GroupRequest, Heartbeat, JoinGroup, LeaveGroup, LeavingMember,
    OffsetCommit, OffsetDelete, OffsetFetch, OffsetToCommit, Protocol, Request, SyncGroup, Text,
    TxnOffsetCommit, WriteMarker,
};
use plimsoll_model::groups::api::{Commit, Committer, Join, Leave, Producer, Sync, Value};
use plimsoll_model::groups::{self as model, Place};
use plimsoll_offsets::Ended;

use crate::names;

/// The request for a group in partition `partition` of the offsets topic.
pub fn real(request: &model::Request, partition: usize) -> Request {
    use model::Request as Asked;
    let group = match request {
        Asked::Join(r) => GroupRequest::Join(join(r)),
        Asked::Sync(r) => GroupRequest::Sync(sync(r)),
        Asked::Heartbeat(group, by) => GroupRequest::Heartbeat(heartbeat(*group, by)),
        Asked::Leave(r) => GroupRequest::Leave(leave(r)),
        Asked::Commit(r) => commit(r),
        Asked::Fetch(r) => GroupRequest::Fetch(OffsetFetch {
            group: names::group(r.group),
            require_stable: r.stable,
            partitions: r.places.as_deref().map(places),
        }),
        Asked::OffsetDelete(group, of) => GroupRequest::OffsetDelete(OffsetDelete {
            group: names::group(*group),
            partitions: places(of),
        }),
        Asked::DeleteGroups(ids) => GroupRequest::Delete(DeleteGroups {
            groups: ids.iter().map(|id| names::group(*id)).collect(),
        }),
        Asked::EndTxn(by, committed) => return marker(*by, *committed, partition),
    };
    Request::Group(group)
}

fn places(of: &[Place]) -> Vec<(Text, i32)> {
    let name = |(topic, partition): &Place| (names::topic(*topic), *partition);
    of.iter().map(name).collect()
}

fn join(r: &Join) -> JoinGroup {
    let protocol = |(name, metadata): &(u8, u16)| Protocol {
        name: names::protocol(*name),
        metadata: names::metadata(*metadata),
    };
    JoinGroup {
        group: names::group(r.group),
        member: names::member(r.member),
        instance: r.instance.map(names::instance),
        fresh_member_id: names::member(r.fresh),
        client_id: "c".into(),
        client_host: "h".into(),
        session_timeout_ms: r.session_ms,
        rebalance_timeout_ms: r.rebalance_ms,
        protocol_type: names::kind(r.kind),
        protocols: r.protocols.iter().map(protocol).collect(),
        version: r.version,
    }
}

fn sync(r: &Sync) -> SyncGroup {
    let given = r.assignments.iter();
    SyncGroup {
        group: names::group(r.group),
        member: names::member(r.by.member),
        instance: r.by.instance.map(names::instance),
        generation: r.by.generation,
        protocol_type: r.kind.map(names::kind),
        protocol_name: r.protocol.map(names::protocol),
        assignments: given
            .map(|(to, what)| (names::member(*to), names::assignment(*what)))
            .collect(),
        version: r.version,
    }
}

fn heartbeat(group: u8, by: &Committer) -> Heartbeat {
    Heartbeat {
        group: names::group(group),
        member: names::member(by.member),
        instance: by.instance.map(names::instance),
        generation: by.generation,
    }
}

fn leave(r: &Leave) -> LeaveGroup {
    let leaving = |(member, instance): &(u32, Option<u8>)| LeavingMember {
        member: names::member(*member),
        instance: instance.map(names::instance),
    };
    LeaveGroup {
        group: names::group(r.group),
        members: r.members.iter().map(leaving).collect(),
        version: r.version,
    }
}

fn commit(r: &Commit) -> GroupRequest {
    let group = names::group(r.group);
    let member = names::member(r.by.member);
    let instance = r.by.instance.map(names::instance);
    let offset = |((topic, partition), value): &(Place, Value)| OffsetToCommit {
        topic: names::topic(*topic),
        partition: *partition,
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: names::metadata_text(value.metadata),
    };
    let offsets = r.offsets.iter().map(offset).collect();
    match r.producer {
        None => GroupRequest::Commit(OffsetCommit {
            group,
            member,
            instance,
            generation: r.by.generation,
            offsets,
            retention_ms: r.retention_ms.unwrap_or(-1),
            version: r.version,
        }),
        Some(by) => GroupRequest::TxnCommit(TxnOffsetCommit {
            group,
            member,
            instance,
            generation: r.by.generation,
            producer: producer(by),
            offsets,
        }),
    }
}

fn producer(by: Producer) -> plimsoll_offsets::Producer {
    plimsoll_offsets::Producer {
        id: by.id,
        epoch: by.epoch,
    }
}

fn marker(by: Producer, committed: bool, partition: usize) -> Request {
    let ended = match committed {
        true => Ended::Committed,
        false => Ended::Aborted,
    };
    Request::WriteMarker(WriteMarker {
        partition: partition as i32,
        transaction: EndTransaction {
            producer: producer(by),
            coordinator_epoch: 0,
            ended,
        },
    })
}
