//! What is held to the promises, and when.

use plimsoll_coordinator::{GroupState, Step};
use plimsoll_offsets::{OffsetsRecord, Text};
use plimsoll_promises::{
    Broken, Projection, View,
    topic::{
        Expiring, Key, Meaning, Phase, Settled, acked_commits_in_log, expires_only_what_may,
        fetched_as_committed, instance_has_one_member, last_commit_wins, meaning,
        memory_equals_replay, phase_written, removes_only_what_is_over, stays_deleted,
    },
};

use crate::coordinator_memory::{Memory, in_memory};

use super::{
    log::meant,
    names::{GROUP, RETENTION_MS, TOPIC, Who},
    recover::recovers,
    run_step::StepRun,
    state::GroupsState,
    system::GroupsSystem,
    view::{fetched, replayed},
};

/// What must hold of every state in which the coordinator serves.
pub(super) fn state(
    system: &GroupsSystem,
    state: &GroupsState,
    memory: &Memory,
    broken: &mut Vec<Broken>,
) {
    let written = meant(state.log.written());
    let replay = replayed(system.decisions.replay, state.log.left());
    let mut held = |result: Result<(), Broken>| broken.extend(result.err());
    held(last_commit_wins(&memory.meaning, &meaning(&written)));
    let settled = Settled {
        memory: &memory.meaning,
        rebalancing: &memory.rebalancing,
    };
    held(memory_equals_replay(&settled, &replay));
    held(stays_deleted(&memory.meaning, &state.expect.deleted));
    held(acked_commits_in_log(&Positions(state)));
    let durable = meaning(&written[..state.log.durable as usize]);
    for spot in system.bounds.spots() {
        let answered = fetched(&state.coordinator, state.now_ms, spot);
        held(fetched_as_committed(
            &spot.key(),
            answered.as_ref(),
            &durable,
        ));
    }
    let group = state.coordinator.group(GROUP);
    if let Some(generation) = group.as_ref().and_then(in_memory) {
        held(instance_has_one_member(&generation.members, |id| {
            let life = Who::of_id(id).filter(|(who, _)| *who == Who::S);
            life.is_some_and(|(_, life)| life < state.expect.told_life)
        }));
    }
    if group.is_some_and(|group| !group.members.is_empty()) {
        broken.extend(recovers(&state.coordinator, state.now_ms, state.log.end()));
    }
}

/// O6, of what a pass of expiry is about to delete.
pub(super) fn expiry(taking: &mut StepRun<'_>, group: &Text, step: &Step, before: &Meaning) {
    let state = &taking.taken.next;
    let Some(seen) = state.coordinator.group(group) else {
        return;
    };
    // A rebalance is nowhere but in memory; all else is written.
    let phase = match seen.state {
        GroupState::Empty | GroupState::Stable => phase_written(&meant(state.log.written()), group),
        _ => Phase::Rebalancing,
    };
    let mut found = Vec::new();
    for record in step.records() {
        let Some((key, (_, value))) =
            key_of(record).and_then(|key| before.offsets.get_key_value(&key))
        else {
            continue;
        };
        let expiring = Expiring {
            key,
            phase,
            subscribed: phase == Phase::Stable && *key.topic == *TOPIC,
            open_transaction: before.pending.iter().any(|(of, ..)| of == key),
            committed_ms: value.at_ms,
            now_ms: state.now_ms,
            retention_ms: RETENTION_MS,
        };
        found.extend(expires_only_what_may(&expiring).err());
    }
    taking.taken.broken.extend(found);
}

/// O7, of a group that is about to be removed.
pub(super) fn removal(taking: &mut StepRun<'_>, step: &Step, before: &Meaning) {
    let deleted: Vec<Key> = step.records().iter().filter_map(key_of).collect();
    for record in step.records() {
        let OffsetsRecord::Group { group, value: None } = record else {
            continue;
        };
        let members = taking.taken.next.coordinator.group(group);
        let members = members.map_or(0, |group| group.members.len());
        let held = removes_only_what_is_over(group, before, members, |key| deleted.contains(key));
        taking.taken.broken.extend(held.err());
    }
}

fn key_of(record: &OffsetsRecord) -> Option<Key> {
    match record {
        OffsetsRecord::Offset {
            group,
            topic,
            partition,
            ..
        } => Some(Key {
            group: group.clone(),
            topic: topic.clone(),
            partition: *partition,
        }),
        _ => None,
    }
}

/// Where things stand in the log, for the invariants that ask no more.
pub(super) struct Positions<'a>(pub(super) &'a GroupsState);

impl View for Positions<'_> {
    fn memory(&self) -> Option<Projection> {
        None
    }

    fn replay(&self) -> Projection {
        Projection {
            committed: None,
            generation: None,
        }
    }

    fn durable_end(&self) -> u64 {
        self.0.log.durable.unsigned_abs()
    }

    fn acked_end(&self) -> u64 {
        self.0.expect.acked_end.unsigned_abs()
    }

    fn delivered_generation(&self) -> i32 {
        self.0.expect.delivered
    }

    fn durable_generation(&self) -> i32 {
        let log = &self.0.log;
        let durable = log.written().take_while(|(at, _)| *at < log.durable);
        let of_group = meaning(&meant(durable)).groups.get(GROUP).cloned();
        of_group.map_or(0, |(_, generation)| generation.number)
    }
}
