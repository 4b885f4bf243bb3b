//! Logs made at random: few keys and few producers, so that they meet.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_offsets::{
    CommittedOffset, ConsumerGroupEpoch, CurrentAssignment, Ended, Entry, GroupMetadata,
    MemberState, OffsetsRecord, Producer,
};
use proptest::prelude::*;

pub(crate) const GROUPS: [&str; 2] = ["g", "h"];
/// Entries of a log, at most.
pub(crate) const MOST: usize = 24;

/// An offset and what stands there.
pub(crate) type At = (i64, Entry);

/// A log, when it is cleaned, and what the cleaner chooses where it is free to.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) entries: Vec<At>,
    /// How many entries there are when it is cleaned.
    pub(crate) cleaned_at: usize,
    /// Up to which of them it is cleaned, if that is allowed.
    pub(crate) wanted: usize,
    /// Whether to remove an entry that may be removed.
    pub(crate) removes: Vec<bool>,
}

fn commit(offset: i64, time: i64) -> CommittedOffset {
    CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: "".into(),
        commit_timestamp_ms: time,
        expire_timestamp_ms: -1,
        topic_id: None,
    }
}

fn offset() -> impl Strategy<Value = OffsetsRecord> {
    let value = prop_oneof![
        4 => (0..9i64, 0..9i64).prop_map(|(offset, time)| Some(commit(offset, time))),
        1 => Just(None),
    ];
    (0..2usize, 0..2i32, value).prop_map(|(group, partition, value)| OffsetsRecord::Offset {
        group: GROUPS[group].into(),
        topic: "t".into(),
        partition,
        value,
    })
}

fn group() -> impl Strategy<Value = OffsetsRecord> {
    (0..2usize, proptest::option::of(0..9i32)).prop_map(|(group, generation)| {
        let value = generation.map(|generation| GroupMetadata {
            protocol_type: "consumer".into(),
            generation,
            protocol: None,
            leader: None,
            state_timestamp_ms: -1,
            members: Vec::new(),
        });
        OffsetsRecord::Group {
            group: GROUPS[group].into(),
            value: value.map(Arc::new),
        }
    })
}

fn consumer() -> impl Strategy<Value = OffsetsRecord> {
    let epoch = proptest::option::of(0..9i32);
    (0..2usize, 0..3usize, epoch).prop_map(|(group, member, epoch)| match member {
        0 => OffsetsRecord::ConsumerGroup {
            group: GROUPS[group].into(),
            value: epoch.map(|epoch| ConsumerGroupEpoch {
                epoch,
                metadata_hash: 0,
            }),
        },
        _ => OffsetsRecord::ConsumerMember {
            group: GROUPS[group].into(),
            member: ["m", "n"][member - 1].into(),
            value: epoch.map(|epoch| {
                Arc::new(CurrentAssignment {
                    epoch,
                    previous_epoch: epoch - 1,
                    state: MemberState::STABLE,
                    assigned: Vec::new(),
                    pending_revocation: Vec::new(),
                })
            }),
        },
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let producer = (0..2i64).prop_map(|id| Producer { id, epoch: 0 });
    let plain = |record| Entry::Record {
        producer: None,
        record,
    };
    let transactional = (producer.clone(), offset()).prop_map(|(producer, record)| {
        // A tombstone is never part of a transaction.
        let producer = match &record {
            OffsetsRecord::Offset { value: Some(_), .. } => Some(producer),
            _ => None,
        };
        Entry::Record { producer, record }
    });
    let ended = prop_oneof![2 => Just(Ended::Committed), 1 => Just(Ended::Aborted)];
    let marker = (producer, ended).prop_map(|(producer, ended)| Entry::Marker { producer, ended });
    prop_oneof![
        4 => offset().prop_map(plain),
        4 => transactional,
        4 => marker,
        1 => group().prop_map(plain),
        2 => consumer().prop_map(plain),
    ]
}

/// Offsets ascend, with gaps.
pub(crate) fn log() -> impl Strategy<Value = Log> {
    let entries = proptest::collection::vec((1..3i64, entry()), 0..MOST);
    let removes = proptest::collection::vec(any::<bool>(), MOST);
    (entries, 0..=MOST, 0..=MOST, removes).prop_map(|(entries, cleaned_at, wanted, removes)| {
        let mut offset = -1;
        let mut placed = Vec::new();
        for (gap, entry) in entries {
            offset += gap;
            placed.push((offset, entry));
        }
        let cleaned_at = cleaned_at.min(placed.len());
        Log {
            entries: placed,
            cleaned_at,
            wanted: wanted.min(cleaned_at),
            removes,
        }
    })
}

/// The same entries in an order that `order` chooses; those of one producer stay in theirs.
pub(crate) fn shuffled(entries: &[At], order: &[u8]) -> Vec<At> {
    let mut lanes: BTreeMap<i64, Vec<At>> = BTreeMap::new();
    for (index, at) in entries.iter().enumerate() {
        let lane = match &at.1 {
            Entry::Record {
                producer: Some(producer),
                ..
            }
            | Entry::Marker { producer, .. } => producer.id,
            // Each of the others is a lane of its own.
            Entry::Record { producer: None, .. } => 100 + index as i64,
        };
        lanes.entry(lane).or_default().insert(0, at.clone());
    }
    let mut out = Vec::new();
    let mut chosen = order.iter().cycle().map(|b| usize::from(*b));
    while !lanes.is_empty() {
        let which = chosen.next().unwrap_or(0) % lanes.len();
        let Some((&lane, waiting)) = lanes.iter_mut().nth(which) else {
            break;
        };
        out.extend(waiting.pop());
        if waiting.is_empty() {
            lanes.remove(&lane);
        }
    }
    out
}
