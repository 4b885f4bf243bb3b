//! What a coordinator remembers, as the promises see it.

use std::collections::BTreeSet;

use plimsoll_coordinator::{Coordinator, GroupState, GroupView};
use plimsoll_offsets::Cache;
use plimsoll_promises::topic::{Generation, Key, Meaning, Member, Name};

use crate::offsets_topic::{committed, generation};

/// All that is persistent of what a coordinator remembers, and the groups whose rebalance is under way.
pub(crate) struct Memory {
    pub(crate) meaning: Meaning,
    pub(crate) rebalancing: BTreeSet<Name>,
}

impl Memory {
    pub(crate) fn of(coordinator: &Coordinator) -> Memory {
        let cache = coordinator.cache();
        let mut memory = Memory {
            meaning: of_offsets(cache),
            rebalancing: BTreeSet::new(),
        };
        for id in coordinator.group_ids() {
            let Some(group) = coordinator.group(id) else {
                continue;
            };
            match group.state {
                GroupState::Empty | GroupState::Stable => {
                    let record = cache.group(id).and_then(|timeline| timeline.latest_at());
                    if let Some(generation) = in_memory(&group) {
                        let value = (record.unwrap_or(-1), generation);
                        memory.meaning.groups.insert(id.clone(), value);
                    }
                }
                _ => drop(memory.rebalancing.insert(id.clone())),
            }
        }
        memory
    }
}

/// The generation that a group is in; none before the first.
pub(crate) fn in_memory(group: &GroupView) -> Option<Generation> {
    let mut members: Vec<Member> = group
        .members
        .iter()
        .map(|member| Member {
            id: member.member.clone(),
            instance: member.instance.clone(),
        })
        .collect();
    members.sort();
    let begun = group.generation > 0 || !members.is_empty();
    begun.then_some(Generation {
        number: group.generation,
        members,
    })
}

/// What a cache holds.
pub(crate) fn of_cache(cache: &Cache) -> Meaning {
    let mut meaning = of_offsets(cache);
    for (id, timeline) in cache.groups() {
        let found = timeline.latest_at().zip(timeline.latest());
        if let Some((at, generation)) = found.and_then(|(at, m)| Some((at, generation(m)?))) {
            meaning.groups.insert(id.clone(), (at, generation));
        }
    }
    meaning
}

fn of_offsets(cache: &Cache) -> Meaning {
    let mut meaning = Meaning::default();
    let key = |group: &Name, (topic, partition): &(Name, i32)| Key {
        group: group.clone(),
        topic: topic.clone(),
        partition: *partition,
    };
    for group in cache.groups_with_offsets() {
        for (of, timeline) in cache.offsets(group) {
            if let (Some(at), Some(value)) = (timeline.latest_at(), timeline.latest()) {
                let value = (at, committed(value));
                meaning.offsets.insert(key(group, of), value);
            }
        }
    }
    for group in cache.groups_with_pending_offsets() {
        for (of, pending) in cache.pending_offsets(group) {
            let waits = (key(group, of), pending.producer.id, pending.record);
            meaning.pending.insert(waits);
        }
    }
    meaning
}
