//! No bytes make the decoder panic, and what it understands it writes back to something that means the same.

use plimsoll_offsets::{OffsetsRecord, decode, encode};
use proptest::prelude::*;

fn survives(key: &[u8], value: Option<&[u8]>) {
    let Ok(record) = decode(Some(key), value) else {
        return;
    };
    if matches!(record, OffsetsRecord::Unknown { .. }) {
        return;
    }
    let (key, value) = encode(&record).expect("what was decoded fits the format");
    let again = decode(Some(&key), value.as_deref());
    assert_eq!(again, Ok(record));
}

proptest! {
    #[test]
    fn arbitrary_keys_and_values(key: Vec<u8>, value: Option<Vec<u8>>) {
        survives(&key, value.as_deref());
    }

    #[test]
    fn values_that_begin_right(version in 0..5u8, rest: Vec<u8>, is_group: bool) {
        let key: &[u8] = if is_group { &[0, 2, 0, 1, b'g'] } else { &[0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 0] };
        let value = [&[0, version], &rest[..]].concat();
        survives(key, Some(&value));
    }

    #[test]
    fn a_group_value_with_one_byte_changed(at in 0..67usize, byte: u8) {
        let mut value = *b"\0\x03\0\x08consumer\0\0\0\x03\0\x05range\0\x02m1\0\0\0\0\0\0\0\x09\0\0\0\x01\0\x02m1\xff\xff\0\x01c\0\x01h\0\0\0\x07\0\0\0\x08\0\0\0\0\0\0\0\0";
        let at = at % value.len();
        value[at] = byte;
        survives(&[0, 2, 0, 1, b'g'], Some(&value));
    }
}
