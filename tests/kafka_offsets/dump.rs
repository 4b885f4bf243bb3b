//! What Kafka's own dump tool says of a partition of an offsets topic.
#![allow(dead_code, reason = "each kind of evidence uses its own part")]

use plimsoll_offsets::{
    CommittedOffset, CurrentAssignment, Ended, Entry, GroupMetadata, OffsetsRecord, Producer,
    TopicPartitions,
};
use serde_json::{Value, json};

use crate::consumer_protocol;
use crate::topic::{Stored, folder, json_after};

/// One line of a dump.
#[derive(Debug)]
pub(crate) enum Dumped {
    Record {
        offset: i64,
        timestamp_ms: i64,
        key_type: i16,
        key: Value,
        /// None for a tombstone.
        value: Option<Value>,
        /// The producer of its batch.
        producer: Option<Producer>,
    },
    Marker {
        offset: i64,
        producer: Producer,
        committed: bool,
    },
}

/// The number after `label`.
fn number(line: &str, label: &str) -> i64 {
    let found = line
        .split_once(label)
        .and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    found.unwrap_or_else(|| panic!("no {label}: {line}"))
}

/// Records and markers of a partition in order; a partition without any has no dump.
pub(crate) fn read(name: &str, partition: i32) -> Vec<Dumped> {
    let Ok(text) = std::fs::read_to_string(folder(name).join(format!("dump-{partition}.txt")))
    else {
        assert_eq!(partition, 3, "only the last is empty");
        return Vec::new();
    };
    parse(&text)
}

/// Records and markers in order.
pub(crate) fn parse(text: &str) -> Vec<Dumped> {
    let mut producer = None;
    let mut dumped = Vec::new();
    for line in text.lines() {
        if line.starts_with("baseOffset: ") {
            let (id, epoch) = (
                number(line, "producerId: "),
                number(line, "producerEpoch: "),
            );
            producer = (id != -1).then_some(Producer {
                id,
                epoch: epoch as i16,
            });
        } else if line.starts_with("| offset: ") {
            dumped.push(record(line, producer));
        }
    }
    dumped
}

fn record(line: &str, producer: Option<Producer>) -> Dumped {
    let offset = number(line, "| offset: ");
    if let Some((_, outcome)) = line.split_once("endTxnMarker: ") {
        let (producer, committed) = (
            producer.expect("a marker has a producer"),
            outcome.starts_with("COMMIT"),
        );
        return Dumped::Marker {
            offset,
            producer,
            committed,
        };
    }
    let key = json_after(line, " key: ").expect("a key");
    Dumped::Record {
        offset,
        timestamp_ms: number(line, "CreateTime: "),
        key_type: key["type"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a type"),
        key: key["data"].clone(),
        value: json_after(line, " payload: ").map(|value| value["data"].clone()),
        producer,
    }
}

impl Dumped {
    /// Both say the same.
    pub(crate) fn compare(&self, stored: &Stored) {
        match (self, &stored.entry) {
            (
                Dumped::Marker {
                    offset,
                    producer,
                    committed,
                },
                Entry::Marker {
                    producer: ours,
                    ended,
                },
            ) => {
                assert_eq!(
                    (*offset, producer, *committed),
                    (stored.offset, ours, *ended == Ended::Committed)
                );
            }
            (
                Dumped::Record {
                    offset,
                    timestamp_ms,
                    key_type,
                    key,
                    value,
                    producer,
                },
                Entry::Record {
                    producer: ours,
                    record,
                },
            ) => {
                assert_eq!(
                    (*offset, *timestamp_ms, producer),
                    (stored.offset, stored.timestamp_ms, ours)
                );
                match description(record) {
                    Some((our_type, our_key, our_value)) => {
                        assert_eq!(
                            (*key_type, key, value.as_ref()),
                            (our_type, &our_key, our_value.as_ref()),
                            "at {offset}"
                        );
                    }
                    None => assert_eq!(
                        *record,
                        OffsetsRecord::Unknown {
                            key_type: *key_type
                        }
                    ),
                }
            }
            _ => panic!("{self:?} is not {stored:?}"),
        }
    }
}

/// A record in the words of the dump tool: type, key, value. None for a type that is not decoded.
fn description(record: &OffsetsRecord) -> Option<(i16, Value, Option<Value>)> {
    Some(match record {
        OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value,
        } => {
            let key = json!({"group": &**group, "topic": &**topic, "partition": partition});
            (1, key, value.as_ref().map(offset))
        }
        OffsetsRecord::Group { group, value } => (
            2,
            json!({"group": &**group}),
            value.as_deref().map(generation),
        ),
        OffsetsRecord::ConsumerGroup { group, value } => {
            let description = value.as_ref().map(|value| match value.metadata_hash {
                0 => json!({"epoch": value.epoch}),
                hash => json!({"epoch": value.epoch, "metadataHash": hash}),
            });
            (3, json!({"groupId": &**group}), description)
        }
        OffsetsRecord::ConsumerMember {
            group,
            member,
            value,
        } => (
            8,
            json!({"groupId": &**group, "memberId": &**member}),
            value.as_deref().map(assignment),
        ),
        OffsetsRecord::Unknown { .. } => return None,
    })
}

fn offset(value: &CommittedOffset) -> Value {
    assert_eq!((value.expire_timestamp_ms, value.topic_id), (-1, None));
    json!({
        "offset": value.offset,
        "leaderEpoch": value.leader_epoch,
        "metadata": &*value.metadata,
        "commitTimestamp": value.commit_timestamp_ms,
    })
}

fn generation(value: &GroupMetadata) -> Value {
    let members = value.members.iter().map(|member| {
        json!({
            "memberId": &*member.member_id,
            "groupInstanceId": member.instance_id.as_deref(),
            "clientId": &*member.client_id,
            "clientHost": &*member.client_host,
            "rebalanceTimeout": member.rebalance_timeout_ms,
            "sessionTimeout": member.session_timeout_ms,
            "subscription": consumer_protocol::subscription(&member.subscription),
            "assignment": consumer_protocol::assignment(&member.assignment),
        })
    });
    json!({
        "protocolType": &*value.protocol_type,
        "generation": value.generation,
        "protocol": value.protocol.as_deref(),
        "leader": value.leader.as_deref(),
        "currentStateTimestamp": value.state_timestamp_ms,
        "members": members.collect::<Vec<_>>(),
    })
}

fn assignment(value: &CurrentAssignment) -> Value {
    json!({
        "memberEpoch": value.epoch,
        "previousMemberEpoch": value.previous_epoch,
        "state": value.state.0,
        "assignedPartitions": topics(&value.assigned),
        "partitionsPendingRevocation": topics(&value.pending_revocation),
    })
}

/// Topic ids stand in base64 for URLs, without padding.
fn topics(topics: &[TopicPartitions]) -> Value {
    let topic = |topic: &TopicPartitions| {
        let id = base64(&topic.topic_id).replace('+', "-").replace('/', "_");
        json!({"topicId": id.trim_end_matches('='), "partitions": topic.partitions})
    };
    topics.iter().map(topic).collect()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0usize, |word, byte| word << 8 | usize::from(*byte));
        for digit in 0..4 {
            let letter = ALPHABET[word >> (18 - 6 * digit) & 63];
            text.push(if digit <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}
