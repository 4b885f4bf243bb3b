//! OffsetFetch: Kafka `fetchOffsets`, S8.

use plimsoll_offsets::{Cache, CommittedOffset, Text, Timeline};

use crate::api::{CallId, FetchedOffset, GroupResponse, OffsetFetch, OffsetFetchResponse};
use crate::coordinator::Coordinator;
use crate::error_code::ErrorCode;
use crate::group::GroupState;
use crate::step::{Answer, Deferred, Step};

impl Coordinator {
    pub(crate) fn fetch(&self, call: CallId, request: &OffsetFetch) -> Step {
        let group = self.groups.get(&request.group);
        let found = if group.is_some_and(|group| group.state == GroupState::Dead) {
            nothing(request)
        } else {
            fetch(&self.cache, request)
        };
        let response = GroupResponse::Fetch(found);
        if !request.require_stable {
            return Step::answer(call, response);
        }
        let mut step = Step::nothing();
        step.deferred = Some(Deferred::Answer(Answer { call, response }));
        step
    }
}

/// What the request sees: a stable one everything appended so far (its answer waits until that is durable), another one
/// what is below the high watermark now.
fn fetch(cache: &Cache, request: &OffsetFetch) -> OffsetFetchResponse {
    let seen = |timeline: &'_ Timeline<CommittedOffset>| {
        let value = if request.require_stable {
            timeline.latest()
        } else {
            timeline.committed()
        };
        value.cloned()
    };
    let partitions = match &request.partitions {
        Some(asked) => {
            let find = |(topic, partition): &(Text, i32)| {
                if request.require_stable
                    && cache.has_pending_offset(&request.group, topic, *partition)
                {
                    return unstable(topic, *partition);
                }
                let value = cache
                    .offset(&request.group, topic, *partition)
                    .and_then(seen);
                fetched(topic, *partition, value)
            };
            asked.iter().map(find).collect()
        }
        None => {
            let all = cache.offsets(&request.group);
            let found = all.filter_map(|((topic, partition), timeline)| {
                let value = seen(timeline)?;
                if request.require_stable
                    && cache.has_pending_offset(&request.group, topic, *partition)
                {
                    return Some(unstable(topic, *partition));
                }
                Some(fetched(topic, *partition, Some(value)))
            });
            found.collect()
        }
    };
    let error = ErrorCode::None;
    OffsetFetchResponse { error, partitions }
}

/// The answer of a group that is not served from memory: no offset for any partition.
fn nothing(request: &OffsetFetch) -> OffsetFetchResponse {
    fetch(&Cache::new(), request)
}

/// A transaction that is not over may change the offset (O4).
fn unstable(topic: &Text, partition: i32) -> FetchedOffset {
    FetchedOffset {
        error: ErrorCode::UnstableOffsetCommit,
        ..fetched(topic, partition, None)
    }
}

fn fetched(topic: &Text, partition: i32, value: Option<CommittedOffset>) -> FetchedOffset {
    let (offset, leader_epoch, metadata) = match value {
        Some(value) => (value.offset, value.leader_epoch, value.metadata),
        None => (-1, -1, Text::from("")),
    };
    FetchedOffset {
        topic: topic.clone(),
        partition,
        offset,
        leader_epoch,
        metadata,
        error: ErrorCode::None,
    }
}
