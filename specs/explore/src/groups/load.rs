//! Failover: what is left of the log, and what another coordinator makes of it.

use plimsoll_coordinator::{Coordinator, LoadExtent, Status, Timestamp};
use plimsoll_promises::{
    storage::compacted_means_the_same,
    topic::{Meaning, load_is_complete},
};

use crate::coordinator_memory::Memory;

use super::{
    log::Slot,
    names::{config, topics},
    run_step::StepRun,
    system::GroupsSystem,
    view::replayed,
};

/// The coordinator is lost, and so is what was not durable but for `keep` batches; another one begins to load.
pub(super) fn fail_over(taking: &mut StepRun<'_>, keep: u8, unreadable_after: Option<u8>) {
    let state = &mut taking.taken.next;
    let now = Timestamp(state.now_ms);
    let description = state.coordinator.stop(now);
    taking.answer(description);
    let state = &mut taking.taken.next;
    state.expect.nobody_answers();
    state.left.failovers -= 1;
    state.left.failed_reads -= u8::from(unreadable_after.is_some());
    taking.taken.met.lost_a_tail |= usize::from(keep) < state.log.batches_in_doubt().len();
    taking.taken.met.kept_a_tail |= keep > 0;
    state.log.cut(keep.into());
    state.disk_is_full = false;
    load(taking, unreadable_after);
}

/// A coordinator of the next epoch loads what is left of the log. If the read fails, there is nothing to serve from.
pub(super) fn load(taking: &mut StepRun<'_>, unreadable_after: Option<u8>) {
    let system = taking.system;
    let state = &mut taking.taken.next;
    let epoch = state.coordinator.leader_epoch() + 1;
    let mut coordinator = fresh(system, epoch);
    let left: Vec<(i64, &Slot)> = state.log.left().collect();
    let read = read(system.decisions.load, &left, unreadable_after);
    for (offset, slot) in &left[..read.records] {
        coordinator.apply(*offset, &slot.entry);
    }
    if !read.serves {
        taking.taken.met.read_failed = true;
        state.coordinator = coordinator;
        return;
    }
    let end = state.log.end();
    let timers = coordinator.finish_load(Timestamp(state.now_ms), end, end);
    let loaded = (coordinator.status() == Status::Active).then(|| Memory::of(&coordinator).meaning);
    taking.taken.met.loaded_compacted |= left.len() < end as usize;
    let whole: Vec<(i64, &Slot)> = state.log.written().collect();
    // A load that stops early does so with either log, and is judged as such.
    let whole = match read.records == left.len() {
        true => loads(system, &whole),
        false => loaded.clone(),
    };
    let replay = |length| replayed(system.decisions.replay, left[..length].iter().copied());
    let complete = loaded.as_ref().map_or(Ok(()), |loaded| {
        load_is_complete(loaded, left.len(), replay)
    });
    state.coordinator = coordinator;
    taking.answer(timers);
    let broken = &mut taking.taken.broken;
    broken.extend(complete.err());
    broken.extend(compacted_means_the_same(loaded.as_ref(), whole.as_ref()).err());
}

fn fresh(system: &GroupsSystem, epoch: i32) -> Coordinator {
    Coordinator::new(config(), system.decisions, topics(), epoch)
}

/// What a coordinator makes of this log; none if it refuses it.
fn loads(system: &GroupsSystem, log: &[(i64, &Slot)]) -> Option<Meaning> {
    let mut coordinator = fresh(system, 0);
    for (offset, slot) in log {
        coordinator.apply(*offset, &slot.entry);
    }
    let end = log.last().map_or(0, |(last, _)| last + 1);
    drop(coordinator.finish_load(Timestamp(0), end, end));
    (coordinator.status() == Status::Active).then(|| Memory::of(&coordinator).meaning)
}

struct Read {
    records: usize,
    serves: bool,
}

/// How many records a load replays, and whether the coordinator then serves.
fn read(extent: LoadExtent, log: &[(i64, &Slot)], unreadable_after: Option<u8>) -> Read {
    let mut batches: Vec<i64> = log.iter().map(|(_, slot)| slot.batch).collect();
    batches.dedup();
    let before_batch = |index: usize| match batches.get(index) {
        Some(batch) => log.iter().filter(|(_, slot)| slot.batch < *batch).count(),
        None => log.len(),
    };
    match (extent, unreadable_after) {
        (_, None) if extent == LoadExtent::AllButTheLastBatch => Read {
            records: before_batch(batches.len().saturating_sub(1)),
            serves: true,
        },
        (_, None) => Read {
            records: log.len(),
            serves: true,
        },
        (LoadExtent::UpToAFailedRead, Some(after)) => Read {
            records: before_batch(after.into()),
            serves: true,
        },
        (_, Some(_)) => Read {
            records: 0,
            serves: false,
        },
    }
}
