//! The log engine on Kafka's segments: it opens them, writes every batch again to the same bytes, and compacts them
//! without a change of what they say.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{
    Batch, Log, LogConfig, Marker, NewBatch, NewRecord, Producer, Record, Segment, Writer,
};
use plimsoll_offsets::Cache;
use plimsoll_tests::dump::{DumpedBatch, dumped};

use crate::topic::{FOLDERS, PARTITIONS, batches, batches_of, committed, folder, segments};
use crate::{answers, topic};

const DIRECTORY: &str = "__consumer_offsets-0";

/// The segments of a partition on a disk of ours.
fn copied(name: &str, partition: i32) -> SimDisk {
    let mut disk = SimDisk::new();
    disk.create_dir(DIRECTORY).expect("it can be made");
    for (base, bytes) in segments(name, partition) {
        let path = format!("{DIRECTORY}/{}", Segment::file_name(base));
        disk.create(&path).expect("it can be made");
        disk.write_at(&path, 0, &bytes).expect("there is room");
    }
    disk
}

/// The batches of a partition, as Kafka's dump tool tells them.
fn dump(name: &str, partition: i32) -> Vec<DumpedBatch> {
    let text = std::fs::read_to_string(folder(name).join(format!("dump-{partition}.txt")));
    let all = dumped(&text.unwrap_or_default());
    let batches = all.into_iter().flat_map(|file| file.batches);
    let without_records = |batch| DumpedBatch {
        records: Vec::new(),
        ..batch
    };
    batches.map(without_records).collect()
}

#[test]
fn every_segment_opens_and_agrees_with_the_dump_batch_by_batch() {
    let mut compared = BTreeMap::new();
    for name in FOLDERS {
        for partition in 0..PARTITIONS {
            let disk = copied(name, partition);
            let dry_run = Log::dry_run_recovery(&disk, DIRECTORY, Writer::Kafka).expect("it opens");
            assert_eq!(dry_run.report.damage, None, "{name} {partition}");
            let mut ours = Vec::new();
            for (_, bytes) in segments(name, partition) {
                let mut position = 0;
                for batch in batches_of(&bytes) {
                    ours.push(DumpedBatch::of(&batch, position));
                    position += batch.bytes().len() as u64;
                }
            }
            assert_eq!(ours, dump(name, partition), "{name} {partition}");
            assert_eq!(dry_run.report.batches, ours.len() as u64);
            let end = ours.last().map_or(0, |batch| batch.offsets.1 + 1);
            assert_eq!(dry_run.log.log_end_offset(), end);
            *compared.entry(name).or_insert(0) += ours.len();
        }
    }
    let expected = [("compacted", 140), ("uncompacted", 1305)];
    assert_eq!(compared, BTreeMap::from(expected));
}

/// Which way a batch was written again.
#[derive(Debug, Default, PartialEq, Eq)]
struct Written {
    whole: usize,
    markers: usize,
    thinned_out: usize,
    emptied: usize,
}

fn new_record(record: Record) -> NewRecord {
    NewRecord {
        timestamp_ms: Some(record.timestamp_ms),
        key: record.key,
        value: record.value,
        headers: record.headers,
    }
}

/// The batch made anew from what it means.
fn again(batch: &Batch, written: &mut Written) -> Batch {
    let header = *batch.header();
    let records = batch.records().expect("it can be decoded");
    if let Some(Marker::End(marker)) = batch.marker().expect("it can be decoded") {
        written.markers += 1;
        let built = marker.build().expect("it can be written");
        return built
            .placed_at(header.base_offset, header.leader_epoch)
            .expect("an offset");
    }
    if records.is_empty() {
        written.emptied += 1;
        return batch.emptied().expect("it can be emptied");
    }
    if records.len() as i32 <= header.last_offset_delta {
        written.thinned_out += 1;
        let horizon_ms = header.delete_horizon_ms();
        return batch.with_records(&records, horizon_ms).expect("its own");
    }
    written.whole += 1;
    let new = NewBatch {
        timestamp_ms: 0,
        records: records.into_iter().map(new_record).collect(),
        compression: header.attributes.compression(),
        // Kafka's coordinator gives a sequence even where there is no producer.
        producer: Some(Producer {
            id: header.producer_id,
            epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
        }),
        transactional: header.attributes.is_transactional(),
    };
    let built = new.build().expect("it can be written");
    built
        .placed_at(header.base_offset, header.leader_epoch)
        .expect("an offset")
}

