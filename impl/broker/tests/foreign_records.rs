//! What an offsets log may hold that this broker does not write: passed over and counted if it says nothing about offsets,
//! else refused by name and offset, and then nobody is served (S6).

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{Batch, EndMarker, Log, LogConfig, NewBatch, Outcome};
use plimsoll_offsets::{ConsumerGroupEpoch, CurrentAssignment, MemberState, encode};

const DIRECTORY: &str = "__consumer_offsets-0";

fn offset(value: i64) -> OffsetsRecord {
    OffsetsRecord::Offset {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        value: Some(CommittedOffset {
            offset: value,
            leader_epoch: 2,
            metadata: "m".into(),
            commit_timestamp_ms: 7,
            expire_timestamp_ms: -1,
            topic_id: None,
        }),
    }
}

fn generation() -> OffsetsRecord {
    let member = MemberMetadata {
        member_id: "a".into(),
        instance_id: Some("i".into()),
        client_id: "client".into(),
        client_host: "/host".into(),
        rebalance_timeout_ms: 60_000,
        session_timeout_ms: 10_000,
        subscription: bytes("garbage"),
        assignment: bytes("garbage"),
    };
    let generation = GroupMetadata {
        protocol_type: "consumer".into(),
        generation: 4,
        protocol: Some("range".into()),
        leader: Some("a".into()),
        state_timestamp_ms: 7,
        members: vec![member],
    };
    OffsetsRecord::Group {
        group: "h".into(),
        value: Some(generation.into()),
    }
}

/// One of each kind that is decoded.
fn kinds() -> Vec<OffsetsRecord> {
    let assignment = CurrentAssignment {
        epoch: 2,
        previous_epoch: 1,
        state: MemberState(0),
        assigned: Vec::new(),
        pending_revocation: Vec::new(),
    };
    let epoch = ConsumerGroupEpoch {
        epoch: 2,
        metadata_hash: 0,
    };
    vec![
        offset(5),
        generation(),
        OffsetsRecord::ConsumerGroup {
            group: "c".into(),
            value: Some(epoch),
        },
        OffsetsRecord::ConsumerMember {
            group: "c".into(),
            member: "m".into(),
            value: Some(assignment.into()),
        },
    ]
}

fn raw(key: Option<&[u8]>, value: Option<&[u8]>) -> NewRecord {
    NewRecord {
        key: key.map(Into::into),
        value: value.map(Into::into),
        ..NewRecord::default()
    }
}

fn written(record: &OffsetsRecord) -> NewRecord {
    let (key, value) = encode(record).unwrap();
    raw(Some(&key), value.as_deref())
}

fn batch(records: Vec<NewRecord>) -> Batch {
    let new = NewBatch {
        records,
        ..NewBatch::default()
    };
    new.build().unwrap()
}

/// Record 0 commits 1, record 1 is the stranger, and record 2 commits 3.
fn around(stranger: NewRecord) -> Broker<SimDisk> {
    with_batches(&[
        batch(vec![written(&offset(1))]),
        batch(vec![stranger]),
        batch(vec![written(&offset(3))]),
    ])
}

fn with_batches(batches: &[Batch]) -> Broker<SimDisk> {
    let mut disk = SimDisk::new();
    let (mut log, _) = Log::open(&mut disk, DIRECTORY, Default::default(), 0).unwrap();
    for batch in batches {
        log.append(&mut disk, batch, 0, 0).unwrap();
    }
    log.sync(&mut disk).unwrap();
    Broker::open(disk, &config()).unwrap()
}

/// The load passes over it, and what stands behind it counts.
fn is_passed_over(mut broker: Broker<SimDisk>, what: &str) {
    let effects = broker.load(NOW);
    let stopped = effects.iter().any(|e| matches!(e, Effect::FailStop { .. }));
    assert!(!stopped, "{what}: {effects:?}");
    let resumes = broker.offset_at_high_watermark("g", "t", 0);
    assert_eq!(resumes.map(|v| v.offset), Some(3), "{what}");
}

/// The load names the record and what is wrong with it, and nobody is served from what stands before it.
fn is_refused(mut broker: Broker<SimDisk>, expected: &str) {
    let description = match &broker.load(NOW)[..] {
        [.., Effect::FailStop { reason }] => reason.to_string(),
        other => panic!("{expected}: {other:?}"),
    };
    let prefix = format!("{DIRECTORY}: load failed: {expected}");
    assert!(
        description.starts_with(&prefix),
        "{description}, not {prefix}"
    );
    nobody_is_served(&mut broker);
}

