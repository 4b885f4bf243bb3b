//! The end of a log as a crash may leave it: torn, zeros, or a batch whose checksum is wrong, all alike.

use plimsoll_cli::Exit;
use plimsoll_log::Batch;
use plimsoll_offsets::{CommittedOffset, OffsetsRecord, encode};
use serde_json::json;

use super::{Data, batch, damages, keyed, lines};

const SEGMENT: &str = "__consumer_offsets-3/00000000000000000000.log";

fn commit(base: i64, offset: i64) -> Batch {
    let value = CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: "".into(),
        commit_timestamp_ms: 1,
        expire_timestamp_ms: -1,
        topic_id: None,
    };
    let record = OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value: Some(value),
    };
    let (key, value) = encode(&record).expect("it can be written");
    batch(base, vec![keyed(&key, &value.expect("it has one"))])
}

/// The tails, and what is said of each.
fn tails() -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let next = commit(1, 2).bytes().to_vec();
    let mut flipped = next.clone();
    flipped[80] ^= 1;
    let mut hole = vec![0; 64];
    hole.extend(&next[64..]);
    let torn = "are the beginning of a batch, as a write leaves that was not finished";
    let zeros = "begin with zeros, as a crash leaves what was not written";
    let checksum =
        "begin with a batch whose checksum is wrong, as a write leaves that was not finished";
    vec![
        (next[..1].to_vec(), "torn", torn),
        (next[..61].to_vec(), "torn", torn),
        (next[..next.len() - 1].to_vec(), "torn", torn),
        (vec![0; 8192], "zeros", zeros),
        (vec![0; 7], "torn", torn),
        (hole, "zeros", zeros),
        (flipped.clone(), "checksum", checksum),
        ([&flipped[..], &flipped].concat(), "checksum", checksum),
        ([&flipped[..], &[0; 512]].concat(), "checksum", checksum),
        ([&flipped[..], &next[..30]].concat(), "checksum", checksum),
    ]
}

#[test]
fn what_a_crash_leaves_is_told_alike_and_no_damage() {
    for (tail, kind, said) in tails() {
        let data = Data::new();
        data.write(SEGMENT, &[commit(0, 1).bytes(), &tail].concat());
        let said = match tail.len() {
            1 => format!("the last byte {}", said.replacen("are", "is", 1)),
            8192 => format!("the last 8,192 bytes {said}"),
            length => format!("the last {length} bytes {said}"),
        };
        for command in ["log", "offsets"] {
            let called = data.call(command, &[]);
            let words: Vec<&str> = called.out.split_whitespace().collect();
            assert_eq!(
                (called.exit, &*called.err),
                (Exit::Kept, ""),
                "{}",
                called.out
            );
            assert!(words.join(" ").contains(&said), "{said}: {}", called.out);
            let partition = &lines(&data.call(command, &["--json"]), "partition")[0];
            assert_eq!(partition["unfinished"], kind);
            assert_eq!(partition["unfinished_bytes"], tail.len());
        }
        let group = &lines(&data.call("offsets", &["--json"]), "group")[0];
        assert_eq!(group["offsets"][0]["offset"], 1);
        let partition = &lines(&data.call("log", &["--json"]), "partition")[0];
        assert_eq!(partition["recovery"]["cut_bytes"], tail.len());
    }
}

/// What no crash leaves; and each tail, where it is not the end of the log or lies below what was durable.
#[test]
fn what_comes_close_is_damage() {
    let whole = commit(0, 1).bytes().to_vec();
    let mut newer = commit(1, 2).bytes().to_vec();
    newer[16] = 3;
    for tail in [&b"a text, and no batch"[..], &newer] {
        let data = Data::new();
        data.write(SEGMENT, &[&whole, tail].concat());
        for command in ["log", "offsets"] {
            assert_eq!(data.call(command, &[]).exit, Exit::BadData, "{command}");
        }
    }
    for (tail, kind, _) in tails() {
        let data = Data::new();
        data.write(SEGMENT, &[&whole[..], &tail].concat());
        let next = "__consumer_offsets-3/00000000000000000005.log";
        data.write(next, commit(5, 6).bytes());
        for command in ["log", "offsets"] {
            let called = data.call(command, &["--json"]);
            assert_eq!(called.exit, Exit::BadData, "{command} {kind}");
            assert_eq!(lines(&called, "partition")[0]["end"], 6);
        }
        let group = &lines(&data.call("offsets", &["--json"]), "group")[0];
        assert_eq!(group["offsets"][0]["offset"], 6);

        let data = Data::new();
        data.write(SEGMENT, &[&whole[..], &tail].concat());
        let point = "recovery-point-offset-checkpoint";
        data.write(point, b"0\n1\n__consumer_offsets 3 1\n");
        assert_eq!(data.call("log", &[]).exit, Exit::Kept, "{kind}");
        data.write(point, b"0\n1\n__consumer_offsets 3 2\n");
        let called = data.call("log", &["--json"]);
        assert_eq!(called.exit, Exit::BadData, "{kind}");
        let expected = "batches up to the recovery point 2, which were durable";
        assert_eq!(damages(&called)[0].0, expected);
        assert_eq!(lines(&called, "damage")[0]["byte"], json!(whole.len()));
    }
}

#[test]
fn the_zeros_that_were_once_called_damage() {
    let called = crate::plimsoll(&["offsets", "--json", &super::case("zero-tail")]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    assert_eq!(lines(&called, "partition")[0]["unfinished"], "zeros");
    assert_eq!(lines(&called, "group").len(), 1);
}
