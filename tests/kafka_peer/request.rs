//! Our requests as Kafka's, in the JSON of its own converters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll_coordinator::{GroupRequest, OffsetCommit, OffsetToCommit, TxnOffsetCommit};
use plimsoll_offsets::Ended;
use serde_json::{Value, json};

/// Kafka's name of the API, the version of the request, and the request.
pub(crate) fn request(request: &GroupRequest, version: i16) -> (&'static str, i16, Value) {
    match request {
        GroupRequest::Join(r) => {
            let protocol = |p: &plimsoll_coordinator::Protocol| json!({ "name": &*p.name, "metadata": STANDARD.encode(&*p.metadata) });
            let protocols: Vec<Value> = r.protocols.iter().map(protocol).collect();
            let data = json!({
                "groupId": &*r.group,
                "sessionTimeoutMs": r.session_timeout_ms,
                "rebalanceTimeoutMs": r.rebalance_timeout_ms,
                "memberId": &*r.member,
                "groupInstanceId": r.instance.as_deref(),
                "protocolType": &*r.protocol_type,
                "protocols": protocols,
                "reason": null,
            });
            ("JOIN_GROUP", r.version, data)
        }
        GroupRequest::Sync(r) => {
            let assignment = |(member, bytes): &(
                plimsoll_offsets::Text,
                plimsoll_offsets::Bytes,
            )| {
                json!({ "memberId": &**member, "assignment": STANDARD.encode(&**bytes) })
            };
            let assignments: Vec<Value> = r.assignments.iter().map(assignment).collect();
            let data = json!({
                "groupId": &*r.group,
                "generationId": r.generation,
                "memberId": &*r.member,
                "groupInstanceId": r.instance.as_deref(),
                "protocolType": r.protocol_type.as_deref(),
                "protocolName": r.protocol_name.as_deref(),
                "assignments": assignments,
            });
            ("SYNC_GROUP", r.version, data)
        }
        GroupRequest::Heartbeat(r) => {
            let data = json!({
                "groupId": &*r.group,
                "generationId": r.generation,
                "memberId": &*r.member,
                "groupInstanceId": r.instance.as_deref(),
            });
            ("HEARTBEAT", 4, data)
        }
        GroupRequest::Leave(r) => {
            let member = |m: &plimsoll_coordinator::LeavingMember| {
                let instance = m.instance.as_deref();
                json!({ "memberId": &*m.member, "groupInstanceId": instance, "reason": null })
            };
            let members: Vec<Value> = r.members.iter().map(member).collect();
            (
                "LEAVE_GROUP",
                r.version,
                json!({ "groupId": &*r.group, "members": members }),
            )
        }
        GroupRequest::Commit(r) => ("OFFSET_COMMIT", r.version, commit(r)),
        GroupRequest::TxnCommit(r) => ("TXN_OFFSET_COMMIT", 3, txn_commit(r)),
        GroupRequest::EndTxn(r) => {
            let commit = r.ended == Ended::Committed;
            let data =
                json!({ "producer": r.producer.id, "epoch": r.producer.epoch, "commit": commit });
            ("WRITE_TXN_MARKERS", 1, data)
        }
        _ => administration(request, version),
    }
}

fn administration(request: &GroupRequest, version: i16) -> (&'static str, i16, Value) {
    match request {
        GroupRequest::Fetch(r) => {
            let topic = |(topic, partition): &(plimsoll_offsets::Text, i32)| json!({ "name": &**topic, "partitionIndexes": [partition] });
            let topics: Option<Vec<Value>> = r
                .partitions
                .as_ref()
                .map(|them| them.iter().map(topic).collect());
            let group = json!({
                "groupId": &*r.group, "memberId": null, "memberEpoch": -1, "topics": topics,
            });
            let data = json!({ "groups": [group], "requireStable": r.require_stable });
            ("OFFSET_FETCH", 9, data)
        }
        GroupRequest::OffsetDelete(r) => {
            let topic = |(topic, partition): &(plimsoll_offsets::Text, i32)| json!({ "name": &**topic, "partitions": [{ "partitionIndex": partition }] });
            let topics: Vec<Value> = r.partitions.iter().map(topic).collect();
            (
                "OFFSET_DELETE",
                0,
                json!({ "groupId": &*r.group, "topics": topics }),
            )
        }
        GroupRequest::Delete(r) => {
            let names: Vec<&str> = r.groups.iter().map(|id| &**id).collect();
            ("DELETE_GROUPS", 2, json!({ "groupsNames": names }))
        }
        GroupRequest::Describe(r) => {
            let names: Vec<&str> = r.groups.iter().map(|id| &**id).collect();
            let data = json!({ "groups": names, "includeAuthorizedOperations": false });
            ("DESCRIBE_GROUPS", r.version, data)
        }
        GroupRequest::List(r) => {
            let names = |them: &[plimsoll_offsets::Text]| -> Vec<String> {
                them.iter().map(|it| it.to_string()).collect()
            };
            let data = json!({ "statesFilter": names(&r.states), "typesFilter": names(&r.types) });
            ("LIST_GROUPS", 5, data)
        }
        other => unreachable!("{other:?} at version {version} is a request of a member"),
    }
}

/// One entry for each offset: Kafka does not ask that topics be named once.
fn topics(offsets: &[OffsetToCommit], fields: impl Fn(&OffsetToCommit) -> Value) -> Vec<Value> {
    let topic = |o: &OffsetToCommit| json!({ "name": &*o.topic, "partitions": [fields(o)] });
    offsets.iter().map(topic).collect()
}

fn commit(r: &OffsetCommit) -> Value {
    let offset = |o: &OffsetToCommit| {
        let mut it = json!({
            "partitionIndex": o.partition, "committedOffset": o.offset, "committedMetadata": &*o.metadata,
        });
        if r.version >= 6 {
            it["committedLeaderEpoch"] = o.leader_epoch.into();
        }
        it
    };
    let mut data = json!({
        "groupId": &*r.group,
        "generationIdOrMemberEpoch": r.generation,
        "memberId": &*r.member,
        "topics": topics(&r.offsets, offset),
    });
    if r.version <= 4 {
        data["retentionTimeMs"] = r.retention_ms.into();
    }
    if r.version >= 7 {
        data["groupInstanceId"] = r.instance.as_deref().into();
    }
    data
}

fn txn_commit(r: &TxnOffsetCommit) -> Value {
    let offset = |o: &OffsetToCommit| {
        json!({
            "partitionIndex": o.partition, "committedOffset": o.offset,
            "committedLeaderEpoch": o.leader_epoch, "committedMetadata": &*o.metadata,
        })
    };
    json!({
        "transactionalId": "x",
        "groupId": &*r.group,
        "producerId": r.producer.id,
        "producerEpoch": r.producer.epoch,
        // Older versions of Kafka know it by the first name only; what a converter does not know it ignores.
        "generationId": r.generation,
        "generationIdOrMemberEpoch": r.generation,
        "memberId": &*r.member,
        "groupInstanceId": r.instance.as_deref(),
        "topics": topics(&r.offsets, offset),
    })
}
