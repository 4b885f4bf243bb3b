//! Offsets topics in which one record or batch cannot be read: everybody else is shown.

use plimsoll_cli::Exit;
use plimsoll_log::NewRecord;
use serde_json::{Value, json};

use super::{Data, batch, case, keyed, lines};
use crate::{Called, plimsoll};

const SEGMENT: &str = "__consumer_offsets-3/00000000000000000000.log";

fn resumes(called: &Called) -> Vec<(String, i64, i64)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let number = |value: &Value| value.as_i64().expect("a number");
    let mut rows = Vec::new();
    for group in lines(called, "group") {
        for it in group["offsets"].as_array().expect("an array") {
            rows.push((
                text(&group["group"]),
                number(&it["partition"]),
                number(&it["offset"]),
            ));
        }
    }
    rows
}

fn key(group: &[u8], partition: u8) -> Vec<u8> {
    let length = group.len() as u8;
    [&[0, 1, 0, length], group, b"\0\x01t\0\0\0", &[partition]].concat()
}

fn value(version: u8, offset: u8) -> Vec<u8> {
    let offset = [0, 0, 0, 0, 0, 0, 0, offset];
    [&[0, version][..], &offset, b"\xff\xff\xff\xff\0\0", &[0; 8]].concat()
}

fn commit(group: &[u8], partition: u8, version: u8, offset: u8) -> NewRecord {
    keyed(&key(group, partition), &value(version, offset))
}

#[test]
fn a_value_of_a_version_to_come_hides_nobody() {
    let called = plimsoll(&["offsets", "--json", &case("kip915-v5")]);
    assert_eq!(called.exit, Exit::BadData);
    let rows = [("g".to_owned(), 0, 100), ("g".to_owned(), 1, 60)];
    assert_eq!(resumes(&called), rows);
    let unreadable =
        json!([{"of": ["orders", 0], "record": 2, "reason": "offset value of unknown version 5"}]);
    assert_eq!(lines(&called, "group")[0]["unreadable"], unreadable);
    assert!(!called.err.contains("no broker"), "{}", called.err);
    let called = plimsoll(&["offsets", &case("kip915-v5")]);
    let said = "  uncertain orders-0: record 2 is newer than what is shown and cannot be read: offset value of unknown version 5\n";
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&called.out).contains(&words(said)), "{}", called.out);
}

/// What stands behind it in the log makes up for a record that cannot be read.
#[test]
fn a_newer_record_takes_the_doubt_away() {
    let data = Data::new();
    let records = vec![
        commit(b"g", 0, 9, 1),
        commit(b"g", 0, 3, 2),
        commit(b"h", 0, 3, 7),
    ];
    data.write(SEGMENT, batch(0, records).bytes());
    let called = data.call("offsets", &["--json"]);
    assert_eq!(called.exit, Exit::BadData, "it is damage all the same");
    let groups = lines(&called, "group");
    assert_eq!((groups.len(), &groups[0]["unreadable"]), (2, &json!([])));
    // Of another partition it does not.
    let records = vec![commit(b"g", 0, 9, 1), commit(b"g", 1, 3, 2)];
    data.write(SEGMENT, batch(0, records).bytes());
    let group = &lines(&data.call("offsets", &["--json"]), "group")[0];
    assert_eq!(group["unreadable"][0]["record"], 0);
}

/// A group of which nothing else is known is not said to begin anew.
#[test]
fn a_group_with_nothing_but_doubt_is_shown() {
    let data = Data::new();
    let records = vec![commit(b"g", 0, 9, 1), commit(b"h", 0, 3, 7)];
    data.write(SEGMENT, batch(0, records).bytes());
    let called = data.call("offsets", &["--group", "g"]);
    assert_eq!(called.exit, Exit::BadData);
    assert!(called.out.contains("\ng: offsets only"), "{}", called.out);
    assert!(!called.out.contains("auto.offset.reset"), "{}", called.out);
}

