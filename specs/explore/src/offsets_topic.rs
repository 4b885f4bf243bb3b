//! What stands in an offsets topic, in the promises' words.

use plimsoll_offsets::{Ended, Entry, OffsetsRecord};
use plimsoll_promises::{
    Offset,
    topic::{self, Committed, Generation, Key, Member},
};

/// Entries by their meaning.
pub(crate) fn meant<'a>(
    entries: impl Iterator<Item = (i64, &'a Entry)>,
) -> Vec<(Offset, topic::Entry)> {
    entries.map(|(offset, of)| (offset, entry(of))).collect()
}

/// An entry by its meaning.
fn entry(entry: &Entry) -> topic::Entry {
    let (producer, record) = match entry {
        Entry::Marker { producer, ended } => {
            return topic::Entry::End {
                producer: producer.id,
                committed: *ended == Ended::Committed,
            };
        }
        Entry::Record { producer, record } => (producer, record),
    };
    match record.clone() {
        OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value,
        } => {
            let key = Key {
                group,
                topic,
                partition,
            };
            match value {
                None => topic::Entry::Forgotten(key),
                Some(value) => topic::Entry::Commit {
                    key,
                    value: committed(&value),
                    producer: producer.map(|producer| producer.id),
                },
            }
        }
        OffsetsRecord::Group {
            group,
            value: Some(value),
        } => match generation(&value) {
            Some(generation) => {
                topic::Entry::Generation(group, generation, value.state_timestamp_ms)
            }
            // A group that nobody has joined yet is as good as none.
            None => topic::Entry::Removed(group),
        },
        OffsetsRecord::Group { group, value: None } => topic::Entry::Removed(group),
        OffsetsRecord::ConsumerGroup { .. }
        | OffsetsRecord::ConsumerMember { .. }
        | OffsetsRecord::Unknown { .. } => topic::Entry::Other,
    }
}

/// A committed offset, in the promises' words.
pub(crate) fn committed(value: &plimsoll_offsets::CommittedOffset) -> Committed {
    Committed {
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: value.metadata.clone(),
        at_ms: value.commit_timestamp_ms,
    }
}

/// A generation as its record has it; none before the first.
pub(crate) fn generation(metadata: &plimsoll_offsets::GroupMetadata) -> Option<Generation> {
    let member = |member: &plimsoll_offsets::MemberMetadata| Member {
        id: member.member_id.clone(),
        instance: member.instance_id.clone(),
    };
    let mut members: Vec<Member> = metadata.members.iter().map(member).collect();
    members.sort();
    let begun = metadata.generation > 0 || !members.is_empty();
    begun.then_some(Generation {
        number: metadata.generation,
        members,
    })
}
