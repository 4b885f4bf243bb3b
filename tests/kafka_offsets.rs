//! Offsets topics as Apache Kafka 4.1.1 wrote them: replay gives what its broker answered, every record means what
//! Kafka's own dump tool says, and is written back to the very bytes; the log engine opens and compacts them.

#[path = "kafka_offsets/consumer_protocol.rs"]
mod consumer_protocol;
#[path = "kafka_offsets/dump.rs"]
mod dump;
#[path = "kafka_offsets/engine.rs"]
mod engine;
#[path = "kafka_offsets/topic.rs"]
mod topic;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_log::{Batch, BatchError};
use plimsoll_offsets::{Cache, Entry, OffsetsRecord, decode, encode, partition_for};

use dump::Dumped;
use topic::{FOLDERS, PARTITIONS, Stored, batches, committed, stored};

/// Replays what `take` lets through, partition by partition.
fn replay(folder: &str, take: impl Fn(&Stored) -> bool) -> Vec<Cache> {
    let replay_one = |partition| {
        let mut cache = Cache::new();
        for stored in stored(folder, partition)
            .iter()
            .filter(|stored| take(stored))
        {
            cache.apply(stored.offset, &stored.entry);
            cache.advance(stored.offset + 1);
        }
        cache
    };
    (0..PARTITIONS).map(replay_one).collect()
}

/// Topic, partition, offset and metadata of every group that has an offset; the client that asked the broker ended
/// metadata at the NUL that it had itself written.
fn answers(caches: &[Cache]) -> BTreeMap<String, BTreeSet<(String, i32, i64, String)>> {
    let mut answers: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    for cache in caches {
        for group in cache.groups_with_offsets() {
            for ((topic, partition), timeline) in cache.offsets(group) {
                let value = timeline
                    .committed()
                    .expect("everything is below the high watermark");
                let metadata = value
                    .metadata
                    .split('\0')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                let of_group = answers.entry(group.to_string()).or_default();
                of_group.insert((topic.to_string(), *partition, value.offset, metadata));
            }
        }
    }
    answers
}

#[test]
fn replay_answers_what_the_broker_answered() {
    let mut compared = 0;
    for folder in FOLDERS {
        let answers = answers(&replay(folder, |_| true));
        assert_eq!(answers, committed(folder), "{folder}");
        compared += answers.values().map(BTreeSet::len).sum::<usize>();
    }
    assert_eq!(compared, 94 + 108);
}

#[test]
fn every_group_lies_where_the_hash_of_its_name_sends_it() {
    for folder in FOLDERS {
        for (partition, cache) in (0..).zip(replay(folder, |_| true)) {
            let all = cache
                .groups_with_offsets()
                .chain(cache.groups().map(|(group, _)| group));
            for group in all {
                assert_eq!(
                    partition_for(group, PARTITIONS),
                    Some(partition),
                    "{folder} {group}"
                );
            }
        }
    }
}

/// C-15: only the first segment. C-8: the marker decides. O4: the marker is ignored. Each would be seen in these files.
#[test]
fn replays_that_are_wrong_answer_something_else() {
    let first_segment_only = replay("compacted", |stored| stored.segment == 0);
    assert_ne!(answers(&first_segment_only), committed("compacted"));
    for folder in FOLDERS {
        let without_markers = replay(folder, |stored| {
            !matches!(stored.entry, Entry::Marker { .. })
        });
        assert_ne!(answers(&without_markers), committed(folder), "{folder}");
        let without_tombstones = replay(folder, |stored| {
            !matches!(
                stored.entry,
                Entry::Record {
                    record: OffsetsRecord::Offset { value: None, .. },
                    ..
                }
            )
        });
        assert_eq!(
            answers(&without_tombstones) == committed(folder),
            folder == "compacted",
            "{folder}"
        );
    }
    // In `eos-plain` a transaction wrote 10 before a plain commit of 20, and was committed after it.
    let at_the_marker = plimsoll_offsets::Decisions {
        materialise: plimsoll_offsets::Materialise::WhereTheMarkerStands,
        ..Default::default()
    };
    let mut cache = Cache::with(at_the_marker);
    stored("uncompacted", 2)
        .iter()
        .for_each(|stored| cache.apply(stored.offset, &stored.entry));
    let latest = cache
        .offset("eos-plain", "orders", 0)
        .and_then(|timeline| timeline.latest());
    assert_eq!(latest.map(|value| value.offset), Some(10));
}