fn nobody_is_served(broker: &mut Broker<SimDisk>) {
    assert_eq!(broker.coordinator_status("g"), Some(Status::Stopped));
    let list = GroupRequest::List(ListGroups::default());
    let requests: [Request; 7] = [
        offset_fetch(true).into(),
        offset_fetch(false).into(),
        commit(-1, 9).into(),
        heartbeat("a", 4).into(),
        join("b").into(),
        sync("a", 4).into(),
        list.into(),
    ];
    let lists = requests.len() - 1;
    for (index, request) in requests.into_iter().enumerate() {
        let effects = broker.request(NOW, CallId(1), request);
        let [Effect::Answer { response, .. }] = &effects[..] else {
            panic!("{effects:?}")
        };
        if index == lists {
            let Response::Group(GroupResponse::List(r)) = response else {
                panic!("{response:?}")
            };
            assert!(r.groups.is_empty());
        } else {
            assert_eq!(errors(response), [ErrorCode::NotCoordinator]);
        }
    }
}

#[test]
fn types_that_hold_no_offsets_are_passed_over_whatever_is_in_them() {
    for key_type in [-1, 4, 5, 6, 7, 9, 15, 16, 17, 23, 99, i16::MAX, i16::MIN] {
        for rest in [&b""[..], b"\xff\xff\xff\xff", b"\0\x01g\0\x01m"] {
            let key = [&key_type.to_be_bytes(), rest].concat();
            for value in [None, Some(&b""[..]), Some(&b"\x7f\xff garbage"[..])] {
                let description = format!("type {key_type}, {rest:?}, {value:?}");
                is_passed_over(around(raw(Some(&key), value)), &description);
            }
        }
    }
}

#[test]
fn tombstones_of_what_never_was_are_passed_over() {
    for kind in kinds() {
        let (key, _) = encode(&kind).unwrap();
        let elsewhere = match kind {
            OffsetsRecord::Offset { .. } => [&key[..key.len() - 1], &[1]].concat(),
            _ => key.to_vec(),
        };
        is_passed_over(around(raw(Some(&elsewhere), None)), &format!("{kind:?}"));
    }
}

/// The old key, the old values, and what nobody can read of a member: all of it loads.
#[test]
fn what_can_be_read_is_read_even_if_part_of_it_is_opaque() {
    let (key, value) = encode(&generation()).unwrap();
    is_passed_over(
        around(raw(Some(&key), value.as_deref())),
        "garbage for a subscription",
    );
    let (key, _) = encode(&offset(5)).unwrap();
    let old_key = [&[0, 0], &key[2..]].concat();
    // Version 0: offset, metadata, commit timestamp.
    let old_value = [&[0, 0][..], &5_i64.to_be_bytes(), &[0, 0], &[0; 8]].concat();
    is_passed_over(around(raw(Some(&old_key), Some(&old_value))), "version 0");
}

#[test]
fn a_record_without_a_key_is_refused() {
    for value in [None, Some(&b"x"[..])] {
        is_refused(
            around(raw(None, value)),
            "record 1: key: the record has no key",
        );
    }
}

#[test]
fn a_key_that_ends_early_or_goes_on_is_refused_at_every_byte() {
    let mut refused = 0;
    for kind in kinds() {
        let (key, value) = encode(&kind).unwrap();
        let longer = [&key[..], b"x"].concat();
        let cuts = (0..key.len()).map(|cut| key[..cut].to_vec());
        for key in cuts.chain([longer]) {
            is_refused(around(raw(Some(&key), value.as_deref())), "record 1: key: ");
            refused += 1;
        }
    }
    assert!(refused > 30, "{refused}");
}

