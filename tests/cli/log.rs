//! `plimsoll log`: over Apache Kafka's own files, over ours, and over what is damaged.

#[path = "log/bad_input.rs"]
mod bad_input;
#[path = "log/written.rs"]
mod written;

use plimsoll_cli::Exit;
use plimsoll_tests::dump::{DumpedBatch, dumped};
use serde_json::Value;

use crate::offsets::{FOLDERS, folder, partition, snapshot};
use crate::{Called, plimsoll};

/// The lines of `--json` of one kind.
fn lines(called: &Called, kind: &str) -> Vec<Value> {
    let all = called
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let versioned = all.inspect(|line| assert_eq!(line["plimsoll_log"], 1, "{line}"));
    versioned.filter(|line| line["kind"] == kind).collect()
}

/// The text without what differs from one checkout to another.
fn placed(called: &Called) -> String {
    called.out.replace(env!("CARGO_MANIFEST_DIR"), "tests")
}

/// A batch in the words of Kafka's dump tool.
fn description(line: &Value) -> DumpedBatch {
    let number = |name: &str| {
        line[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name}: {line}"))
    };
    let is = |name: &str| line[name].as_bool().expect("true or false");
    let text = |name: &str| line[name].as_str().expect("a string");
    DumpedBatch {
        offsets: (number("base_offset"), number("last_offset")),
        count: number("records") as i32,
        sequences: (
            number("base_sequence") as i32,
            number("last_sequence") as i32,
        ),
        producer: (number("producer_id"), number("producer_epoch") as i16),
        leader_epoch: number("leader_epoch") as i32,
        transactional: is("transactional"),
        control: !line["control"].is_null(),
        delete_horizon_ms: line["delete_horizon_ms"].as_i64(),
        position: number("byte") as u64,
        timestamp_ms: number("max_timestamp_ms"),
        append_time: is("append_time"),
        size: number("bytes") as usize,
        codec: text("codec").to_owned(),
        checksum: u32::from_str_radix(text("checksum").trim_start_matches("0x"), 16)
            .expect("a number"),
        valid: is("checksum_ok"),
        records: Vec::new(),
    }
}

#[test]
fn every_batch_is_told_as_kafkas_own_tool_tells_it() {
    let mut compared = 0;
    for name in FOLDERS {
        for number in 0..3 {
            let called = plimsoll(&["log", "--json", "--batches", &partition(name, number)]);
            assert_eq!(
                (called.exit, &*called.err),
                (Exit::Kept, ""),
                "{}",
                called.out
            );
            let ours: Vec<_> = lines(&called, "batch").iter().map(description).collect();
            let dump = format!("{}/dump-{number}.txt", folder(name));
            let dump = std::fs::read_to_string(dump).expect("it is there");
            let mut kafkas: Vec<_> = dumped(&dump)
                .into_iter()
                .flat_map(|file| file.batches)
                .collect();
            kafkas.iter_mut().for_each(|batch| batch.records.clear());
            assert_eq!(ours, kafkas, "{name} {number}");
            compared += ours.len();
        }
    }
    assert_eq!(compared, 1445);
}

#[test]
fn every_record_is_listed_at_its_offset() {
    for name in FOLDERS {
        for number in 0..3 {
            let called = plimsoll(&["log", "--json", "--records", &partition(name, number)]);
            assert_eq!(called.exit, Exit::Kept);
            let description = |line: &Value| {
                let length = |name: &str| line[name].as_i64().unwrap_or(-1);
                (
                    length("offset"),
                    length("timestamp_ms"),
                    length("key_bytes"),
                    length("value_bytes"),
                )
            };
            let ours: Vec<_> = lines(&called, "record").iter().map(description).collect();
            let dump = format!("{}/dump-{number}.txt", folder(name));
            let dump = std::fs::read_to_string(dump).expect("it is there");
            let all = dumped(&dump).into_iter().flat_map(|file| file.batches);
            let kafkas: Vec<(i64, i64, i64, i64)> = all
                .flat_map(|batch| batch.records)
                .map(|line| {
                    let number = |label| plimsoll_tests::dump::number(&line, label);
                    let (offset, time) = (number("| offset"), number("CreateTime"));
                    (offset, time, number("keySize"), number("valueSize"))
                })
                .collect();
            assert_eq!(ours, kafkas, "{name} {number}");
        }
    }
}

#[test]
fn a_data_directory_of_kafka() {
    let called = plimsoll(&["log", &folder("compacted")]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    insta::assert_snapshot!("log_kafka", placed(&called));
    let called = plimsoll(&["log", &folder("uncompacted")]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    insta::assert_snapshot!("log_kafka_uncompacted", placed(&called));
}

#[test]
fn a_partition_of_kafka_batch_by_batch() {
    let called = plimsoll(&["log", "--records", &partition("compacted", 1)]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    insta::assert_snapshot!("log_kafka_records", placed(&called));
}

/// Indexes, producers and epochs of both folders: what Kafka wrote beside the segments says the same as they do.
#[test]
fn kafkas_index_files_agree_with_its_segments() {
    let called = plimsoll(&["log", "--json", &folder("compacted")]);
    let segments = lines(&called, "segment");
    assert_eq!(segments.len(), 7);
    let sum = |index: &str, field: &str| -> i64 {
        let of = |it: &Value| it[index][field].as_i64().expect("an index");
        segments.iter().map(of).sum()
    };
    assert_eq!((sum("index", "entries"), sum("index", "wrong")), (2, 0));
    assert_eq!(
        (sum("time_index", "entries"), sum("time_index", "wrong")),
        (7, 0)
    );
}

#[test]
fn nothing_is_changed() {
    for name in FOLDERS {
        let directory = folder(name);
        let before = snapshot(directory.as_ref());
        plimsoll(&["log", "--records", &directory]);
        plimsoll(&["log", "--json", "--batches", &partition(name, 1)]);
        assert!(before == snapshot(directory.as_ref()), "{name}");
    }
}