#[test]
fn every_batch_is_written_again_to_the_same_bytes() {
    let mut by_folder = BTreeMap::new();
    for name in FOLDERS {
        let written: &mut Written = by_folder.entry(name).or_default();
        for partition in 0..PARTITIONS {
            for batch in batches(name, partition) {
                let again = again(&batch, written);
                assert_eq!(again.header(), batch.header(), "{name} {partition}");
                assert!(again.bytes() == batch.bytes(), "{:?}", batch.header());
            }
        }
    }
    println!("{by_folder:?}");
    let of = |whole, markers, thinned_out, emptied| Written {
        whole,
        markers,
        thinned_out,
        emptied,
    };
    assert_eq!(by_folder["uncompacted"], of(1301, 4, 0, 0));
    assert_eq!(by_folder["compacted"], of(119, 4, 15, 2));
}

/// All batches that can be read, and what replaying them gives.
fn replayed(log: &Log, disk: &SimDisk) -> (Vec<Batch>, Cache) {
    let batches = log.read(disk, log.log_start_offset(), i64::MAX, usize::MAX);
    let batches = batches.expect("it can be read");
    let mut cache = Cache::new();
    for batch in &batches {
        for (offset, entry) in plimsoll_offsets::entries(batch).expect("an offsets topic") {
            cache.apply(offset, &entry);
            cache.advance(offset + 1);
        }
    }
    (batches, cache)
}

/// K6 on what Kafka wrote: the whole of it and what our cleaner leaves say the same, at once, and again when the
/// tombstones' time is over.
#[test]
fn compacting_what_kafka_wrote_changes_nothing_that_it_says() {
    let config = Arc::new(LogConfig {
        compact: true,
        ..LogConfig::default()
    });
    let (mut whole, mut early, mut late) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes = [0; 3];
    let mut same = 0;
    for partition in 0..PARTITIONS {
        let mut disk = copied("uncompacted", partition);
        let opened = Log::open(&mut disk, DIRECTORY, Arc::clone(&config), 0);
        let (mut log, report) = opened.expect("it opens");
        assert_eq!(report.damage, None);
        bytes[0] += log.bytes();
        whole.push(replayed(&log, &disk).1);
        log.roll(&mut disk).expect("there is room");
        let now_ms = 1_800_000_000_000;
        log.clean(&mut disk, now_ms).expect("it can be compacted");
        bytes[1] += log.bytes();
        let (left, cache) = replayed(&log, &disk);
        same += same_as_kafkas(&left, &batches("compacted", partition));
        early.push(cache);
        for pass in 1..3 {
            let later_ms = now_ms + pass * 2 * config.delete_retention_ms;
            log.clean(&mut disk, later_ms).expect("it can be compacted");
        }
        bytes[2] += log.bytes();
        late.push(replayed(&log, &disk).1);
    }
    println!(
        "{bytes:?} bytes before, after, and without tombstones; {same} batches thinned out as Kafka's cleaner did"
    );
    assert_eq!(answers(&whole), committed("uncompacted"));
    assert_eq!(answers(&early), answers(&whole));
    assert_eq!(answers(&late), answers(&whole));
    assert!(bytes[0] > 4 * bytes[1] && bytes[1] > bytes[2], "{bytes:?}");
    assert_eq!(same, 7);
}

/// Of the batches that both cleaners have thinned out to the same records, all must be the same bytes: that many.
fn same_as_kafkas(ours: &[Batch], kafkas: &[Batch]) -> usize {
    let offsets = |batch: &Batch| -> Vec<i64> {
        let records = batch.records().expect("it can be decoded");
        records.iter().map(|record| record.offset).collect()
    };
    let mut same = 0;
    for batch in kafkas {
        let base = |it: &&Batch| it.header().base_offset == batch.header().base_offset;
        let Some(ours) = ours.iter().find(base) else {
            continue;
        };
        let horizons = [ours, batch].map(|it| it.header().delete_horizon_ms());
        if offsets(ours) != offsets(batch) || horizons != [None, None] {
            continue;
        }
        assert_eq!(ours.header(), batch.header());
        assert!(ours.bytes() == batch.bytes());
        same += usize::from(batch.header().records_count <= batch.header().last_offset_delta);
    }
    same
}

/// The tests above would see it: Kafka's segments without one batch are not what the dump says, and a replay without
/// the newest commit answers something else.
#[test]
fn what_is_left_out_is_seen() {
    let ours: Vec<_> = batches("uncompacted", 0)
        .iter()
        .map(|it| DumpedBatch::of(it, 0))
        .collect();
    assert_ne!(ours, dump("uncompacted", 0));
    let mut caches: Vec<Cache> = Vec::new();
    for partition in 0..PARTITIONS {
        let mut cache = Cache::new();
        let stored = topic::stored("uncompacted", partition);
        for stored in &stored[..stored.len().saturating_sub(1)] {
            cache.apply(stored.offset, &stored.entry);
            cache.advance(stored.offset + 1);
        }
        caches.push(cache);
    }
    assert_ne!(answers(&caches), committed("uncompacted"));
}
