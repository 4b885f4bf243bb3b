//! Bytes of keys and values, and what happens to bytes that are neither.

use std::sync::Arc;

use super::*;
use crate::record::{CommittedOffset, GroupMetadata, MemberMetadata};

fn offset(value: CommittedOffset) -> OffsetsRecord {
    OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value: Some(value),
    }
}

fn plain() -> CommittedOffset {
    CommittedOffset {
        offset: 5,
        leader_epoch: -1,
        metadata: "".into(),
        commit_timestamp_ms: 9,
        expire_timestamp_ms: -1,
        topic_id: None,
    }
}

fn generation() -> GroupMetadata {
    let member = |id: &str, instance: Option<&str>| MemberMetadata {
        member_id: id.into(),
        instance_id: instance.map(Into::into),
        client_id: "c".into(),
        client_host: "/h".into(),
        rebalance_timeout_ms: 7,
        session_timeout_ms: 8,
        subscription: Arc::from(*b"s"),
        assignment: Arc::from(*b""),
    };
    GroupMetadata {
        protocol_type: "consumer".into(),
        generation: 3,
        protocol: Some("range".into()),
        leader: Some("m1".into()),
        state_timestamp_ms: 11,
        members: vec![member("m1", None), member("m2", Some("i2"))],
    }
}

const KEY: [u8; 12] = [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 0];

#[test]
fn bytes_of_an_offset_as_it_is_written() {
    let (key, value) = encode(&offset(plain())).unwrap();
    assert_eq!(*key, KEY);
    let expected = [
        0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0,
    ];
    assert_eq!(*value.unwrap(), expected);
}

#[test]
fn a_tombstone_has_the_very_key_of_the_record() {
    let tombstone = OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value: None,
    };
    assert_eq!(encode(&tombstone), Ok((KEY.into(), None)));
    assert_eq!(decode(Some(&KEY), None), Ok(tombstone));
    let group = OffsetsRecord::Group {
        group: "g".into(),
        value: None,
    };
    assert_eq!(encode(&group), Ok(([0, 2, 0, 1, b'g'].into(), None)));
    assert_eq!(decode(Some(&[0, 2, 0, 1, b'g']), None), Ok(group));
}

#[test]
fn what_is_written_reads_back() {
    let with_all = CommittedOffset {
        leader_epoch: 4,
        metadata: "мета".into(),
        topic_id: Some([7; 16]),
        ..plain()
    };
    let expiring = CommittedOffset {
        expire_timestamp_ms: 100,
        ..plain()
    };
    let long = CommittedOffset {
        metadata: "x".repeat(40_000).into(),
        ..plain()
    };
    let group = OffsetsRecord::Group {
        group: "группа".into(),
        value: Some(Arc::new(generation())),
    };
    for record in [
        offset(plain()),
        offset(with_all),
        offset(expiring),
        offset(long),
        group,
    ] {
        let (key, value) = encode(&record).unwrap();
        assert_eq!(decode(Some(&key), value.as_deref()), Ok(record));
    }
}

#[test]
fn all_versions_of_an_offset() {
    let number = |n: u8| [0, 0, 0, 0, 0, 0, 0, n];
    let field = |parts: &[&[u8]]| parts.concat();
    let (five, nine) = (number(5), number(9));
    let cases = [
        (field(&[&[0, 0], &five, &[0, 1, b'm'], &nine]), -1, -1),
        (
            field(&[&[0, 1], &five, &[0, 1, b'm'], &nine, &number(20)]),
            -1,
            20,
        ),
        (field(&[&[0, 2], &five, &[0, 1, b'm'], &nine]), -1, -1),
        (
            field(&[&[0, 3], &five, &[0, 0, 0, 6], &[0, 1, b'm'], &nine]),
            6,
            -1,
        ),
        (
            field(&[&[0, 4], &five, &[0, 0, 0, 6], &[2, b'm'], &nine, &[0]]),
            6,
            -1,
        ),
        // A tag of a later version is passed over.
        (
            field(&[
                &[0, 4],
                &five,
                &[0, 0, 0, 6],
                &[2, b'm'],
                &nine,
                &[1, 9, 2, 0, 0],
            ]),
            6,
            -1,
        ),
    ];
    for (bytes, leader_epoch, expire_timestamp_ms) in cases {
        let expected = CommittedOffset {
            leader_epoch,
            metadata: "m".into(),
            expire_timestamp_ms,
            ..plain()
        };
        for key_type in [0, 1] {
            let mut key = KEY;
            key[1] = key_type;
            assert_eq!(
                decode(Some(&key), Some(&bytes)),
                Ok(offset(expected.clone())),
                "{bytes:?}"
            );
        }
    }
}

