//! The broker's answers and records as the model's. What the model has no word for is wrong.

use std::collections::BTreeMap;

use plimsoll_broker::{
    CommittedOffset, CommittedPartition, ErrorCode, GroupMetadata, GroupResponse,
    JoinGroupResponse, LeaveGroupResponse, MemberMetadata, OffsetFetchResponse, OffsetsRecord,
    Response,
};
use plimsoll_model::groups::api::{Joined, Producer, Synced, Value};
use plimsoll_model::groups::record::{Committed, Entry, Generation, Record, Saved};
use plimsoll_model::groups::{Answer, Error, Place};
use plimsoll_offsets::Ended;
use plimsoll_tests::story::Wrong;

use crate::names::*;

const ERRORS: [Error; 20] = [
    Error::UnknownServerError,
    Error::None,
    Error::UnknownTopicOrPartition,
    Error::OffsetMetadataTooLarge,
    Error::CoordinatorLoadInProgress,
    Error::NotCoordinator,
    Error::IllegalGeneration,
    Error::InconsistentGroupProtocol,
    Error::InvalidGroupId,
    Error::UnknownMemberId,
    Error::InvalidSessionTimeout,
    Error::RebalanceInProgress,
    Error::InvalidProducerEpoch,
    Error::NonEmptyGroup,
    Error::GroupIdNotFound,
    Error::MemberIdRequired,
    Error::GroupMaxSizeReached,
    Error::FencedInstanceId,
    Error::GroupSubscribedToTopic,
    Error::UnstableOffsetCommit,
];

pub fn error(code: ErrorCode) -> Result<Error, Wrong> {
    let found = ERRORS.into_iter().find(|e| *e as i16 == code as i16);
    found.ok_or_else(|| format!("the model never answers {code:?}"))
}

pub fn answer(response: &Response) -> Result<Answer, Wrong> {
    let Response::Group(response) = response else {
        return Err(format!("an answer about a data partition: {response:?}"));
    };
    Ok(match response {
        GroupResponse::Join(r) => Answer::Joined(joined(r)?),
        GroupResponse::Sync(r) => Answer::Synced(Synced {
            error: error(r.error)?,
            kind: r.protocol_type.as_deref().map(kind_of).transpose()?,
            protocol: r.protocol_name.as_deref().map(protocol_of).transpose()?,
            assignment: assignment_of(&r.assignment)?,
        }),
        GroupResponse::Heartbeat(r) => Answer::Heartbeat(error(r.error)?),
        GroupResponse::Leave(r) => left(r)?,
        GroupResponse::Commit(r) => Answer::Committed(fates(&r.partitions)?),
        GroupResponse::TxnCommit(r) => Answer::Committed(fates(&r.partitions)?),
        GroupResponse::Fetch(r) => fetched(r)?,
        GroupResponse::OffsetDelete(r) => {
            Answer::OffsetsDeleted(error(r.error)?, fates(&r.partitions)?)
        }
        GroupResponse::Delete(r) => {
            let fate = |(id, code): &(_, ErrorCode)| {
                let id: &plimsoll_broker::Text = id;
                Ok((group_of(id)?, error(*code)?))
            };
            let fates = r.groups.iter().map(fate);
            Answer::GroupsDeleted(fates.collect::<Result<_, Wrong>>()?)
        }
        GroupResponse::EndTxn(r) => Answer::Ended(error(r.error)?),
        GroupResponse::Describe(_) | GroupResponse::List(_) => {
            return Err(format!("an answer that nobody waits for: {response:?}"));
        }
    })
}

