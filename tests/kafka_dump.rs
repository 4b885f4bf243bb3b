//! Apache Kafka's own dump tool reads what we write: segments of every kind with their indexes, compacted ones too, and
//! offsets topics, whose keys and values mean to Kafka what they mean to us.
//!
//! The tool is fetched by Maven into the target directory once. Where there is no Java, no Maven or no network, the tests
//! say `skipped, because …` and pass, unless `PLIMSOLL_REQUIRE_KAFKA` is set.

#[path = "kafka_offsets/consumer_protocol.rs"]
mod consumer_protocol;
#[path = "kafka_offsets/dump.rs"]
mod dump;
#[path = "kafka_dump/logs.rs"]
mod logs;
#[path = "kafka_dump/offsets.rs"]
mod offsets;
#[path = "kafka_dump/tool.rs"]
mod tool;
#[path = "kafka_offsets/topic.rs"]
mod topic;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_disk::RealDisk;
use plimsoll_log::{Batch, Log, ProducerState, Record, Writer};
use plimsoll_tests::dump::{DumpedBatch, DumpedFile, number, word};

use tool::Tool;

/// The files of a partition with this ending, by name.
fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("it is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|it| it == ending))
        .collect();
    files.sort();
    files
}

/// The batches of a segment, with their positions.
fn batches(file: &Path) -> Vec<(u64, Batch)> {
    let bytes = fs::read(file).expect("it is there");
    let mut position = 0;
    let with_position = |batch: Batch| {
        position += batch.bytes().len() as u64;
        (position - batch.bytes().len() as u64, batch)
    };
    topic::batches_of(&bytes)
        .into_iter()
        .map(with_position)
        .collect()
}

/// What of a segment Kafka sees otherwise than we do.
fn differences(dumped: &DumpedFile, ours: &[(u64, Batch)]) -> Vec<String> {
    let mut different: Vec<String> = dumped.other.clone();
    if dumped.batches.len() != ours.len() {
        let (kafkas, ours) = (dumped.batches.len(), ours.len());
        different.push(format!("{kafkas} batches, not {ours}"));
    }
    for (kafkas, (position, batch)) in dumped.batches.iter().zip(ours) {
        let ours = DumpedBatch::of(batch, *position);
        let without_records = DumpedBatch {
            records: Vec::new(),
            ..kafkas.clone()
        };
        if without_records != ours {
            different.push(format!("{without_records:?}, not {ours:?}"));
        }
        let description: Vec<_> = kafkas.records.iter().map(|line| of_kafka(line)).collect();
        let records = batch.records().expect("a batch of ours");
        let expected: Vec<_> = records.iter().map(of_record).collect();
        if description != expected {
            different.push(format!("{description:?}, not {expected:?}"));
        }
    }
    different
}

/// The tool complains where offsets do not follow on each other, as they do not after compaction: by file, the offsets
/// before and behind each gap.
type Gaps = BTreeMap<String, BTreeSet<(i64, i64)>>;

/// What the tool complains of; anything else is a panic.
fn complaints(text: &str) -> Gaps {
    let mut gaps = Gaps::new();
    let mut file = "";
    for line in text.lines() {
        if let Some(named) = line.strip_prefix("Non-consecutive offsets in ") {
            file = named;
            continue;
        }
        let gap = line.trim().split_once(" is followed by ");
        let gap = gap.and_then(|(before, after)| Some((before.parse().ok()?, after.parse().ok()?)));
        let gap = gap.unwrap_or_else(|| panic!("{line}\n{text}"));
        gaps.entry(file.to_owned()).or_default().insert(gap);
    }
    gaps
}

/// What it has to complain of.
fn gaps(segments: &[PathBuf]) -> Gaps {
    let mut gaps = Gaps::new();
    for file in segments {
        let batches = batches(file).into_iter().map(|(_, batch)| batch);
        let records = batches.flat_map(|batch| batch.records().expect("a batch of ours"));
        let offsets: Vec<i64> = records.map(|record| record.offset).collect();
        let follow = |pair: &&[i64]| pair[0] + 1 != pair[1];
        let found = offsets
            .windows(2)
            .filter(follow)
            .map(|pair| (pair[0], pair[1]));
        let found: BTreeSet<_> = found.collect();
        if !found.is_empty() {
            gaps.insert(file.display().to_string(), found);
        }
    }
    gaps
}

