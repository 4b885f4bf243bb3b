//! Kafka's answers as ours; and both in an order of their own, where Kafka's is that of a hash map.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll_coordinator::*;
use plimsoll_offsets::{Bytes, Text};
use serde_json::Value;

const ERRORS: [ErrorCode; 29] = [
    ErrorCode::UnknownServerError,
    ErrorCode::None,
    ErrorCode::OffsetOutOfRange,
    ErrorCode::CorruptMessage,
    ErrorCode::UnknownTopicOrPartition,
    ErrorCode::MessageTooLarge,
    ErrorCode::OffsetMetadataTooLarge,
    ErrorCode::CoordinatorLoadInProgress,
    ErrorCode::CoordinatorNotAvailable,
    ErrorCode::NotCoordinator,
    ErrorCode::IllegalGeneration,
    ErrorCode::InconsistentGroupProtocol,
    ErrorCode::InvalidGroupId,
    ErrorCode::UnknownMemberId,
    ErrorCode::InvalidSessionTimeout,
    ErrorCode::RebalanceInProgress,
    ErrorCode::InvalidRequest,
    ErrorCode::InvalidProducerEpoch,
    ErrorCode::InvalidTxnState,
    ErrorCode::TransactionCoordinatorFenced,
    ErrorCode::KafkaStorageError,
    ErrorCode::NonEmptyGroup,
    ErrorCode::GroupIdNotFound,
    ErrorCode::MemberIdRequired,
    ErrorCode::GroupMaxSizeReached,
    ErrorCode::FencedInstanceId,
    ErrorCode::GroupSubscribedToTopic,
    ErrorCode::InvalidRecord,
    ErrorCode::UnstableOffsetCommit,
];

/// An object of Kafka's answer.
struct Fields<'a>(&'a Value);

type Read<T> = Result<T, String>;

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Read<&'a Value> {
        let lacks = || format!("{} lacks {name}", self.0);
        self.0.get(name).ok_or_else(lacks)
    }

    fn number(&self, name: &str) -> Read<i64> {
        let other = || format!("{name} of {} is no number", self.0);
        self.get(name)?.as_i64().ok_or_else(other)
    }

    fn int(&self, name: &str) -> Read<i32> {
        i32::try_from(self.number(name)?).map_err(|error| format!("{name}: {error}"))
    }

    fn error(&self) -> Read<ErrorCode> {
        error(self.number("errorCode")?)
    }

    fn maybe(&self, name: &str) -> Read<Option<Text>> {
        Ok(self.get(name)?.as_str().map(Text::from))
    }

    /// Kafka leaves the name of a protocol that there is none of null or empty.
    fn protocol(&self, name: &str) -> Read<Option<Text>> {
        Ok(self.maybe(name)?.filter(|it| !it.is_empty()))
    }

    /// Empty for null.
    fn text(&self, name: &str) -> Read<Text> {
        Ok(self.maybe(name)?.unwrap_or_else(|| Text::from("")))
    }

    fn bytes(&self, name: &str) -> Read<Bytes> {
        let text = self.text(name)?;
        let decoded = STANDARD.decode(&*text);
        decoded
            .map(|it| it.as_slice().into())
            .map_err(|error| format!("{name}: {error}"))
    }

    fn each<T>(&self, name: &str, one: impl Fn(Fields<'a>) -> Read<T>) -> Read<Vec<T>> {
        let other = || format!("{name} of {} is no list", self.0);
        let list = self.get(name)?.as_array().ok_or_else(other)?;
        list.iter().map(|it| one(Fields(it))).collect()
    }
}

/// The error of this number.
pub(crate) fn error(number: i64) -> Read<ErrorCode> {
    let found = ERRORS.into_iter().find(|it| i64::from(it.code()) == number);
    found.ok_or_else(|| format!("we have no error {number}"))
}