/// A generation without members in each version, then one with a member.
#[test]
fn all_versions_of_a_group() {
    let cases: [(&[u8], i64, i32, usize); 7] = [
        (&[0, 0, 0, 1, b'c', 0, 0, 0, 3, 255, 255, 255, 255, 0, 0, 0, 0], -1, 0, 0),
        (&[0, 2, 0, 1, b'c', 0, 0, 0, 3, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0], 9, 0, 0),
        (&[0, 4, 2, b'c', 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0], 9, 0, 0),
        (
            b"\0\0\0\x01c\0\0\0\x03\xff\xff\xff\xff\0\0\0\x01\0\x01m\0\x01c\0\x01h\0\0\0\x08\0\0\0\0\0\0\0\0",
            -1,
            -1,
            1,
        ),
        (
            b"\0\x01\0\x01c\0\0\0\x03\xff\xff\xff\xff\0\0\0\x01\0\x01m\0\x01c\0\x01h\0\0\0\x07\0\0\0\x08\0\0\0\0\0\0\0\0",
            -1,
            7,
            1,
        ),
        (
            b"\0\x03\0\x01c\0\0\0\x03\xff\xff\xff\xff\0\0\0\0\0\0\0\x09\0\0\0\x01\0\x01m\xff\xff\0\x01c\0\x01h\0\0\0\x07\0\0\0\x08\0\0\0\0\0\0\0\0",
            9,
            7,
            1,
        ),
        (
            b"\0\x04\x02c\0\0\0\x03\0\0\0\0\0\0\0\0\0\x09\x02\x02m\0\x02c\x02h\0\0\0\x07\0\0\0\x08\x01\x01\0\0",
            9,
            7,
            1,
        ),
    ];
    for (bytes, timestamp, rebalance_timeout_ms, members) in cases {
        let Ok(OffsetsRecord::Group {
            value: Some(value), ..
        }) = decode(Some(&[0, 2, 0, 1, b'g']), Some(bytes))
        else {
            panic!(
                "{bytes:?}: {:?}",
                decode(Some(&[0, 2, 0, 1, b'g']), Some(bytes))
            );
        };
        assert_eq!(
            (
                &*value.protocol_type,
                value.generation,
                value.state_timestamp_ms
            ),
            ("c", 3, timestamp)
        );
        assert_eq!(value.members.len(), members);
        let found: Vec<_> = value
            .members
            .iter()
            .map(|m| (m.rebalance_timeout_ms, m.session_timeout_ms))
            .collect();
        assert!(
            found
                .iter()
                .all(|&times| times == (rebalance_timeout_ms, 8)),
            "{bytes:?}: {found:?}"
        );
    }
}

#[test]
fn unknown_types_are_an_answer_and_unknown_versions_an_error() {
    assert_eq!(
        decode(Some(&[0, 16, 1, 2, 3]), None),
        Ok(OffsetsRecord::Unknown { key_type: 16 })
    );
    assert_eq!(
        decode(Some(&[255, 255]), None),
        Ok(OffsetsRecord::Unknown { key_type: -1 })
    );
    let version = |what, version| Err(CodecError::Version { what, version });
    assert_eq!(
        decode(Some(&KEY), Some(&[0, 5])),
        version("offset value", 5)
    );
    assert_eq!(
        decode(Some(&[0, 2, 0, 1, b'g']), Some(&[255, 255])),
        version("group value", -1)
    );
    assert_eq!(
        encode(&OffsetsRecord::Unknown { key_type: 16 }),
        Err(CodecError::NotWritten(16))
    );
    assert_eq!(decode(None, None), Err(CodecError::NoKey));
}

#[test]
fn every_cut_and_every_addition_is_an_error() {
    let group = OffsetsRecord::Group {
        group: "g".into(),
        value: Some(Arc::new(generation())),
    };
    for record in [offset(plain()), group] {
        let (key, value) = encode(&record).unwrap();
        let value = value.unwrap();
        for cut in 0..key.len() {
            assert!(
                decode(Some(&key[..cut]), Some(&value)).is_err(),
                "key cut at {cut}"
            );
        }
        for cut in 0..value.len() {
            assert!(
                decode(Some(&key), Some(&value[..cut])).is_err(),
                "value cut at {cut}"
            );
        }
        let longer = |bytes: &[u8]| [bytes, &[0]].concat();
        let left_over = Err(CodecError::LeftOver { left: 1 });
        assert_eq!(decode(Some(&longer(&key)), Some(&value)), left_over);
        assert_eq!(decode(Some(&key), Some(&longer(&value))), left_over);
    }
}

#[test]
fn impossible_lengths_are_refused_before_anything_is_allocated() {
    let huge_count = b"\0\x03\0\x01c\0\0\0\x03\xff\xff\xff\xff\0\0\0\0\0\0\0\x09\x7f\xff\xff\xff";
    assert_eq!(
        decode(Some(&[0, 2, 0, 1, b'g']), Some(huge_count)),
        Err(CodecError::Short { what: "members" })
    );
    assert_eq!(
        decode(Some(&[0, 1, 0xff, 0xfe]), None),
        Err(CodecError::Short { what: "group" })
    );
    assert_eq!(
        decode(Some(&[0, 1, 0xff, 0xff]), None),
        Err(CodecError::NotText { what: "group" })
    );
}

/// `String(bytes, UTF_8)` in Java puts U+FFFD for each maximal part that is no UTF-8.
#[test]
fn a_name_that_is_no_text_is_read_as_kafka_reads_it() {
    let key = |group: &[u8]| [&[0, 2, 0, group.len() as u8], group].concat();
    for (bytes, group) in [
        (&b"a\xff\xfe"[..], "a\u{fffd}\u{fffd}"),
        (b"\xe2\x82", "\u{fffd}"),
        ("gr\u{fc}n".as_bytes(), "gr\u{fc}n"),
    ] {
        let expected = OffsetsRecord::Group {
            group: group.into(),
            value: None,
        };
        assert_eq!(decode(Some(&key(bytes)), None), Ok(expected));
    }
}

#[test]
fn a_name_too_long_for_the_format_is_refused() {
    let long = OffsetsRecord::Group {
        group: "x".repeat(32_768).into(),
        value: None,
    };
    let (what, length) = ("group", 32_768);
    assert_eq!(encode(&long), Err(CodecError::TooLong { what, length }));
}
