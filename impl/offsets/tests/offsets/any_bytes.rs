//! The codec's laws: what is written reads back as it was, no bytes make the decoder panic, and it holds no more memory
//! than the bytes account for.

mod records;

use plimsoll_offsets::{Entry, OffsetsRecord, Producer, decode, encode};
use proptest::prelude::*;

use records::record;

const GROUP_KEY: [u8; 5] = [0, 2, 0, 1, b'g'];
const OFFSET_KEY: [u8; 12] = [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 0];
const EPOCH_KEY: [u8; 5] = [0, 3, 0, 1, b'g'];
const MEMBER_KEY: [u8; 8] = [0, 8, 0, 1, b'g', 0, 1, b'm'];

/// Elements that the record's vectors have room for.
fn room(record: &OffsetsRecord) -> usize {
    match record {
        OffsetsRecord::Group {
            value: Some(group), ..
        } => group.members.capacity(),
        OffsetsRecord::ConsumerMember {
            value: Some(member),
            ..
        } => {
            let topics = [&member.assigned, &member.pending_revocation];
            let partitions = topics
                .iter()
                .flat_map(|t| t.iter())
                .map(|t| t.partitions.capacity());
            topics.iter().map(|t| t.capacity()).sum::<usize>() + partitions.sum::<usize>()
        }
        _ => 0,
    }
}

fn survives(key: &[u8], value: Option<&[u8]>) -> Result<(), TestCaseError> {
    let at = Entry::decode(9, Some(Producer { id: 1, epoch: 0 }), Some(key), value);
    let Ok(record) = decode(Some(key), value) else {
        let description = at.expect_err("what decode refuses").to_string();
        prop_assert!(
            description.starts_with("record 9: key: ")
                || description.starts_with("record 9: value: "),
            "{}",
            description
        );
        return Ok(());
    };
    // A vector that grows by doubling has room for four elements at first, and each takes five bytes at least.
    prop_assert!(
        room(&record) <= 8 + value.map_or(0, <[u8]>::len),
        "{} for {value:?}",
        room(&record)
    );
    if matches!(record, OffsetsRecord::Unknown { .. }) {
        return Ok(());
    }
    let (key, value) = encode(&record).expect("what was decoded fits the format");
    prop_assert_eq!(decode(Some(&key), value.as_deref()), Ok(record));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn what_is_written_reads_back(record in record()) {
        let (key, value) = encode(&record).unwrap();
        prop_assert_eq!(decode(Some(&key), value.as_deref()), Ok(record));
    }

    #[test]
    fn arbitrary_keys_and_values(key: Vec<u8>, value: Option<Vec<u8>>) {
        survives(&key, value.as_deref())?;
    }

    #[test]
    fn values_that_begin_right(version in 0..6u8, rest: Vec<u8>, which in 0..4usize) {
        let key = [&OFFSET_KEY[..], &GROUP_KEY, &EPOCH_KEY, &MEMBER_KEY][which];
        survives(key, Some(&[&[0, version], &rest[..]].concat()))?;
    }

    /// Right but for one byte, so that most of a value is decoded before it goes wrong.
    #[test]
    fn one_byte_changed(record in record(), in_key: bool, at: prop::sample::Index, byte: u8) {
        let (key, value) = encode(&record).unwrap();
        let (mut key, mut value) = (key.to_vec(), value.map(|value| value.to_vec()));
        match &mut value {
            Some(value) if !in_key => *at.get_mut(value) = byte,
            _ => *at.get_mut(&mut key) = byte,
        }
        survives(&key, value.as_deref())?;
    }
}

/// Where a count or a length stands in each value, the largest that its field can say.
#[test]
fn a_length_that_the_bytes_do_not_have_is_refused() {
    let big = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let epochs = [0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0];
    let one_topic = [&epochs[..], &[2], &[7; 16]].concat();
    let cases: [(&[u8], Vec<u8>, &str); 8] = [
        (
            &MEMBER_KEY,
            [&epochs[..], &big].concat(),
            "assigned partitions",
        ),
        (
            &MEMBER_KEY,
            [&one_topic[..], &big].concat(),
            "assigned partitions",
        ),
        (
            &MEMBER_KEY,
            [&epochs[..], &[1], &big].concat(),
            "partitions pending revocation",
        ),
        (
            &MEMBER_KEY,
            [&epochs[..], &[1, 1], &big].concat(),
            "tagged fields",
        ),
        (
            &EPOCH_KEY,
            [&[0, 0, 0, 0, 0, 2, 1, 0][..], &big].concat(),
            "tagged fields",
        ),
        (
            &OFFSET_KEY,
            [&[0, 4][..], &[0; 12], &big].concat(),
            "metadata",
        ),
        (&GROUP_KEY, [&[0, 4][..], &big].concat(), "protocol type"),
        (
            &GROUP_KEY,
            [&[0, 4, 1][..], &[0; 14], &big].concat(),
            "members",
        ),
    ];
    for (key, value, what) in cases {
        let refused = decode(Some(key), Some(&value)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("{what} ends early"),
            "{value:?}"
        );
    }
}