fn state(name: &str) -> Read<GroupState> {
    match name {
        "Empty" => Ok(GroupState::Empty),
        "PreparingRebalance" => Ok(GroupState::PreparingRebalance),
        "CompletingRebalance" => Ok(GroupState::CompletingRebalance),
        "Stable" => Ok(GroupState::Stable),
        "Dead" => Ok(GroupState::Dead),
        other => Err(format!("no state {other} of a group")),
    }
}

fn partitions(fields: &Fields<'_>) -> Read<Vec<CommittedPartition>> {
    let topics = fields.each("topics", |topic| {
        let name = topic.text("name")?;
        topic.each("partitions", |p| {
            Ok(CommittedPartition {
                topic: name.clone(),
                partition: p.int("partitionIndex")?,
                error: p.error()?,
            })
        })
    })?;
    Ok(topics.concat())
}

/// Kafka's answer to a request of ours.
pub(crate) fn response(request: &GroupRequest, answer: &Value) -> Read<GroupResponse> {
    let fields = Fields(answer);
    if let Some(thrown) = answer.get("thrown") {
        if let (GroupRequest::EndTxn(_), Some(number)) = (request, thrown.as_i64()) {
            let error = error(number)?;
            return Ok(GroupResponse::EndTxn(EndTransactionResponse { error }));
        }
        return Err(format!(
            "{request:?} is answered by an exception, error {thrown}"
        ));
    }
    Ok(match request {
        GroupRequest::Join(_) => GroupResponse::Join(JoinGroupResponse {
            error: fields.error()?,
            generation: fields.int("generationId")?,
            protocol_type: fields.protocol("protocolType")?,
            protocol_name: fields.protocol("protocolName")?,
            leader: fields.text("leader")?,
            skip_assignment: fields.get("skipAssignment")? == &Value::Bool(true),
            member: fields.text("memberId")?,
            members: fields.each("members", |m| {
                Ok(JoinedMember {
                    member: m.text("memberId")?,
                    instance: m.maybe("groupInstanceId")?,
                    metadata: m.bytes("metadata")?,
                })
            })?,
        }),
        GroupRequest::Sync(_) => GroupResponse::Sync(SyncGroupResponse {
            error: fields.error()?,
            protocol_type: fields.protocol("protocolType")?,
            protocol_name: fields.protocol("protocolName")?,
            assignment: fields.bytes("assignment")?,
        }),
        GroupRequest::Heartbeat(_) => {
            let error = fields.error()?;
            GroupResponse::Heartbeat(HeartbeatResponse { error })
        }
        GroupRequest::Leave(r) => GroupResponse::Leave(left(&fields, r.version)?),
        GroupRequest::Commit(_) => {
            let partitions = partitions(&fields)?;
            GroupResponse::Commit(OffsetCommitResponse { partitions })
        }
        GroupRequest::TxnCommit(_) => {
            let partitions = partitions(&fields)?;
            GroupResponse::TxnCommit(TxnOffsetCommitResponse { partitions })
        }
        GroupRequest::EndTxn(_) => {
            let error = fields.error()?;
            GroupResponse::EndTxn(EndTransactionResponse { error })
        }
        _ => administration(request, &fields)?,
    })
}

fn administration(request: &GroupRequest, fields: &Fields<'_>) -> Read<GroupResponse> {
    Ok(match request {
        GroupRequest::Fetch(_) => {
            let mut groups = fields.each("groups", fetched)?;
            let group = groups.pop().ok_or("no group is fetched")?;
            GroupResponse::Fetch(group)
        }
        GroupRequest::OffsetDelete(_) => GroupResponse::OffsetDelete(OffsetDeleteResponse {
            error: fields.error()?,
            partitions: partitions(fields)?,
        }),
        GroupRequest::Delete(_) => GroupResponse::Delete(DeleteGroupsResponse {
            groups: fields.each("results", |g| Ok((g.text("groupId")?, g.error()?)))?,
        }),
        GroupRequest::Describe(_) => GroupResponse::Describe(DescribeGroupsResponse {
            groups: fields.each("groups", described)?,
        }),
        GroupRequest::List(_) => GroupResponse::List(ListGroupsResponse {
            error: fields.error()?,
            groups: fields.each("groups", |g| {
                Ok(ListedGroup {
                    group: g.text("groupId")?,
                    protocol_type: g.text("protocolType")?,
                    state: state(&g.text("groupState")?)?,
                })
            })?,
        }),
        other => unreachable!("{other:?} is a request of a member"),
    })
}

