//! `plimsoll offsets`: over Apache Kafka's own files, over ours, and over what is neither.

#[path = "offsets/bad_input.rs"]
mod bad_input;
#[path = "offsets/written.rs"]
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use plimsoll_cli::Exit;
use serde_json::{Value, json};

use crate::{Called, plimsoll};

/// Two moments of one topic, with what the broker answered.
pub(crate) const FOLDERS: [&str; 2] = ["compacted", "uncompacted"];

pub(crate) fn folder(name: &str) -> String {
    format!("{}/kafka-4.1.1-offsets/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn partition(name: &str, partition: i32) -> String {
    format!("{}/__consumer_offsets-{partition}", folder(name))
}

/// The lines of `--json` of one kind.
fn lines(called: &Called, kind: &str) -> Vec<Value> {
    let all = called
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let versioned = all.inspect(|line| assert_eq!(line["plimsoll_offsets"], 1, "{line}"));
    versioned.filter(|line| line["kind"] == kind).collect()
}

/// Where a group resumes: topic, partition, offset, metadata up to a NUL.
type Rows = BTreeSet<(String, i64, i64, String)>;

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn until_nul(text: &str) -> String {
    text.split('\0').next().unwrap_or_default().to_owned()
}

fn rows(group: &Value) -> Rows {
    let offsets = group["offsets"].as_array().expect("an array");
    let row = |it: &Value| {
        let number = |name: &str| it[name].as_i64().expect("a number");
        (
            text(&it["topic"]),
            number("partition"),
            number("offset"),
            until_nul(&text(&it["metadata"])),
        )
    };
    offsets.iter().map(row).collect()
}

/// Topic, partition, offset, leader epoch and metadata, as the client that asked gave them.
type Answer = (String, i64, i64, i64, String);

fn answered(name: &str) -> BTreeMap<String, Rows> {
    let file =
        std::fs::read_to_string(format!("{}/committed.json", folder(name))).expect("it is there");
    let groups: BTreeMap<String, Vec<Answer>> = serde_json::from_str(&file).expect("JSON");
    let row = |(topic, partition, offset, _, metadata)| (topic, partition, offset, metadata);
    groups
        .into_iter()
        .map(|(group, all)| (group, all.into_iter().map(row).collect()))
        .collect()
}

#[test]
fn every_group_resumes_where_the_broker_said() {
    for name in FOLDERS {
        let called = plimsoll(&["offsets", "--json", &folder(name)]);
        assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
        let shown: BTreeMap<String, Rows> = lines(&called, "group")
            .iter()
            .map(|group| (text(&group["group"]), rows(group)))
            .collect();
        assert_eq!(shown, answered(name), "{name}");
        assert_eq!(lines(&called, "partition").len(), 4);
    }
}

#[test]
fn a_person_reads_the_same() {
    for name in FOLDERS {
        let called = plimsoll(&["offsets", &folder(name)]);
        assert_eq!(called.exit, Exit::Kept);
        let answered = answered(name);
        let offsets: usize = answered.values().map(BTreeSet::len).sum();
        let head = format!(
            "17 groups would resume at {offsets} offsets: {}\n",
            folder(name)
        );
        assert!(called.out.starts_with(&head), "{}", called.out);
        let blocks: Vec<&str> = called.out.split("\n\n").skip(1).collect();
        assert_eq!(blocks.len(), answered.len());
        for ((group, rows), block) in answered.iter().zip(blocks) {
            assert!(block.starts_with(&format!("{group}: ")), "{block}");
            let table: Vec<Vec<&str>> = block
                .lines()
                .skip_while(|line| !line.starts_with("  topic "))
                .skip(1)
                .map(|line| line.split_whitespace().collect())
                .collect();
            let shown: BTreeSet<_> = table.iter().map(|row| (row[0], row[1], row[2])).collect();
            let numbers: Vec<_> = rows
                .iter()
                .map(|(t, p, o, _)| (t, p.to_string(), o.to_string()))
                .collect();
            let expected: BTreeSet<_> = numbers
                .iter()
                .map(|(t, p, o)| (t.as_str(), &**p, &**o))
                .collect();
            assert_eq!(shown, expected, "{group}");
        }
    }
}

#[test]
fn the_summary_comes_first_and_says_all() {
    let called = plimsoll(&["offsets", &folder("uncompacted")]);
    let (summary, _) = called
        .out
        .split_once("\n\n")
        .expect("a summary, then groups");
    let expected = format!(
        "\
17 groups would resume at 94 offsets: {}
  read         2,541 records in 4 partitions of the offsets topic, and 4 ends of transactions
  groups       3 classic (empty), 1 of KIP-848 (empty) and 13 with offsets only
  passed over  11 records without offsets: 4 of type 5 (consumer group member), 2 of type 6 (consumer group's
               target epoch) and 5 of type 7 (consumer group member's target)",
        folder("uncompacted")
    );
    assert_eq!(summary, expected);
}

#[test]
fn one_partition_alone_shows_its_groups() {
    for name in FOLDERS {
        let whole = lines(&plimsoll(&["offsets", "--json", &folder(name)]), "group");
        let mut apart = Vec::new();
        for number in 0..3 {
            let called = plimsoll(&["offsets", "--json", &partition(name, number)]);
            assert_eq!(called.exit, Exit::Kept);
            apart.extend(lines(&called, "group"));
        }
        apart.sort_by_key(|group| text(&group["group"]));
        assert_eq!(whole, apart);
    }
}

/// The one group that is asked for.
fn asked(args: &[&str]) -> Value {
    let called = plimsoll(&[&["offsets", "--json"], args].concat());
    assert_eq!(called.exit, Exit::Kept, "{}", called.err);
    let groups = lines(&called, "group");
    assert_eq!(groups.len(), 1, "{groups:?}");
    groups.into_iter().next().expect("one")
}

/// After a commit of 4, a transaction wrote 10 and 11 (records 1226 and 1227) before a plain commit of 20 (1228), and ended after it (1229).
#[test]
fn before_and_after_the_end_of_a_transaction() {
    let whole = folder("uncompacted");
    let at = |offset: &str| asked(&["--group", "eos-plain", "--at", offset, &whole]);
    let resumes =
        |group: &Value| -> Vec<_> { rows(group).into_iter().map(|(_, p, o, _)| (p, o)).collect() };
    let pending = |group: &Value| -> Vec<_> {
        let all = group["pending"].as_array().expect("an array").iter();
        all.map(|it| {
            (
                it["partition"].clone(),
                it["offset"].clone(),
                it["producer_id"].clone(),
                it["record"].clone(),
            )
        })
        .collect()
    };
    let waits = |partition: i64, offset: i64, record: i64| {
        (json!(partition), json!(offset), json!(3), json!(record))
    };
    let before_all = at("1226");
    assert_eq!(
        (resumes(&before_all), pending(&before_all)),
        (vec![(0, 4)], vec![waits(0, 10, 1226)])
    );
    let before = at("1228");
    assert_eq!(resumes(&before), [(0, 20)]);
    assert_eq!(pending(&before), [waits(0, 10, 1226), waits(1, 11, 1227)]);
    let after = at("1229");
    assert_eq!(
        (resumes(&after), pending(&after)),
        (vec![(0, 20), (1, 11)], vec![])
    );
    assert_eq!(
        after["offsets"][1]["record"], 1227,
        "the record, not the marker"
    );
    let description = plimsoll(&["offsets", "--group", "eos-plain", "--at", "1228", &whole]).out;
    assert!(
        description.contains("  pending      2 commits wait for the end of a transaction\n"),
        "{description}"
    );
    assert!(
        description.contains("  as of        record 1228, and nothing after it\n"),
        "{description}"
    );
    assert!(description.contains("  pending orders-0 at 10, if the transaction of producer 3 (epoch 0) is committed; record 1226,"), "{description}");
    assert!(
        !description.contains("end of a transaction,"),
        "{description}"
    );
}

#[test]
fn states_of_groups_midway() {
    let classic = asked(&[
        "--group",
        "workers",
        "--at",
        "841",
        &partition("uncompacted", 1),
    ]);
    let state = &classic["state"];
    assert_eq!(
        (&state["type"], &state["generation"], &state["protocol"]),
        (&json!("classic"), &json!(2), &json!("range"))
    );
    assert_eq!(state["members"].as_array().map(Vec::len), Some(2));
    let fixed = asked(&[
        "--group",
        "static-workers",
        "--at",
        "1189",
        &partition("uncompacted", 2),
    ]);
    let instances: BTreeSet<_> = fixed["state"]["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|m| m["instance_id"].clone())
        .map(|id| id.to_string())
        .collect();
    assert!(instances.iter().any(|id| id != "null"), "{instances:?}");
    let consumer = asked(&[
        "--group",
        "next-gen",
        "--at",
        "1201",
        &partition("uncompacted", 2),
    ]);
    let owns = |partitions: Value| json!([{"topic_id": "ocBCoIAmSKqGQEk74BghnQ", "partitions": partitions}]);
    let member = |id: &str,
                  epoch: i32,
                  previous: i32,
                  state: &str,
                  assigned: Value,
                  revoking: Value| {
        json!({"member_id": id, "epoch": epoch, "previous_epoch": previous, "state": state, "assigned": assigned, "pending_revocation": revoking})
    };
    let members = [
        member(
            "cPfgeseGT2GyDq52eYrDeQ",
            2,
            0,
            "unreleased partitions",
            json!([]),
            json!([]),
        ),
        member(
            "k4sRkze0QKyFc6+HIAj3Aw",
            1,
            1,
            "unrevoked partitions",
            owns(json!([0, 1])),
            owns(json!([2])),
        ),
    ];
    assert_eq!(
        consumer["state"],
        json!({"type": "consumer", "epoch": 2, "members": members})
    );
    let description = plimsoll(&[
        "offsets",
        "--at",
        "1201",
        "--group",
        "next-gen",
        &folder("uncompacted"),
    ])
    .out;
    assert!(
        description.contains("\nnext-gen: KIP-848, 2 members, epoch 2; partition 2\n"),
        "{description}"
    );
    assert!(
        description.contains("  no offset: it begins where auto.offset.reset says\n"),
        "{description}"
    );
}

#[test]
fn a_group_that_is_not_there_is_said_not_to_be() {
    let called = plimsoll(&["offsets", &folder("compacted"), "--group", "eosplain"]);
    assert_eq!(called.exit, Exit::Unknown);
    let description = "nothing is known of a group 'eosplain': it begins where auto.offset.reset says; did you mean 'eos-plain'?\n";
    assert!(called.out.ends_with(description), "{}", called.out);
    // Deleted before: its tombstones stand in the log.
    assert_eq!(
        plimsoll(&["offsets", &folder("uncompacted"), "--group", "doomed"]).exit,
        Exit::Unknown
    );
    assert_eq!(
        asked(&[&folder("uncompacted"), "--group", "doomed", "--at", "431"])["group"],
        "doomed"
    );
}

#[test]
fn an_offset_of_several_partitions_is_not_an_offset() {
    let called = plimsoll(&["offsets", &folder("compacted"), "--at", "3"]);
    assert_eq!((called.exit, &*called.out), (Exit::Usage, ""));
    let first = partition("compacted", 0);
    assert!(
        called
            .err
            .contains(&format!("here are 4; name one of them, such as {first}")),
        "{}",
        called.err
    );
    assert_eq!(
        plimsoll(&["offsets", &folder("compacted"), "--at", "-1"]).exit,
        Exit::Usage
    );
    let beyond = plimsoll(&["offsets", &first, "--at", "9999"]);
    assert_eq!(beyond.exit, Exit::Kept);
    assert!(
        beyond
            .out
            .contains("  as of        record 9999; the log ends before, at 475\n"),
        "{}",
        beyond.out
    );
}

/// Every file below a directory, with its bytes and when it was last changed.
pub(crate) fn snapshot(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(directory).expect("it is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else {
            let changed = path
                .metadata()
                .and_then(|it| it.modified())
                .expect("a time");
            let bytes = std::fs::read(&path).expect("it can be read");
            files.insert(path, (bytes, changed));
        }
    }
    files
}

#[test]
fn nothing_is_changed() {
    for name in FOLDERS {
        let directory = folder(name);
        let before = snapshot(directory.as_ref());
        plimsoll(&["offsets", &directory]);
        plimsoll(&["offsets", &partition(name, 1), "--at", "3", "--json"]);
        assert!(before == snapshot(directory.as_ref()), "{name}");
    }
}
