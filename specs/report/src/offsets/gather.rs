//! From a replayed cache to what is told.

use std::collections::BTreeSet;

use plimsoll_offsets::{Cache, CommittedOffset, CurrentAssignment, GroupMetadata, Text};

use super::{
    ClassicMember, ConsumerMember, Group, GroupState, OtherGroups, Pending, Resume,
    TopicPartitions, Unreadable,
};

/// All groups of one partition, by name: what is appended counts, as it does for a coordinator that has loaded it.
pub fn groups(
    cache: &Cache,
    others: &OtherGroups,
    unreadable: &[Unreadable],
    partition: Option<i32>,
) -> Vec<Group> {
    let mut names: BTreeSet<&Text> = cache.groups_with_offsets().collect();
    names.extend(cache.groups_with_pending_offsets());
    names.extend(cache.groups().map(|(name, _)| name));
    names.extend(cache.consumer_groups().map(|(name, _)| name));
    names.extend(cache.groups_with_consumer_members());
    names.extend(others.names());
    let unknown: Vec<Text> = unreadable
        .iter()
        .map(|it| it.group.as_str().into())
        .collect();
    names.extend(&unknown);
    let gathered = names.into_iter().map(|name| Group {
        state: state(cache, others, name),
        unreadable: unreadable
            .iter()
            .filter(|it| *it.group == **name)
            .cloned()
            .collect(),
        ..gather(cache, name, partition)
    });
    // What is deleted but above the high watermark is still known to the cache.
    let known = |group: &Group| {
        let nothing =
            group.offsets.is_empty() && group.pending.is_empty() && group.unreadable.is_empty();
        !(nothing && group.state == GroupState::OffsetsOnly)
    };
    gathered.filter(known).collect()
}

fn gather(cache: &Cache, name: &str, partition: Option<i32>) -> Group {
    let offsets = cache
        .offsets(name)
        .filter_map(|(key, timeline)| Some(resume(key, timeline.latest()?, timeline.latest_at()?)));
    let pending = cache.pending_offsets(name).map(|(key, pending)| Pending {
        resume: resume(key, &pending.value, pending.record),
        producer_id: pending.producer.id,
        producer_epoch: pending.producer.epoch,
    });
    Group {
        group: name.to_owned(),
        partition,
        looked_for_in: None,
        state: GroupState::OffsetsOnly,
        offsets: offsets.collect(),
        pending: pending.collect(),
        unreadable: Vec::new(),
    }
}

fn resume((topic, partition): &(Text, i32), value: &CommittedOffset, record: i64) -> Resume {
    Resume {
        topic: topic.to_string(),
        partition: *partition,
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: value.metadata.to_string(),
        committed_ms: value.commit_timestamp_ms,
        expires_ms: value.expire_timestamp_ms,
        record,
    }
}

/// A group may have been of both protocols; the newer record tells which it is now.
fn state(cache: &Cache, others: &OtherGroups, name: &str) -> GroupState {
    let classic = cache.group(name);
    let epoch = cache.consumer_epoch(name);
    let members: Vec<ConsumerMember> = cache
        .consumer_members(name)
        .filter_map(|(id, timeline)| Some(consumer_member(id, timeline.latest()?)))
        .collect();
    let (classic_at, epoch_at) = (
        classic.and_then(|timeline| timeline.latest_at()),
        epoch.and_then(|timeline| timeline.latest_at()),
    );
    if let Some((at, state)) = others.state(name)
        && Some(at) > classic_at.max(epoch_at)
    {
        return state;
    }
    if classic_at > epoch_at
        && let Some(value) = classic.and_then(|timeline| timeline.latest())
    {
        return classic_state(value);
    }
    let epoch = epoch.and_then(|timeline| timeline.latest());
    if epoch.is_none() && members.is_empty() {
        return GroupState::OffsetsOnly;
    }
    let epoch = epoch.map(|value| value.epoch);
    GroupState::Consumer { epoch, members }
}

fn classic_state(value: &GroupMetadata) -> GroupState {
    let members = value.members.iter().map(|member| ClassicMember {
        member_id: member.member_id.to_string(),
        instance_id: member.instance_id.as_deref().map(str::to_owned),
        client_id: member.client_id.to_string(),
        client_host: member.client_host.to_string(),
    });
    GroupState::Classic {
        protocol_type: value.protocol_type.to_string(),
        generation: value.generation,
        protocol: value.protocol.as_deref().map(str::to_owned),
        leader: value.leader.as_deref().map(str::to_owned),
        since_ms: value.state_timestamp_ms,
        members: members.collect(),
    }
}

fn consumer_member(id: &str, value: &CurrentAssignment) -> ConsumerMember {
    let topics = |topics: &[plimsoll_offsets::TopicPartitions]| {
        let topic = |topic: &plimsoll_offsets::TopicPartitions| TopicPartitions {
            topic_id: uuid(&topic.topic_id),
            partitions: topic.partitions.clone(),
        };
        topics.iter().map(topic).collect()
    };
    ConsumerMember {
        member_id: id.to_owned(),
        epoch: value.epoch,
        previous_epoch: value.previous_epoch,
        state: value.state.to_string(),
        assigned: topics(&value.assigned),
        pending_revocation: topics(&value.pending_revocation),
    }
}

/// Base64 for URLs without padding: so Kafka writes ids, and so they can be searched for.
fn uuid(id: &[u8; 16]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let number = u128::from_be_bytes(*id);
    // 22 digits of 6 bits: 4 bits more than the number has, which are zeros at its end.
    let digit = |index: u32| match index {
        21 => number << 4,
        _ => number >> (122 - 6 * index),
    };
    (0..22)
        .map(|index| char::from(DIGITS[(digit(index) & 63) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_kafka_writes_them() {
        assert_eq!(uuid(&[0; 16]), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(uuid(&[0xff; 16]), "_____________________w");
        let one = std::array::from_fn(|i| i as u8);
        assert_eq!(uuid(&one), "AAECAwQFBgcICQoLDA0ODw");
    }
}
