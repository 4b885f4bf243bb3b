//! Every record that can be written.

use std::sync::Arc;

use plimsoll_offsets::{
    CommittedOffset, ConsumerGroupEpoch, CurrentAssignment, GroupMetadata, MemberMetadata,
    MemberState, OffsetsRecord, Text, TopicPartitions,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![any::<String>(), "[a-zé𝄞]{0,5}"].prop_map(Text::from)
}

fn bytes() -> impl Strategy<Value = Arc<[u8]>> {
    vec(any::<u8>(), 0..9).prop_map(Arc::from)
}

fn offset() -> impl Strategy<Value = CommittedOffset> {
    let latest = (any::<i32>(), option::of(any::<[u8; 16]>())).prop_map(|(e, id)| (e, -1, id));
    // A value with an expire time has neither a leader epoch nor a topic id.
    let expiring = any::<i64>().prop_map(|at| (-1, at, None));
    (
        any::<i64>(),
        text(),
        any::<i64>(),
        prop_oneof![latest, expiring],
    )
        .prop_filter(
            "no id and no expiry are written as none",
            |(_, _, _, (_, _, id))| *id != Some([0; 16]),
        )
        .prop_map(
            |(
                offset,
                metadata,
                commit_timestamp_ms,
                (leader_epoch, expire_timestamp_ms, topic_id),
            )| {
                let leader_epoch = if expire_timestamp_ms == -1 {
                    leader_epoch
                } else {
                    -1
                };
                CommittedOffset {
                    offset,
                    leader_epoch,
                    metadata,
                    commit_timestamp_ms,
                    expire_timestamp_ms,
                    topic_id,
                }
            },
        )
}

fn member() -> impl Strategy<Value = MemberMetadata> {
    (
        text(),
        option::of(text()),
        text(),
        text(),
        any::<(i32, i32)>(),
        bytes(),
        bytes(),
    )
        .prop_map(
            |(member_id, instance_id, client_id, client_host, times, subscription, assignment)| {
                MemberMetadata {
                    member_id,
                    instance_id,
                    client_id,
                    client_host,
                    rebalance_timeout_ms: times.0,
                    session_timeout_ms: times.1,
                    subscription,
                    assignment,
                }
            },
        )
}

fn group() -> impl Strategy<Value = GroupMetadata> {
    (
        text(),
        any::<i32>(),
        option::of(text()),
        option::of(text()),
        any::<i64>(),
        vec(member(), 0..4),
    )
        .prop_map(
            |(protocol_type, generation, protocol, leader, state_timestamp_ms, members)| {
                GroupMetadata {
                    protocol_type,
                    generation,
                    protocol,
                    leader,
                    state_timestamp_ms,
                    members,
                }
            },
        )
}

fn topics() -> impl Strategy<Value = Vec<TopicPartitions>> {
    let topic = (any::<[u8; 16]>(), vec(any::<i32>(), 0..4));
    vec(
        topic.prop_map(|(topic_id, partitions)| TopicPartitions {
            topic_id,
            partitions,
        }),
        0..3,
    )
}

fn assignment() -> impl Strategy<Value = CurrentAssignment> {
    (any::<(i32, i32, i8)>(), topics(), topics()).prop_map(
        |((epoch, previous_epoch, state), assigned, pending_revocation)| CurrentAssignment {
            epoch,
            previous_epoch,
            state: MemberState(state),
            assigned,
            pending_revocation,
        },
    )
}

pub(crate) fn record() -> impl Strategy<Value = OffsetsRecord> {
    let epoch = any::<(i32, i64)>().prop_map(|(epoch, metadata_hash)| ConsumerGroupEpoch {
        epoch,
        metadata_hash,
    });
    prop_oneof![
        (text(), text(), any::<i32>(), option::of(offset())).prop_map(
            |(group, topic, partition, value)| OffsetsRecord::Offset {
                group,
                topic,
                partition,
                value
            }
        ),
        (text(), option::of(group().prop_map(Arc::new)))
            .prop_map(|(group, value)| OffsetsRecord::Group { group, value }),
        (text(), option::of(epoch))
            .prop_map(|(group, value)| OffsetsRecord::ConsumerGroup { group, value }),
        (text(), text(), option::of(assignment().prop_map(Arc::new))).prop_map(
            |(group, member, value)| OffsetsRecord::ConsumerMember {
                group,
                member,
                value
            }
        ),
    ]
}
