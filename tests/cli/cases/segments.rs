//! What is in segments, indexes and checkpoint files.

use std::fs;

use plimsoll_cli::Exit;
use plimsoll_log::{NewBatch, NewRecord, RecordHeader};
use serde_json::json;

use super::{Data, batch, case, damages, keyed, lines, sealed};
use crate::plimsoll;

const SEGMENT: &str = "t-0/00000000000000000000.log";

#[test]
fn what_a_fresh_broker_leaves_is_sound() {
    let called = plimsoll(&["log", "--json", &case("fresh")]);
    assert_eq!(
        (called.exit, &*called.err),
        (Exit::Kept, ""),
        "{}",
        called.out
    );
    // A checkpoint file with an empty line in it is not empty.
    let data = Data::of("fresh");
    data.write("cleaner-offset-checkpoint", b"\n");
    assert_eq!(data.call("log", &[]).exit, Exit::BadData);
}

#[test]
fn a_segment_wider_than_an_index_can_say_is_named() {
    let called = plimsoll(&["log", "--json", &case("kafka-20036")]);
    assert_eq!(called.exit, Exit::BadData);
    let expected = (
        "offsets up to 2147483647".to_owned(),
        "offset 2147483658: the segment is wider than 2^31-1 offsets (KAFKA-20036)".to_owned(),
    );
    assert_eq!(damages(&called), [expected]);
    for (last, exit) in [(2_147_483_647, Exit::Kept), (2_147_483_648, Exit::BadData)] {
        let data = Data::new();
        let bytes = [0, last].map(|base| batch(base, vec![keyed(b"k", b"v")]).bytes().to_vec());
        data.write(SEGMENT, &bytes.concat());
        assert_eq!(data.call("log", &[]).exit, exit, "{last}");
    }
}

/// The checksum is right and the contents are not, which is told without `--records` too.
#[test]
fn contents_that_contradict_their_header() {
    let called = plimsoll(&["log", "--json", &case("count-wrong")]);
    assert_eq!(called.exit, Exit::BadData);
    assert_eq!(damages(&called)[0].1, "malformed record 1: length");
    let records = vec![keyed(b"a", b"1"), keyed(b"b", b"2")];
    let whole = batch(0, records).bytes().to_vec();
    let with = |at: usize, bytes: &[u8]| {
        let mut batch = whole.clone();
        batch[at..at + bytes.len()].copy_from_slice(bytes);
        sealed(batch)
    };
    for (bytes, found) in [
        (
            with(60, &[1]),
            "malformed record 1: bytes after the last record",
        ),
        (with(61, &[0x7e]), "malformed record 0: length"),
        (with(64, &[2]), "malformed record 1: offset out of order"),
        (with(22, &[7]), "unknown compression codec 7"),
        (with(22, &[1]), "the gzip data is malformed"),
        (with(22, &[0x30]), "malformed record 0: marker key"),
    ] {
        let data = Data::new();
        let next = batch(2, vec![keyed(b"c", b"3")]);
        data.write(SEGMENT, &[&bytes, next.bytes()].concat());
        let called = data.call("log", &["--json", "--batches"]);
        assert_eq!(called.exit, Exit::BadData, "{found}");
        let damages = damages(&called);
        assert!(damages[0].1.starts_with(found), "{damages:?}");
        assert_eq!(damages.len(), 1, "{damages:?}");
        // What follows is read all the same.
        assert_eq!(lines(&called, "batch").len(), 2);
        assert_eq!(lines(&called, "partition")[0]["end"], 3);
    }
    let data = Data::new();
    data.write(SEGMENT, &with(0, &[]));
    assert_eq!(data.call("log", &[]).exit, Exit::Kept);
}

/// Kafka never looks whether the name of a header is text.
#[test]
fn a_header_whose_name_is_no_text_is_shown() {
    let header = RecordHeader {
        key: "trace".into(),
        value: None,
    };
    let record = NewRecord {
        headers: vec![header],
        ..keyed(b"k", b"v")
    };
    let mut bytes = batch(0, vec![record]).bytes().to_vec();
    let at = bytes
        .windows(5)
        .position(|it| it == b"trace")
        .expect("its name");
    bytes[at] = 0xff;
    let data = Data::new();
    data.write(SEGMENT, &sealed(bytes));
    let called = data.call("log", &["--json", "--records"]);
    assert_eq!(
        (called.exit, &*called.err),
        (Exit::Kept, ""),
        "{}",
        called.out
    );
    assert_eq!(
        lines(&called, "record")[0]["headers"],
        json!(["\u{fffd}race"])
    );
}

/// A message of format 0 or 1, as Kafka wrote them before 0.11.
fn message(magic: u8, offset: i64) -> Vec<u8> {
    let time = [0; 8];
    let key_and_value = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, b'v'];
    let time = if magic == 0 { &[][..] } else { &time };
    let covered = [&[magic, 0], time, &key_and_value].concat();
    let length = (covered.len() as i32 + 4).to_be_bytes();
    let offset = offset.to_be_bytes();
    let checksum = crc32(&covered).to_be_bytes();
    [&offset[..], &length, &checksum, &covered].concat()
}

/// CRC-32, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

