//! O-8, O-17, O-18, O-19: what is part of a commit, what is part of its key, and which of two is newer.

use plimsoll_offsets::{
    CommittedOffset, Decisions, Entry, Newer, OffsetsRecord, decode, encode, java_hash,
    partition_for,
};

use super::{record, replay, resumes, right, value};

#[test]
fn o8_a_commit_comes_back_whole() {
    let whole = CommittedOffset {
        leader_epoch: 4,
        metadata: "where I was".into(),
        ..value(5, 77)
    };
    let (key, bytes) = encode(&record(Some(whole.clone()))).unwrap();
    let entry = |record| Entry::Record {
        producer: None,
        record,
    };
    let read = decode(Some(&key), bytes.as_deref()).unwrap();
    let cache = replay(Decisions::default(), &[(0, entry(read))]);
    assert_eq!(cache.offset("g", "t", 0).unwrap().latest(), Some(&whole));
    // Version 2 has no leader epoch: what was written so would lose it.
    let old = [
        &[0, 2],
        &5i64.to_be_bytes()[..],
        &[0, 0],
        &77i64.to_be_bytes(),
    ]
    .concat();
    let OffsetsRecord::Offset {
        value: Some(read), ..
    } = decode(Some(&key), Some(&old)).unwrap()
    else {
        panic!("an offset");
    };
    assert_eq!((read.offset, read.leader_epoch), (5, -1));
}

#[test]
fn o17_names_do_not_run_into_each_other() {
    let named = |group: &str, topic: &str| OffsetsRecord::Offset {
        group: group.into(),
        topic: topic.into(),
        partition: 0,
        value: None,
    };
    let joined = |group: &str, topic: &str| format!("{group}-{topic}-0");
    assert_eq!(joined("a-b", "c"), joined("a", "b-c"), "the mistake");
    let key = |record: &OffsetsRecord| encode(record).unwrap().0;
    assert_ne!(key(&named("a-b", "c")), key(&named("a", "b-c")));
}

#[test]
fn o18_wrong_hashes_send_groups_elsewhere() {
    // Group, right partition of 50, with the sign masked away, over UTF-8 bytes.
    let vectors = [
        ("", 0, 0, 0),
        ("g", 3, 3, 3),
        ("test-group", 12, 12, 12),
        ("my-group", 12, 36, 12),
        ("billing", 9, 39, 9),
        ("order-processor", 23, 25, 23),
        ("polygenelubricants", 0, 0, 0),
        ("é", 33, 33, 14),
        ("группа", 8, 8, 4),
    ];
    let masked = |group| (java_hash(group) & i32::MAX) % 50;
    let over_bytes = |group: &str| {
        let step = |hash: i32, byte: u8| hash.wrapping_mul(31).wrapping_add(byte.into());
        group.bytes().fold(0, step).checked_abs().unwrap_or(0) % 50
    };
    for (group, right, mask, bytes) in vectors {
        assert_eq!(partition_for(group, 50), Some(right), "{group}");
        assert_eq!((masked(group), over_bytes(group)), (mask, bytes), "{group}");
    }
    let naive = java_hash("polygenelubricants").wrapping_abs() % 50;
    assert_eq!(naive, -48, "no such partition");
}

#[test]
fn o19_a_clock_that_went_back_hides_nothing() {
    let at = |offset, time| Entry::Record {
        producer: None,
        record: record(Some(value(offset, time))),
    };
    let log = [(0, at(10, 1000)), (1, at(20, 400))];
    assert_eq!(right(&log), Some(20));
    let wrong = Decisions {
        newer: Newer::ByCommitTimestamp,
        ..Decisions::default()
    };
    assert_eq!(resumes(&replay(wrong, &log)), Some(10));
}