/// Before version 3 the error of the one member is that of the whole answer.
fn left(fields: &Fields<'_>, version: i16) -> Read<LeaveGroupResponse> {
    let mut response = LeaveGroupResponse {
        error: fields.error()?,
        members: fields.each("members", |m| {
            Ok(LeftMember {
                member: m.text("memberId")?,
                instance: m.maybe("groupInstanceId")?,
                error: m.error()?,
            })
        })?,
    };
    if version < 3 {
        if let (ErrorCode::None, Some(first)) = (response.error, response.members.first()) {
            response.error = first.error;
        }
        response.members.clear();
    }
    Ok(response)
}

fn fetched(group: Fields<'_>) -> Read<OffsetFetchResponse> {
    let topics = group.each("topics", |topic| {
        let name = topic.text("name")?;
        topic.each("partitions", |p| {
            Ok(FetchedOffset {
                topic: name.clone(),
                partition: p.int("partitionIndex")?,
                offset: p.number("committedOffset")?,
                leader_epoch: p.int("committedLeaderEpoch")?,
                metadata: p.text("metadata")?,
                error: p.error()?,
            })
        })
    })?;
    Ok(OffsetFetchResponse {
        error: group.error()?,
        partitions: topics.concat(),
    })
}

fn described(group: Fields<'_>) -> Read<DescribedGroup> {
    Ok(DescribedGroup {
        error: group.error()?,
        group: group.text("groupId")?,
        state: match &*group.text("groupState")? {
            "" => None,
            name => Some(state(name)?),
        },
        protocol_type: group.text("protocolType")?,
        protocol: group.text("protocolData")?,
        members: group.each("members", |m| {
            Ok(DescribedMember {
                member: m.text("memberId")?,
                instance: m.maybe("groupInstanceId")?,
                client_id: m.text("clientId")?,
                client_host: m.text("clientHost")?,
                metadata: m.bytes("memberMetadata")?,
                assignment: m.bytes("memberAssignment")?,
            })
        })?,
    })
}

const NAMELESS: [ErrorCode; 4] = [
    ErrorCode::UnknownMemberId,
    ErrorCode::UnknownServerError,
    ErrorCode::NotCoordinator,
    ErrorCode::CoordinatorNotAvailable,
];

/// The same answer, with what Kafka gives in no order in an order.
pub(crate) fn sorted(mut response: GroupResponse) -> GroupResponse {
    let by_place = |p: &CommittedPartition| (p.topic.clone(), p.partition);
    match &mut response {
        GroupResponse::Join(r) => {
            r.members.sort_by(|a, b| a.member.cmp(&b.member));
            // F1, F13, F24: Kafka repeats the member's id in some of these errors and leaves it out in others.
            if NAMELESS.contains(&r.error) {
                r.member = Text::from("");
            }
        }
        GroupResponse::Commit(r) => r.partitions.sort_by_key(by_place),
        GroupResponse::TxnCommit(r) => r.partitions.sort_by_key(by_place),
        GroupResponse::OffsetDelete(r) => r.partitions.sort_by_key(by_place),
        GroupResponse::Fetch(r) => r.partitions.sort_by_key(|p| (p.topic.clone(), p.partition)),
        GroupResponse::Delete(r) => r.groups.sort(),
        GroupResponse::List(r) => r.groups.sort_by(|a, b| a.group.cmp(&b.group)),
        GroupResponse::Describe(r) => {
            for group in &mut r.groups {
                group.members.sort_by(|a, b| a.member.cmp(&b.member));
            }
        }
        _ => {}
    }
    response
}