#[test]
fn a_value_that_ends_early_or_goes_on_is_refused_at_every_byte() {
    let mut refused = 0;
    for kind in kinds() {
        let (key, value) = encode(&kind).unwrap();
        let value = value.expect("not a tombstone");
        let longer = [&value[..], b"x"].concat();
        let cuts = (0..value.len()).map(|cut| value[..cut].to_vec());
        for value in cuts.chain([longer]) {
            is_refused(around(raw(Some(&key), Some(&value))), "record 1: value: ");
            refused += 1;
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn a_value_of_a_later_version_is_refused_by_that_version() {
    for (kind, newest) in kinds().into_iter().zip([4_i16, 4, 0, 0]) {
        let (key, value) = encode(&kind).unwrap();
        let value = value.expect("not a tombstone");
        for version in [newest + 1, i16::MAX, -1] {
            let later = [&version.to_be_bytes(), &value[2..]].concat();
            let broker = around(raw(Some(&key), Some(&later)));
            is_refused(broker, "record 1: value: ");
            let description = match &around(raw(Some(&key), Some(&later))).load(NOW)[..] {
                [.., Effect::FailStop { reason }] => reason.to_string(),
                other => panic!("{other:?}"),
            };
            let named = format!("of unknown version {version}");
            assert!(description.ends_with(&named), "{description}, not {named}");
        }
    }
}

#[test]
fn a_record_in_the_middle_of_a_batch_is_named_by_its_own_offset() {
    let middle = batch(vec![
        written(&offset(1)),
        raw(None, None),
        written(&offset(3)),
    ]);
    is_refused(
        with_batches(&[batch(vec![written(&offset(1))]), middle]),
        "record 2: key: ",
    );
}

/// Whether the damage is met at the opening or at the load, it is named, and nothing behind or before it is shown.
#[test]
fn a_flipped_byte_in_a_segment_in_the_middle_is_told_by_file_and_byte() {
    let mut config = config();
    config.offsets_log = LogConfig {
        segment_bytes: 300,
        // Every sync moves the recovery point: what is below it is not taken for a write cut short.
        checkpoint_bytes: 1,
        ..config.offsets_log
    };
    let mut driver = Driver::start(SimDisk::new(), &config);
    for value in 0..12 {
        driver.send(commit(-1, value));
        driver.flush(Flush::All);
    }
    let mut disk = driver.broker.into_disk();
    let mut segments: Vec<String> = disk.list(DIRECTORY).unwrap().into_iter().collect();
    segments.retain(|name| name.ends_with(".log"));
    segments.sort();
    assert!(segments.len() > 3, "{segments:?}");
    let damaged = format!("{DIRECTORY}/{}", segments[1]);
    let byte = disk.read_at(&damaged, 80, 1).unwrap()[0];
    disk.write_at(&damaged, 80, &[!byte]).unwrap();
    let description = match Broker::open(disk, &config) {
        Err(failed) => failed.to_string(),
        Ok(mut broker) => {
            let effects = broker.load(NOW);
            nobody_is_served(&mut broker);
            match &effects[..] {
                [.., Effect::FailStop { reason }] => reason.to_string(),
                other => panic!("{other:?}"),
            }
        }
    };
    assert!(
        description.contains(&segments[1]) && description.contains("byte 0"),
        "{description}"
    );
}

/// A leader change, a snapshot's header, what later versions have in mind: nothing about offsets.
#[test]
fn a_control_record_of_another_type_is_passed_over() {
    for kind in [2_i16, 5, 99, -7] {
        let mut disk = SimDisk::new();
        let (mut log, _) = Log::open(&mut disk, DIRECTORY, Default::default(), 0).unwrap();
        let first = batch(vec![written(&offset(1))]);
        let marker = EndMarker {
            producer_id: 7,
            producer_epoch: 0,
            outcome: Outcome::Commit,
            coordinator_epoch: 0,
            timestamp_ms: 0,
        };
        log.append(&mut disk, &first, 0, 0).unwrap();
        log.append_marker(&mut disk, marker, 0).unwrap();
        let last = batch(vec![written(&offset(3))]);
        log.append(&mut disk, &last, 0, 0).unwrap();
        log.sync(&mut disk).unwrap();
        // The key is the version and the type, at byte 66 of the batch; bytes 17 to 21 are the checksum of what follows.
        let file = format!("{DIRECTORY}/00000000000000000000.log");
        let at = first.bytes().len() as u64;
        let length = marker.build().unwrap().bytes().len();
        let mut bytes = disk.read_at(&file, at, length).unwrap().to_vec();
        bytes[68..70].copy_from_slice(&kind.to_be_bytes());
        let checksum = crc32c::crc32c(&bytes[21..]);
        bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
        disk.write_at(&file, at, &bytes).unwrap();
        let broker = Broker::open(disk, &config()).unwrap();
        is_passed_over(broker, &format!("control type {kind}"));
    }
}