fn joined(r: &JoinGroupResponse) -> Result<Joined, Wrong> {
    let mut members = BTreeMap::new();
    for member in &r.members {
        let description = (
            instance_of(&member.instance)?,
            metadata_of(&member.metadata)?,
        );
        members.insert(member_of(&member.member)?, description);
    }
    Ok(Joined {
        error: error(r.error)?,
        generation: r.generation,
        kind: r.protocol_type.as_deref().map(kind_of).transpose()?,
        protocol: r.protocol_name.as_deref().map(protocol_of).transpose()?,
        leader: member_of(&r.leader)?,
        skip_assignment: r.skip_assignment,
        member: member_of(&r.member)?,
        members,
    })
}

fn left(r: &LeaveGroupResponse) -> Result<Answer, Wrong> {
    let mut fates = Vec::new();
    for left in &r.members {
        let (member, instance) = (member_of(&left.member)?, instance_of(&left.instance)?);
        fates.push((member, instance, error(left.error)?));
    }
    Ok(Answer::Left(error(r.error)?, fates))
}

fn fates(partitions: &[CommittedPartition]) -> Result<Vec<(Place, Error)>, Wrong> {
    let fate = |p: &CommittedPartition| {
        let place = (topic_of(&p.topic)?, p.partition);
        Ok((place, error(p.error)?))
    };
    partitions.iter().map(fate).collect()
}

fn fetched(r: &OffsetFetchResponse) -> Result<Answer, Wrong> {
    let mut found = Vec::new();
    for p in &r.partitions {
        let value = Value {
            offset: p.offset,
            leader_epoch: p.leader_epoch,
            metadata: p.metadata.len(),
        };
        let place = (topic_of(&p.topic)?, p.partition);
        found.push((place, error(p.error)?, value));
    }
    Ok(Answer::Fetched(error(r.error)?, found))
}

pub fn committed(value: &CommittedOffset) -> Committed {
    Committed {
        value: Value {
            offset: value.offset,
            leader_epoch: value.leader_epoch,
            metadata: value.metadata.len(),
        },
        at_ms: value.commit_timestamp_ms,
        expires_ms: Some(value.expire_timestamp_ms).filter(|at| *at != -1),
    }
}

fn generation(value: &GroupMetadata) -> Result<Generation, Wrong> {
    let saved = |m: &MemberMetadata| {
        let saved = Saved {
            instance: instance_of(&m.instance_id)?,
            session_ms: m.session_timeout_ms,
            rebalance_ms: m.rebalance_timeout_ms,
            subscription: metadata_of(&m.subscription)?,
            assignment: assignment_of(&m.assignment)?,
        };
        Ok((member_of(&m.member_id)?, saved))
    };
    Ok(Generation {
        kind: kind_of(&value.protocol_type)?,
        generation: value.generation,
        protocol: value.protocol.as_deref().map(protocol_of).transpose()?,
        leader: value.leader.as_deref().map(member_of).transpose()?,
        since_ms: value.state_timestamp_ms,
        members: value
            .members
            .iter()
            .map(saved)
            .collect::<Result<_, Wrong>>()?,
    })
}

fn record(record: &OffsetsRecord) -> Result<Record, Wrong> {
    match record {
        OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value,
        } => Ok(Record::Offset {
            group: group_of(group)?,
            place: (topic_of(topic)?, *partition),
            value: value.as_ref().map(committed),
        }),
        OffsetsRecord::Group { group, value } => Ok(Record::Group {
            group: group_of(group)?,
            value: value.as_deref().map(generation).transpose()?,
        }),
        other => Err(format!("a record that nobody writes: {other:?}")),
    }
}

pub fn entry(entry: &plimsoll_offsets::Entry) -> Result<Entry, Wrong> {
    let by = |producer: &plimsoll_offsets::Producer| Producer {
        id: producer.id,
        epoch: producer.epoch,
    };
    Ok(match entry {
        plimsoll_offsets::Entry::Record {
            producer,
            record: r,
        } => Entry::Record(producer.as_ref().map(by), record(r)?),
        plimsoll_offsets::Entry::Marker { producer, ended } => {
            Entry::Marker(by(producer), *ended == Ended::Committed)
        }
    })
}
