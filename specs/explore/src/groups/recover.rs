//! What time alone brings about: from a state, the coordinator's own timers and nothing else.

use plimsoll_coordinator::{Coordinator, GroupState, TimerId, TimerName, Timestamp};
use plimsoll_promises::{
    Broken,
    topic::{Generation, Name, phase_ends, silent_members_leave},
};

use super::names::Who;
use crate::coordinator_memory::in_memory;

/// So many rounds are made at most, in each of which every timer that is armed runs out once: more than enough for each
/// phase and each session of a few members.
const ROUNDS: usize = 8;

/// V1 and V2, from this state on.
pub(super) fn recovers(coordinator: &Coordinator, now_ms: i64, log_end: i64) -> Vec<Broken> {
    let mut broken = Vec::new();
    // Dynamic members live and heartbeat, so that their sessions do not end; but they do nothing else.
    let (alive, fired) = after(coordinator, now_ms, log_end, |timer| match &timer.name {
        TimerName::Session(id) => Who::of_id(id).is_some_and(|(who, _)| who.instance().is_some()),
        _ => true,
    });
    for (group, state, _) in groups(&alive) {
        let phase = match state {
            GroupState::PreparingRebalance => Some("join phase"),
            GroupState::CompletingRebalance => Some("sync phase"),
            _ => None,
        };
        broken.extend(phase_ends(&group, phase, fired).err());
    }
    let (silent, fired) = after(coordinator, now_ms, log_end, |_| true);
    for (group, _, generation) in groups(&silent) {
        let left = generation.map(|g| g.members).unwrap_or_default();
        broken.extend(silent_members_leave(&group, &left, fired).err());
    }
    broken
}

fn groups(
    coordinator: &Coordinator,
) -> impl Iterator<Item = (Name, GroupState, Option<Generation>)> {
    coordinator.group_ids().filter_map(|id| {
        let group = coordinator.group(id)?;
        Some((id.clone(), group.state, in_memory(&group)))
    })
}

/// The coordinator once all of these timers have fired, and how many did. Everything appended is durable at once.
fn after(
    coordinator: &Coordinator,
    now_ms: i64,
    log_end: i64,
    fires: impl Fn(&TimerId) -> bool,
) -> (Coordinator, usize) {
    let mut coordinator = coordinator.clone();
    let (now, epoch, mut end) = (Timestamp(now_ms), coordinator.leader_epoch(), log_end);
    drop(coordinator.high_watermark(now, end, epoch));
    let mut fired = 0;
    for _ in 0..ROUNDS {
        let round: Vec<TimerId> = coordinator.timers().into_iter().filter(&fires).collect();
        for timer in &round {
            // One that another of the round has cancelled does nothing.
            let step = coordinator.fire(now, timer);
            drop(coordinator.append_and_apply(now, step, |step| {
                let base = end;
                end += step.records().len() as i64;
                Ok(base)
            }));
            drop(coordinator.high_watermark(now, end, epoch));
            fired += 1;
        }
    }
    (coordinator, fired)
}
