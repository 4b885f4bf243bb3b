//! OffsetFetch: semantics §3.6, S8.

use plimsoll_offsets::{Cache, CommittedOffset, Text, Timeline};

use crate::api::{FetchedOffset, OffsetFetch, OffsetFetchResponse};
use crate::error_code::ErrorCode;

/// What the request sees: a stable one everything appended so far (its answer waits until that is durable), another one
/// what is below the high watermark now.
pub(crate) fn fetch(cache: &Cache, request: &OffsetFetch) -> OffsetFetchResponse {
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
                Some(fetched(topic, *partition, Some(value)))
            });
            found.collect()
        }
    };
    let error = ErrorCode::None;
    OffsetFetchResponse { error, partitions }
}

/// The answer of a group that is not served from memory: no offset for any partition.
pub(crate) fn nothing(request: &OffsetFetch) -> OffsetFetchResponse {
    fetch(&Cache::new(), request)
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
