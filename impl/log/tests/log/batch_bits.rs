//! Every bit of a batch, flipped: what notices it, and what can not be noticed from the batch alone.

use std::collections::BTreeMap;

use plimsoll_log::{Batch, BatchError, Compression, HEADER_BYTES, NewBatch, NewRecord, Producer};

/// Fields of the header by their last byte.
const FIELDS: [(usize, &str); 14] = [
    (8, "base offset"),
    (12, "length"),
    (16, "leader epoch"),
    (17, "magic"),
    (21, "checksum"),
    (23, "attributes"),
    (27, "last offset delta"),
    (35, "base timestamp"),
    (43, "max timestamp"),
    (51, "producer id"),
    (53, "producer epoch"),
    (57, "base sequence"),
    (61, "count"),
    (usize::MAX, "records"),
];

/// Fields that the checksum does not cover; a changed checksum does not fit either.
const OUTSIDE: [&str; 4] = ["base offset", "length", "leader epoch", "magic"];

fn field(at: usize) -> &'static str {
    FIELDS
        .iter()
        .find(|(end, _)| at < *end)
        .map_or("?", |f| f.1)
}

fn batch(compression: Compression) -> Batch {
    let record = |value: &str| NewRecord {
        key: Some(b"key".as_slice().into()),
        value: Some(value.as_bytes().into()),
        ..NewRecord::default()
    };
    let new = NewBatch {
        timestamp_ms: 1_700_000_000_000,
        records: vec![record("one"), record("two")],
        compression,
        producer: Some(Producer {
            id: 7,
            epoch: 1,
            base_sequence: 3,
        }),
        transactional: true,
    };
    new.build().unwrap().placed_at(1 << 20, 5).unwrap()
}

/// What a flipped bit came to.
fn verdict(good: &Batch, flipped: &[u8]) -> &'static str {
    match Batch::parse(flipped) {
        Ok(read) if read.records() == good.records() => "the same records, noticed by nothing here",
        Ok(read) if read.header().base_offset != good.header().base_offset => {
            "the same records at another offset"
        }
        Ok(_) => "other records",
        Err(BatchError::Checksum { .. }) => "checksum",
        Err(BatchError::Short { .. } | BatchError::Length(_)) => "length",
        Err(BatchError::Magic(_)) => "magic",
        Err(BatchError::Header(_)) => "contradiction",
        Err(_) => "something else",
    }
}

fn verdicts(good: &Batch) -> BTreeMap<(&'static str, &'static str), u32> {
    let mut found = BTreeMap::new();
    for at in 0..good.bytes().len() {
        for bit in 0..8 {
            let mut flipped = good.bytes().to_vec();
            flipped[at] ^= 1 << bit;
            *found
                .entry((field(at), verdict(good, &flipped)))
                .or_default() += 1;
        }
    }
    found
}

#[test]
fn every_flipped_bit_is_noticed_but_those_of_offset_and_epoch() {
    for codec in [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let good = batch(codec);
        let found = verdicts(&good);
        for ((field, verdict), bits) in &found {
            let outside = if OUTSIDE.contains(field) {
                " (outside the checksum)"
            } else {
                ""
            };
            println!("{codec}: {field}{outside}: {bits} bits: {verdict}");
        }
        let total: u32 = found.values().sum();
        assert_eq!(total as usize, 8 * good.bytes().len());
        for ((field, verdict), bits) in found {
            match (field, verdict) {
                // 2^31 offsets below the largest are refused: the sign, and no other bit alone, makes it so.
                ("base offset", "contradiction") => assert_eq!(bits, 1),
                // So the log compares the offset with the one that must stand there.
                ("base offset", "the same records at another offset") => assert_eq!(bits, 63),
                ("length", "length") => assert_eq!(bits, 32),
                // The log can only notice an epoch that goes down. Kafka's can do no more.
                ("leader epoch", "the same records, noticed by nothing here") => {
                    assert_eq!(bits, 32)
                }
                ("magic", "magic") => assert_eq!(bits, 8),
                ("last offset delta" | "count", "contradiction") => assert!(bits >= 1),
                (_, "checksum") => assert!(!OUTSIDE.contains(&field), "{field}"),
                other => panic!("{codec}: {other:?}: {bits} bits"),
            }
        }
    }
}

/// In a file the reader cuts out as many bytes as the length says: a wrong length never gives a batch.
#[test]
fn a_flipped_length_is_noticed_in_a_file_too() {
    let good = batch(Compression::None);
    let file = [good.bytes(), good.bytes(), &vec![0; 1 << 20]].concat();
    for bit in 0..32 {
        let mut flipped = file.clone();
        flipped[8 + bit / 8] ^= 1 << (bit % 8);
        let length = u32::from_be_bytes(*flipped[8..].first_chunk().unwrap()) as usize;
        let end = (12 + length).clamp(HEADER_BYTES, flipped.len());
        let error = Batch::parse(&flipped[..end]).unwrap_err();
        assert!(
            matches!(
                error,
                BatchError::Checksum { .. } | BatchError::Short { .. } | BatchError::Length(_)
            ),
            "bit {bit}: {error}"
        );
    }
}