#[test]
fn keys_and_batches_that_cannot_be_read_hide_nobody() {
    let cut = keyed(&[0, 1, 0, 9, b'g'], b"");
    let keyless = NewRecord::default();
    let bad = [vec![cut], vec![keyless]];
    for bad in bad {
        let data = Data::new();
        let records = [
            vec![commit(b"g", 0, 3, 1)],
            bad,
            vec![commit(b"h", 0, 3, 7)],
        ]
        .concat();
        data.write(SEGMENT, batch(0, records).bytes());
        let called = data.call("offsets", &["--json"]);
        assert_eq!(called.exit, Exit::BadData);
        let rows = [("g".to_owned(), 0, 1), ("h".to_owned(), 0, 7)];
        assert_eq!(resumes(&called), rows);
        assert_eq!(lines(&called, "partition")[0]["damages"], 1);
        assert_eq!(lines(&called, "error").len(), 1);
        let text = data.call("offsets", &[]).out;
        assert!(text.contains("  uncertain  "), "{text}");
    }
    let first = batch(0, vec![commit(b"g", 0, 3, 1)]).bytes().to_vec();
    let mut broken = batch(1, vec![commit(b"g", 0, 3, 2)]).bytes().to_vec();
    broken[90] ^= 1;
    let third = batch(2, vec![commit(b"h", 0, 3, 7)]).bytes().to_vec();
    let data = Data::new();
    data.write(SEGMENT, &[first, broken, third].concat());
    let called = data.call("offsets", &["--json"]);
    assert_eq!(called.exit, Exit::BadData);
    let rows = [("g".to_owned(), 0, 1), ("h".to_owned(), 0, 7)];
    assert_eq!(resumes(&called), rows);
}

/// Kafka decodes names with replacement characters.
#[test]
fn names_that_are_no_text_are_shown_as_kafka_has_them() {
    let called = plimsoll(&["offsets", "--json", &case("bad-utf8")]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    let strange = "a\u{fffd}\u{fffd}".to_owned();
    assert_eq!(
        resumes(&called),
        [(strange, 0, 1), ("g".to_owned(), 0, 3)].map(|mut row| {
            row.1 = 0;
            row
        })
    );
}

#[test]
fn share_and_streams_groups_are_named_by_their_records() {
    let called = plimsoll(&["offsets", "--json", &case("kafka-20254")]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    let group = &lines(&called, "group")[0];
    assert_eq!(group["state"], json!({"type": "streams", "epoch": 7}));
    assert_eq!(
        resumes(&called),
        [("g".to_owned(), 0, 1200), ("g".to_owned(), 1, 900)]
    );
    let text = plimsoll(&["offsets", &case("kafka-20254")]).out;
    assert!(
        text.contains("\ng: streams group (KIP-1071), epoch 7; partition 3\n"),
        "{text}"
    );
    assert!(!text.contains("(unknown)"), "{text}");
    let group = |key_type: u8| keyed(&[0, key_type, 0, 1, b's'], &[0, 0, 0, 0, 0, 4, 0]);
    for (key_type, kind) in [
        (11, "share"),
        (17, "streams"),
        (24, "streams"),
        (9, "share"),
    ] {
        let data = Data::new();
        data.write(SEGMENT, batch(0, vec![group(key_type)]).bytes());
        let state = lines(&data.call("offsets", &["--json"]), "group")[0]["state"].clone();
        assert_eq!(state["type"], kind, "{key_type}");
        // A tombstone of the group itself ends it; a type that nobody knows names none.
        let gone = NewRecord {
            value: None,
            ..group(if kind == "share" { 11 } else { 17 })
        };
        data.write(SEGMENT, batch(0, vec![group(key_type), gone]).bytes());
        assert_eq!(data.call("offsets", &[]).exit, Exit::Unknown);
        data.write(SEGMENT, batch(0, vec![group(25)]).bytes());
        assert_eq!(data.call("offsets", &[]).exit, Exit::Unknown);
    }
}
