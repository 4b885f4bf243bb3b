//! The files, batch by batch, and what the broker answered.
#![allow(dead_code, reason = "each kind of evidence uses its own part")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use plimsoll_log::{Batch, BatchHeader, Marker, Outcome};
use plimsoll_offsets::{Ended, Entry, Producer};
use serde_json::Value;

/// Two moments of one topic.
pub(crate) const FOLDERS: [&str; 2] = ["compacted", "uncompacted"];
pub(crate) const PARTITIONS: i32 = 4;

/// What stands at one offset.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) offset: i64,
    pub(crate) timestamp_ms: i64,
    /// Base offset of its segment.
    pub(crate) segment: i64,
    /// None for a marker.
    pub(crate) key: Option<Arc<[u8]>>,
    pub(crate) value: Option<Arc<[u8]>>,
    pub(crate) entry: Entry,
}

pub(crate) fn folder(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("kafka-4.1.1-offsets")
        .join(folder)
}

/// Segments of a partition with their base offsets, in order.
pub(crate) fn segments(name: &str, partition: i32) -> Vec<(i64, Vec<u8>)> {
    let directory = folder(name).join(format!("__consumer_offsets-{partition}"));
    let entries = std::fs::read_dir(directory).expect("the partition is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let logs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    let mut segments: Vec<_> = logs
        .map(|path| {
            let base = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse().ok());
            (
                base.expect("a segment's name"),
                std::fs::read(&path).expect("it can be read"),
            )
        })
        .collect();
    segments.sort();
    segments
}

/// The batches of a segment.
pub(crate) fn batches_of(mut bytes: &[u8]) -> Vec<Batch> {
    let mut batches = Vec::new();
    while !bytes.is_empty() {
        let length = BatchHeader::read(bytes).expect("a header").total_bytes();
        let (batch, rest) = bytes.split_at(length);
        batches.push(Batch::parse(batch).expect("a whole batch"));
        bytes = rest;
    }
    batches
}

/// All batches of a partition.
pub(crate) fn batches(name: &str, partition: i32) -> Vec<Batch> {
    segments(name, partition)
        .iter()
        .flat_map(|(_, bytes)| batches_of(bytes))
        .collect()
}

/// Everything that stands in a partition.
pub(crate) fn stored(name: &str, partition: i32) -> Vec<Stored> {
    let mut all = Vec::new();
    for (segment, bytes) in segments(name, partition) {
        batches_of(&bytes)
            .iter()
            .for_each(|batch| all.extend(stored_in(segment, batch)));
    }
    all
}

/// What stands in a batch.
pub(crate) fn stored_in(segment: i64, batch: &Batch) -> Vec<Stored> {
    let header = batch.header();
    let producer = Producer {
        id: header.producer_id,
        epoch: header.producer_epoch,
    };
    let marker = match batch.marker().expect("a marker follows its format") {
        Some(Marker::End(marker)) => Some(match marker.outcome {
            Outcome::Commit => Ended::Committed,
            Outcome::Abort => Ended::Aborted,
        }),
        Some(Marker::Other { kind }) => panic!("nothing here writes markers of type {kind}"),
        None => None,
    };
    let records = batch.records().expect("records follow their format");
    let stored = records.into_iter().map(|record| Stored {
        offset: record.offset,
        timestamp_ms: record.timestamp_ms,
        segment,
        entry: match marker {
            Some(ended) => Entry::Marker { producer, ended },
            None => {
                let producer = (producer.id != -1).then_some(producer);
                Entry::decode(
                    record.offset,
                    producer,
                    record.key.as_deref(),
                    record.value.as_deref(),
                )
                .expect("a record follows its format")
            }
        },
        key: record.key.filter(|_| marker.is_none()),
        value: record.value.filter(|_| marker.is_none()),
    });
    stored.collect()
}

/// Topic, partition, offset, leader epoch and metadata, as the client that asked gave them.
type Answer = (String, i32, i64, i32, String);

/// What the broker answered at that moment: topic, partition, offset and metadata of every group.
pub(crate) fn committed(name: &str) -> BTreeMap<String, BTreeSet<(String, i32, i64, String)>> {
    let text = std::fs::read_to_string(folder(name).join("committed.json")).expect("it is there");
    let groups: BTreeMap<String, Vec<Answer>> = serde_json::from_str(&text).expect("JSON");
    let row = |(topic, partition, offset, _, metadata)| (topic, partition, offset, metadata);
    groups
        .into_iter()
        .map(|(group, rows)| (group, rows.into_iter().map(row).collect()))
        .collect()
}

/// The JSON after `label` up to the end of `text` or of the first JSON value.
pub(crate) fn json_after(text: &str, label: &str) -> Option<Value> {
    let (_, rest) = text.split_once(label)?;
    serde_json::Deserializer::from_str(rest)
        .into_iter()
        .next()?
        .ok()
}
