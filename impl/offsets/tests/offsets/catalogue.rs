//! The known mistakes that are about replay, keys and expiry: what is right, and that the mistake in
//! the row would be seen.

mod deletion;
mod expiry;
mod gaps;
mod keys;
mod transactions;

use std::sync::Arc;

use plimsoll_offsets::{
    Cache, CommittedOffset, Decisions, Ended, Entry, GroupMetadata, OffsetsRecord, Producer,
};

/// The producer of all transactions that need only one.
const WRITER: Producer = Producer { id: 7, epoch: 0 };

fn value(offset: i64, time_ms: i64) -> CommittedOffset {
    CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: "".into(),
        commit_timestamp_ms: time_ms,
        expire_timestamp_ms: -1,
        topic_id: None,
    }
}

fn record(value: Option<CommittedOffset>) -> OffsetsRecord {
    OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value,
    }
}

/// A plain commit of partition 0.
fn plain(offset: i64) -> Entry {
    Entry::Record {
        producer: None,
        record: record(Some(value(offset, 0))),
    }
}

/// A commit of partition 0 in a transaction.
fn staged(producer: Producer, offset: i64) -> Entry {
    Entry::Record {
        producer: Some(producer),
        record: record(Some(value(offset, 0))),
    }
}

fn tombstone() -> Entry {
    Entry::Record {
        producer: None,
        record: record(None),
    }
}

fn marker(producer: Producer, ended: Ended) -> Entry {
    Entry::Marker { producer, ended }
}

fn group(generation: Option<i32>) -> Entry {
    let value = generation.map(|generation| GroupMetadata {
        protocol_type: "consumer".into(),
        generation,
        protocol: None,
        leader: None,
        state_timestamp_ms: -1,
        members: Vec::new(),
    });
    let record = OffsetsRecord::Group {
        group: "g".into(),
        value: value.map(Arc::new),
    };
    Entry::Record {
        producer: None,
        record,
    }
}

/// Replays; the high watermark follows each entry.
fn replay(decisions: Decisions, log: &[(i64, Entry)]) -> Cache {
    let mut cache = Cache::with(decisions);
    for (offset, entry) in log {
        cache.apply(*offset, entry);
        cache.advance(offset + 1);
    }
    cache
}

/// Where the group would resume on partition 0.
fn resumes(cache: &Cache) -> Option<i64> {
    let timeline = cache.offset("g", "t", 0)?;
    assert_eq!(timeline.committed(), timeline.latest());
    timeline.latest().map(|value| value.offset)
}

fn right(log: &[(i64, Entry)]) -> Option<i64> {
    resumes(&replay(Decisions::default(), log))
}