/// Offset, time, lengths of key and value, and header keys.
type Description = (i64, i64, i64, i64, String);

fn of_kafka(line: &str) -> Description {
    let time = match line.contains("LogAppendTime: ") {
        true => "LogAppendTime",
        false => "CreateTime",
    };
    let headers = line
        .split_once("headerKeys: [")
        .map_or("", |(_, rest)| rest);
    let headers = headers.split(']').next().unwrap_or_default();
    (
        number(line, "| offset"),
        number(line, time),
        number(line, "keySize"),
        number(line, "valueSize"),
        headers.to_owned(),
    )
}

fn of_record(record: &Record) -> Description {
    let length = |bytes: &Option<std::sync::Arc<[u8]>>| {
        bytes.as_ref().map_or(-1, |bytes| bytes.len() as i64)
    };
    let headers: Vec<&str> = record.headers.iter().map(|header| &*header.key).collect();
    (
        record.offset,
        record.timestamp_ms,
        length(&record.key),
        length(&record.value),
        headers.join(","),
    )
}

/// Every batch of every segment, whatever kind it is of.
#[test]
fn segments_that_we_write_are_valid_to_kafka() {
    let Some(tool) = Tool::ready() else { return };
    let data = tempfile::tempdir().expect("a directory");
    let partitions = logs::write(data.path());
    let segments: Vec<PathBuf> = partitions.iter().flat_map(|it| files(it, "log")).collect();
    let dumped = tool.dump(&["--deep-iteration"], &segments);
    assert_eq!(complaints(&dumped.complaints), gaps(&segments));
    assert_eq!(dumped.files.len(), segments.len());
    let mut kinds = logs::Kinds::default();
    for (dumped, file) in dumped.files.iter().zip(&segments) {
        assert_eq!(Path::new(&dumped.file), file);
        let ours = batches(file);
        assert_eq!(differences(dumped, &ours), [""; 0], "{}", file.display());
        ours.iter().for_each(|(_, batch)| kinds.count(batch));
    }
    println!("{} segments: {kinds:?}", segments.len());
    kinds.check();
}

/// Our index files are Kafka's: they pass the check of its start-up, and every entry leads to its batch.
#[test]
fn index_files_that_we_write_are_right_to_kafka() {
    let Some(tool) = Tool::ready() else { return };
    let data = tempfile::tempdir().expect("a directory");
    let partitions = logs::write(data.path());
    let of = |ending: &str| -> Vec<PathBuf> {
        partitions.iter().flat_map(|it| files(it, ending)).collect()
    };
    let indexes = [of("index"), of("timeindex")].concat();
    assert!(indexes.len() > 6, "{indexes:?}");
    let checked = tool.dump(&["--index-sanity-check"], &indexes);
    assert_eq!(checked.complaints, "");
    for (file, checked) in indexes.iter().zip(&checked.files) {
        let passed = format!("{} passed sanity check.", file.display());
        assert_eq!(checked.other, [passed]);
    }
    let dumped = tool.dump(&["--deep-iteration"], &indexes);
    assert_eq!(dumped.complaints, "", "no mismatch");
    let (mut offsets, mut times) = (0, 0);
    for (file, dumped) in indexes.iter().zip(&dumped.files) {
        let bytes = fs::metadata(file).expect("it is there").len();
        let label = dumped.other.first().map_or("", |line| word_before(line));
        match label {
            "offset" => offsets += dumped.other.len(),
            "timestamp" => times += dumped.other.len(),
            other => panic!("{}: {other}", file.display()),
        }
        let entry = if label == "offset" { 8 } else { 12 };
        assert_eq!(
            dumped.other.len() as u64,
            bytes / entry,
            "{}",
            file.display()
        );
    }
    println!("{offsets} entries of offset indexes, {times} of time indexes");
    assert!(offsets > 30 && times > 30, "{offsets} {times}");
}

