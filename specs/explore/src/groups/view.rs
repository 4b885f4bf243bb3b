//! The inside of the coordinator, as the promises see it.

use plimsoll_coordinator::{
    CallId, Coordinator, ErrorCode, GroupRequest, GroupResponse, OffsetFetch, Timestamp,
};
use plimsoll_offsets::Cache;
use plimsoll_promises::topic::{Committed, Meaning};

use super::{log::Slot, names::OffsetKey};
use crate::coordinator_memory::of_cache;

/// What replaying these makes, by the coordinator's own rule.
pub(super) fn replayed<'a>(
    decisions: plimsoll_offsets::Decisions,
    slots: impl Iterator<Item = (i64, &'a Slot)>,
) -> Meaning {
    let mut cache = Cache::with(decisions);
    slots.for_each(|(offset, slot)| cache.apply(offset, &slot.entry));
    of_cache(&cache)
}

/// The answer to a fetch of one partition that asks for what is durable. It takes no step.
pub(super) fn fetched(
    coordinator: &Coordinator,
    now_ms: i64,
    spot: OffsetKey,
) -> Option<Committed> {
    let request = GroupRequest::Fetch(OffsetFetch {
        group: spot.group().into(),
        require_stable: false,
        partitions: Some(vec![(spot.topic().into(), spot.partition())]),
    });
    let step = coordinator.request(Timestamp(now_ms), CallId(0), &request);
    let Some(GroupResponse::Fetch(answer)) = step.into_answer() else {
        return None;
    };
    let found = answer.partitions.into_iter().next()?;
    let is_there = found.error == ErrorCode::None && found.offset >= 0;
    is_there.then_some(Committed {
        offset: found.offset,
        leader_epoch: found.leader_epoch,
        metadata: found.metadata,
        at_ms: 0,
    })
}
