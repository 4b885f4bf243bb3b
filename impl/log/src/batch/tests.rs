//! The batch format, byte by byte, and what happens to bytes that are not a batch.

use super::header::CRC_FROM;
use super::*;
use std::sync::Arc;

fn text(s: &str) -> Option<Arc<[u8]>> {
    Some(s.as_bytes().into())
}

fn two_records() -> NewBatch {
    let first = NewRecord {
        key: text("k"),
        value: text("v"),
        headers: vec![RecordHeader {
            key: "h".into(),
            value: None,
        }],
        ..NewRecord::default()
    };
    let tombstone = NewRecord {
        key: text("k"),
        ..NewRecord::default()
    };
    NewBatch {
        timestamp_ms: 0x0102,
        records: vec![first, tombstone],
        ..NewBatch::default()
    }
}

#[test]
fn bytes_of_a_batch() {
    let bytes = two_records().encode(7, 3).unwrap();
    #[rustfmt::skip]
    let expected_header: [u8; HEADER_BYTES] = [
        0, 0, 0, 0, 0, 0, 0, 7, // base offset
        0, 0, 0, 69, // length: 49 of the header, 20 of records
        0, 0, 0, 3, // leader epoch
        2, // magic
        0, 0, 0, 0, // checksum, compared below
        0, 0, // attributes
        0, 0, 0, 1, // last offset delta
        0, 0, 0, 0, 0, 0, 1, 2, // base timestamp
        0, 0, 0, 0, 0, 0, 1, 2, // max timestamp
        255, 255, 255, 255, 255, 255, 255, 255, // producer id
        255, 255, // producer epoch
        255, 255, 255, 255, // base sequence
        0, 0, 0, 2, // records
    ];
    #[rustfmt::skip]
    let expected_records = [
        22, 0, 0, 0, 2, b'k', 2, b'v', 2, 2, b'h', 1, // 11 bytes follow; one header without a value
        14, 0, 0, 2, 2, b'k', 1, 0, // 7 bytes follow; no value
    ];
    assert_eq!(bytes[..17], expected_header[..17]);
    assert_eq!(bytes[CRC_FROM..HEADER_BYTES], expected_header[CRC_FROM..]);
    assert_eq!(bytes[HEADER_BYTES..], expected_records);
    assert_eq!(bytes[17..21], crc32c::crc32c(&bytes[21..]).to_be_bytes());
}

#[test]
fn the_checksum_is_castagnolis() {
    // The check value of CRC-32C: any other polynomial gives something else.
    assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
}

#[test]
fn records_round_trip_with_their_offsets() {
    let batch = Batch::parse(&two_records().encode(7, 3).unwrap()).unwrap();
    assert_eq!(
        (
            batch.header().base_offset,
            batch.header().last_offset(),
            batch.header().leader_epoch
        ),
        (7, 8, 3)
    );
    let records = batch.records().unwrap();
    assert_eq!(records.iter().map(|r| r.offset).collect::<Vec<_>>(), [7, 8]);
    assert!(
        records
            .iter()
            .all(|r| r.timestamp_ms == 0x0102 && r.key == text("k"))
    );
    assert_eq!(
        (records[0].value.clone(), records[1].value.clone()),
        (text("v"), None)
    );
    assert_eq!(records[0].headers.len(), 1);
}

#[test]
fn an_empty_batch_is_not_written() {
    let empty = NewBatch::default();
    assert_eq!(empty.encode(0, 0), Err(BatchError::Unwritable("no record")));
}

#[test]
fn a_large_value_is_refused_rather_than_cut() {
    let huge = NewRecord {
        value: Some(vec![0; MAX_BATCH_BYTES].into()),
        ..NewRecord::default()
    };
    let batch = NewBatch {
        records: vec![huge],
        ..NewBatch::default()
    };
    assert_eq!(
        batch.encode(0, 0),
        Err(BatchError::TooLarge {
            limit: MAX_BATCH_BYTES
        })
    );
}

#[test]
fn every_cut_and_every_flipped_bit_under_the_checksum_is_noticed() {
    let bytes = two_records().encode(7, 3).unwrap();
    for cut in 0..bytes.len() {
        assert!(
            matches!(Batch::parse(&bytes[..cut]), Err(BatchError::Short { .. })),
            "cut at {cut}"
        );
    }
    for at in CRC_FROM..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert!(Batch::parse(&flipped).is_err(), "byte {at} bit {bit}");
        }
    }
}

/// The batch with some bytes replaced and the checksum made right again.
fn altered(at: usize, replacement: &[u8]) -> Vec<u8> {
    let mut bytes = two_records().encode(7, 3).unwrap();
    bytes[at..at + replacement.len()].copy_from_slice(replacement);
    let checksum = crc32c::crc32c(&bytes[CRC_FROM..]);
    bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

#[test]
fn a_right_checksum_does_not_make_a_header_right() {
    let refused = |at: usize, with: &[u8]| Batch::parse(&altered(at, with)).unwrap_err();
    assert_eq!(refused(0, &[0xff]), BatchError::Header("negative offset"));
    assert_eq!(
        refused(0, &[0x7f, 0xff, 0xff, 0xff, 0xff]),
        BatchError::Header("offset too large")
    );
    assert_eq!(refused(8, &[0, 0, 0, 48]), BatchError::Length(48));
    assert_eq!(
        refused(8, &[0xff, 0, 0, 0]),
        BatchError::Length(-0x0100_0000)
    );
    assert_eq!(
        refused(8, &[0x7f, 0xff, 0xff, 0xff]),
        BatchError::Length(i32::MAX)
    );
    assert_eq!(refused(16, &[1]), BatchError::Magic(1));
    assert_eq!(refused(23, &[0xff]), BatchError::Header("negative offset"));
    assert_eq!(
        refused(57, &[0, 0, 0, 3]),
        BatchError::Header("impossible record count")
    );
    assert_eq!(
        refused(57, &[0xff]),
        BatchError::Header("impossible record count")
    );
}

#[test]
fn an_unknown_codec_is_refused_by_name() {
    for codec in 5..8 {
        let batch = Batch::parse(&altered(22, &[codec])).unwrap();
        assert_eq!(batch.records(), Err(BatchError::Codec(codec)));
    }
}

#[test]
fn malformed_records_are_named_and_never_allocate_what_they_claim() {
    let first = HEADER_BYTES;
    // Where, what stands there instead, which record is blamed, and for what.
    let cases: [(usize, &[u8], usize, &str); 8] = [
        (first, &[1], 0, "length"),
        (first, &[0xff, 0xff, 0xff, 0xff, 0x0f], 0, "length"),
        (first + 3, &[1], 0, "offset out of order"),
        (first + 4, &[0xfe, 0x01], 0, "key"),
        (first + 8, &[0xfe], 0, "header count"),
        (first + 8, &[1], 0, "header count"),
        (first + 10, &[0xff], 0, "header key is not UTF-8"),
        (first + 12 + 3, &[0], 1, "offset out of order"),
    ];
    for (at, with, index, what) in cases {
        let error = Batch::parse(&altered(at, with))
            .unwrap()
            .records()
            .unwrap_err();
        assert!(
            matches!(&error, BatchError::Record { index: i, .. } if *i == index),
            "{at}: {error}"
        );
        assert!(
            error.to_string().contains(what) || at == first + 8,
            "{at}: {error} is not about {what}"
        );
    }
    let fewer = Batch::parse(&altered(57, &[0, 0, 0, 1])).unwrap().records();
    let what = "bytes after the last record";
    assert_eq!(fewer, Err(BatchError::Record { index: 1, what }));
}