#[test]
fn older_message_formats_are_named_and_no_damage() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    for magic in [0, 1] {
        let data = Data::new();
        let next = batch(2, vec![keyed(b"k", b"v")]);
        let old = [message(magic, 0), message(magic, 1)].concat();
        data.write(SEGMENT, &[&old, next.bytes()].concat());
        let called = data.call("log", &[]);
        assert_eq!(
            (called.exit, &*called.err),
            (Exit::Kept, ""),
            "{}",
            called.out
        );
        let said = format!("2 messages of message format {magic}, as Kafka wrote them before 0.11");
        assert!(called.out.contains(&said), "{}", called.out);
        assert!(!called.out.contains("would cut"), "{}", called.out);
        let partition = &lines(&data.call("log", &["--json"]), "partition")[0];
        assert_eq!(partition["legacy_messages"], json!({magic.to_string(): 2}));
        assert_eq!(
            (&partition["end"], &partition["records"]),
            (&json!(3), &json!(1))
        );
        // One whose checksum is wrong is damage, and hides nothing.
        let mut bad = old.clone();
        let last = old.len() / 2 - 1;
        bad[last] ^= 1;
        data.write(SEGMENT, &[&bad, next.bytes()].concat());
        let called = data.call("log", &["--json"]);
        assert_eq!(called.exit, Exit::BadData);
        assert_eq!(damages(&called).len(), 1);
        let partition = &lines(&called, "partition")[0];
        assert_eq!(partition["legacy_messages"], json!({magic.to_string(): 1}));
        assert_eq!(partition["records"], json!(1));
    }
}

fn entry(time: i64, offset: i32) -> Vec<u8> {
    [&time.to_be_bytes()[..], &offset.to_be_bytes()].concat()
}

/// An entry behind the end is a truncation's if nothing follows, and a contradiction if something does.
#[test]
fn a_stale_time_index_entry_is_sound() {
    let data = Data::new();
    data.write(SEGMENT, batch(0, vec![keyed(b"k", b"v")]).bytes());
    let index = "t-0/00000000000000000000.timeindex";
    data.write(index, &[entry(1, 0), entry(9, 4)].concat());
    let called = data.call("log", &[]);
    assert_eq!(
        (called.exit, &*called.err),
        (Exit::Kept, ""),
        "{}",
        called.out
    );
    let said = "the last entry of 00000000000000000000.timeindex lies behind the segment's end, as a truncation leaves that";
    assert!(called.out.contains(said), "{}", called.out);
    let next = batch(1, vec![keyed(b"k", b"v")]);
    data.write("t-0/00000000000000000001.log", next.bytes());
    let called = data.call("log", &[]);
    assert_eq!(called.exit, Exit::BadData, "{}", called.out);
    assert!(
        called.out.contains("there is no offset 4"),
        "{}",
        called.out
    );
    // Inside the segment an entry has to be right.
    fs::remove_file(data.path("t-0/00000000000000000001.log")).expect("it is there");
    data.write(index, &entry(2, 0));
    assert_eq!(data.call("log", &[]).exit, Exit::BadData);
}

#[test]
fn a_segment_that_was_emptied_beside_its_index_is_told() {
    let data = Data::new();
    data.write(SEGMENT, b"");
    // Kafka reserves room for entries to come: no entry is there yet.
    data.write("t-0/00000000000000000000.index", &[0; 64]);
    assert_eq!(data.call("log", &[]).exit, Exit::Unknown);
    let offsets = [9i32.to_be_bytes(), 4200i32.to_be_bytes()].concat();
    data.write("t-0/00000000000000000000.index", &offsets);
    let called = data.call("log", &["--json"]);
    assert_eq!(called.exit, Exit::BadData);
    let expected = "the batches of 1 entry in its .index".to_owned();
    assert_eq!(damages(&called), [(expected, "an emptied file".to_owned())]);
    // With a time index alone it is the checkpoints that tell it from a truncation.
    let data = Data::of("fresh");
    let segment = "__consumer_offsets-1/00000000000000000000.log";
    data.write(segment, b"");
    let called = data.call("log", &["--json"]);
    assert_eq!(called.exit, Exit::BadData);
    assert_eq!(damages(&called)[0].1, "an emptied file");
    for name in ["replication", "recovery-point"] {
        data.write(&format!("{name}-offset-checkpoint"), b"0\n0\n");
    }
    let called = data.call("log", &["--json"]);
    assert_eq!(called.exit, Exit::Unknown, "{}", called.out);
}

/// Each has a whole batch in a place where the search could go wrong.
#[test]
fn what_follows_on_damage_is_found_again() {
    let first = batch(0, vec![keyed(b"a", b"1")]).bytes().to_vec();
    let second = batch(1, vec![keyed(b"b", b"2")]).bytes().to_vec();
    let third = batch(2, vec![keyed(b"c", b"3")]).bytes().to_vec();
    let inner = NewBatch {
        timestamp_ms: 1,
        records: vec![keyed(b"x", &third)],
        ..NewBatch::default()
    };
    let mut nested = inner.build().expect("a batch").bytes().to_vec();
    *nested.last_mut().expect("bytes") ^= 1;
    for (broken, found) in [
        (
            b"no batch at all, and longer than the head of a batch would ever be".to_vec(),
            2,
        ),
        (vec![0; 512], 2),
        (second[..40].to_vec(), 2),
        // Its own length is believed before a batch that somebody sent as a value.
        (nested, 2),
    ] {
        let data = Data::new();
        data.write(SEGMENT, &[&first[..], &broken, &third].concat());
        let called = data.call("log", &["--json", "--batches"]);
        assert_eq!(called.exit, Exit::BadData);
        assert_eq!(damages(&called).len(), 1);
        let partition = &lines(&called, "partition")[0];
        assert_eq!(
            (&partition["batches"], &partition["end"]),
            (&json!(found), &json!(3))
        );
    }
}