fn word_before(line: &str) -> &str {
    line.split(": ").next().unwrap_or_default()
}

/// Kafka writes down what it knows of producers when it stops. We know the same by reading its log.
#[test]
fn producers_rebuilt_from_kafkas_log_are_those_of_its_snapshots() {
    let Some(tool) = Tool::ready() else { return };
    let data = topic::folder("compacted");
    let disk = RealDisk::open_read_only(&data).expect("it is there");
    let mut compared = 0;
    for partition in 0..3 {
        let name = format!("__consumer_offsets-{partition}");
        let snapshots = files(&data.join(&name), "snapshot");
        let last = snapshots
            .last()
            .expect("the broker was stopped in good order");
        let description = tool.dump(&[], std::slice::from_ref(last));
        let kafkas: Vec<_> = description.files[0]
            .other
            .iter()
            .map(|it| in_snapshot(it))
            .collect();
        let dry_run = Log::dry_run_recovery(&disk, &name, Writer::Kafka).expect("it opens");
        let ours: Vec<_> = dry_run.log.producers().map(in_log).collect();
        assert_eq!(ours, kafkas, "{name}");
        compared += ours.len();
    }
    assert_eq!(compared, 4);
}

/// Id and epoch, coordinator epoch, last time, sequences and last offset of the last batch.
type Known = ((i64, i16), i32, i64, (i32, i32), i64);

fn in_snapshot(line: &str) -> Known {
    assert_eq!(word(line, "currentTxnFirstOffset"), "OptionalLong.empty");
    (
        (number(line, "producerId"), number(line, "producerEpoch")),
        number(line, "coordinatorEpoch"),
        number(line, "lastTimestamp"),
        (number(line, "firstSequence"), number(line, "lastSequence")),
        number(line, "lastOffset"),
    )
}

fn in_log((id, known): (i64, &ProducerState)) -> Known {
    let last = known.batches.last().expect("each has written");
    (
        (id, known.epoch),
        known.coordinator_epoch,
        known.last_timestamp_ms,
        (last.first_sequence, last.last_sequence),
        last.last_offset,
    )
}

/// The tests above would see it: a flipped byte, another length, another place in an index.
#[test]
fn what_is_wrong_is_seen() {
    let Some(tool) = Tool::ready() else { return };
    let data = tempfile::tempdir().expect("a directory");
    let partitions = logs::write(data.path());
    let file = &files(&partitions[0], "log")[0];
    let ours = batches(file);
    // A byte of the third batch's base timestamp.
    let (position, third) = &ours[2];
    let mut bytes = fs::read(file).expect("it is there");
    bytes[*position as usize + 30] ^= 1;
    fs::write(file, &bytes).expect("it can be written");
    let index = &files(&partitions[0], "index")[0];
    let mut entries = fs::read(index).expect("it is there");
    entries[3] ^= 1;
    fs::write(index, entries).expect("it can be written");
    let dumped = tool.dump(&["--deep-iteration"], &[file.clone(), index.clone()]);
    let valid: Vec<bool> = dumped.files[0].batches.iter().map(|it| it.valid).collect();
    let flipped = valid.iter().filter(|valid| !**valid).count();
    assert_eq!((flipped, valid[2]), (1, false));
    let seen = differences(&dumped.files[0], &ours);
    assert!(
        !seen.is_empty() && seen[0].contains("valid: false"),
        "{seen:?}"
    );
    let offset = third.header().base_offset;
    assert!(
        seen[0].contains(&format!("offsets: ({offset}, ")),
        "{seen:?}"
    );
    assert!(
        dumped.complaints.contains("Mismatches in :"),
        "{}",
        dumped.complaints
    );
    let without: Vec<_> = ours[1..].to_vec();
    assert!(differences(&dumped.files[0], &without)[0].contains(" batches, not "));
    assert_eq!(word("a: b c", "a"), "b");
}