#[test]
fn every_record_means_what_kafkas_dump_tool_says() {
    let mut types: BTreeMap<(&str, i16), usize> = BTreeMap::new();
    for folder in FOLDERS {
        for partition in 0..PARTITIONS {
            let (stored, dumped) = (stored(folder, partition), dump::read(folder, partition));
            assert_eq!(stored.len(), dumped.len(), "{folder} {partition}");
            for (stored, dumped) in stored.iter().zip(&dumped) {
                dumped.compare(stored);
                if let Dumped::Record { key_type, .. } = dumped {
                    *types.entry((folder, *key_type)).or_default() += 1;
                }
            }
        }
    }
    let counted: Vec<_> = types.into_iter().collect();
    let expected = [
        (("compacted", 1), 132),
        (("compacted", 2), 3),
        (("compacted", 3), 1),
        (("compacted", 6), 1),
        (("uncompacted", 1), 2506),
        (("uncompacted", 2), 13),
        (("uncompacted", 3), 4),
        (("uncompacted", 5), 4),
        (("uncompacted", 6), 2),
        (("uncompacted", 7), 5),
        (("uncompacted", 8), 7),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn every_record_is_written_back_to_the_same_bytes() {
    let mut written = 0;
    for folder in FOLDERS {
        for stored in (0..PARTITIONS).flat_map(|partition| stored(folder, partition)) {
            let Entry::Record { record, .. } = &stored.entry else {
                continue;
            };
            if matches!(record, OffsetsRecord::Unknown { .. }) {
                continue;
            }
            let (key, value) = encode(record).expect("it was written before");
            assert_eq!(stored.key.as_deref(), Some(&*key), "{stored:?}");
            assert_eq!(stored.value, value, "{stored:?}");
            written += 1;
        }
    }
    assert_eq!(written, 2506 + 13 + 4 + 7 + 132 + 3 + 1);
}

/// Every byte of every value of a batch, and whatever it is changed to: the checksum of the batch is wrong, and where
/// somebody made it right again, a value that no longer follows its format is refused by name.
#[test]
fn a_flipped_byte_is_noticed() {
    let (mut flipped, mut malformed) = (0, BTreeSet::new());
    for batch in batches("uncompacted", 2).into_iter().rev().take(60) {
        for at in 61..batch.bytes().len() {
            let mut bytes = batch.bytes().to_vec();
            bytes[at] ^= 0x41;
            assert!(
                matches!(Batch::parse(&bytes), Err(BatchError::Checksum { .. })),
                "byte {at}"
            );
            flipped += 1;
        }
    }
    for stored in stored("uncompacted", 2) {
        let (Some(key), Some(value)) = (&stored.key, &stored.value) else {
            continue;
        };
        for at in 0..value.len() {
            let mut value = value.to_vec();
            value[at] ^= 0x41;
            if let Err(refused) = Entry::decode(stored.offset, None, Some(key), Some(&value)) {
                let description = refused.to_string();
                assert!(
                    description.starts_with(&format!("record {}: value: ", stored.offset)),
                    "{description}"
                );
                malformed.insert(refused.reason.to_string());
            }
        }
    }
    assert!(
        flipped > 5000 && malformed.len() > 20,
        "{flipped} {malformed:?}"
    );
    let version = "offset value of unknown version 69";
    assert!(malformed.contains(version), "{malformed:?}");
}

/// The types that are not decoded are told by their number, and nothing else is lost over them.
#[test]
fn other_types_are_counted() {
    let caches = replay("uncompacted", |_| true);
    let counted: Vec<_> = caches[2].unknown_by_type().collect();
    assert_eq!(counted, [(5, 4), (6, 2), (7, 5)]);
    let compacted = replay("compacted", |_| true);
    assert_eq!(compacted[2].unknown_by_type().collect::<Vec<_>>(), [(6, 1)]);
    for cache in [&caches[2], &compacted[2]] {
        let epoch = cache
            .consumer_epoch("next-gen")
            .and_then(|timeline| timeline.committed());
        assert_eq!(
            epoch.map(|value| (value.epoch, value.metadata_hash)),
            Some((4, 0))
        );
        assert_eq!(
            cache.consumer_members("next-gen").count(),
            0,
            "all have left"
        );
    }
}

/// What a KIP-848 group held while its members were there.
#[test]
fn a_group_of_kip_848_midway() {
    let mut cache = Cache::new();
    for stored in stored("uncompacted", 2)
        .iter()
        .take_while(|stored| stored.offset <= 1201)
    {
        cache.apply(stored.offset, &stored.entry);
    }
    let epoch = cache
        .consumer_epoch("next-gen")
        .and_then(|timeline| timeline.latest());
    assert_eq!(
        epoch.map(|value| (value.epoch, value.metadata_hash)),
        Some((2, -794_122_374_914_987_331))
    );
    let members: Vec<_> = cache
        .consumer_members("next-gen")
        .map(|(member, timeline)| (member.to_string(), timeline.latest().expect("it is there")))
        .map(|(member, it)| {
            let partitions = |topics: &[plimsoll_offsets::TopicPartitions]| -> Vec<i32> {
                topics
                    .iter()
                    .flat_map(|topic| topic.partitions.clone())
                    .collect()
            };
            let state = it.state.to_string();
            (
                member,
                it.epoch,
                it.previous_epoch,
                state,
                partitions(&it.assigned),
                partitions(&it.pending_revocation),
            )
        })
        .collect();
    let expected = [
        (
            "cPfgeseGT2GyDq52eYrDeQ".to_owned(),
            2,
            0,
            "unreleased partitions".to_owned(),
            vec![],
            vec![],
        ),
        (
            "k4sRkze0QKyFc6+HIAj3Aw".to_owned(),
            1,
            1,
            "unrevoked partitions".to_owned(),
            vec![0, 1],
            vec![2],
        ),
    ];
    assert_eq!(members, expected);
}

/// Keys of type 0 say the same as those of type 1.
#[test]
fn old_keys_are_read() {
    for stored in stored("compacted", 0) {
        let Some(key) = stored.key.as_deref().filter(|key| key.starts_with(&[0, 1])) else {
            continue;
        };
        let old = [&[0, 0], &key[2..]].concat();
        assert_eq!(
            decode(Some(&old), stored.value.as_deref()),
            decode(Some(key), stored.value.as_deref())
        );
    }
}
