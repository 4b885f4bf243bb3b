//! Batches at random, for the laws that hold for all of them.
#![allow(dead_code, reason = "every test binary uses some of it")]

use std::sync::Arc;

use plimsoll_log::{Attributes, Batch, Compression, NewBatch, NewRecord, Producer, RecordHeader};
use quickcheck::{Arbitrary, Gen};

/// Every codec that is written.
pub const CODECS: [Compression; 5] = [
    Compression::None,
    Compression::Gzip,
    Compression::Snappy,
    Compression::Lz4,
    Compression::Zstd,
];

pub fn bytes(g: &mut Gen) -> Option<Arc<[u8]>> {
    match u8::arbitrary(g) % 4 {
        0 => None,
        // Something to compress, longer than a snappy block now and then.
        1 => Some(vec![u8::arbitrary(g); usize::arbitrary(g) % 50_000].into()),
        _ => Some(Vec::arbitrary(g).into()),
    }
}

pub fn record(g: &mut Gen) -> NewRecord {
    let header = |g: &mut Gen| RecordHeader {
        key: String::arbitrary(g).as_str().into(),
        value: bytes(g),
    };
    NewRecord {
        timestamp_ms: Option::arbitrary(g),
        key: bytes(g),
        value: bytes(g),
        headers: (0..u8::arbitrary(g) % 3).map(|_| header(g)).collect(),
    }
}

/// A batch that can be written.
#[derive(Clone, Debug)]
pub struct AnyBatch(pub NewBatch);

impl Arbitrary for AnyBatch {
    fn arbitrary(g: &mut Gen) -> AnyBatch {
        let count = 1 + usize::arbitrary(g) % 8;
        let producer = bool::arbitrary(g).then(|| Producer {
            id: i64::arbitrary(g) & i64::MAX,
            epoch: i16::arbitrary(g) & i16::MAX,
            base_sequence: i32::arbitrary(g) & i32::MAX,
        });
        AnyBatch(NewBatch {
            timestamp_ms: i64::arbitrary(g),
            records: (0..count).map(|_| record(g)).collect(),
            compression: *g.choose(&CODECS).expect("not empty"),
            producer,
            transactional: producer.is_some() && bool::arbitrary(g),
        })
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = AnyBatch>> {
        let whole = self.0.clone();
        let without = move |at| {
            let mut fewer = whole.clone();
            fewer.records.remove(at);
            AnyBatch(fewer)
        };
        match self.0.records.len() {
            1 => quickcheck::empty_shrinker(),
            n => Box::new((0..n).map(without)),
        }
    }
}

/// The bytes with the checksum that fits them, and the length too.
pub fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len() as u32 - 12;
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    let checksum = crc32c::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// A batch whose records, compressed or not, are these bytes, whatever they are.
pub fn claiming(codec: u8, count: i32, records: &[u8]) -> Vec<u8> {
    let small = NewBatch {
        records: vec![NewRecord::default()],
        ..NewBatch::default()
    };
    let mut bytes = small.build().expect("small").bytes()[..61].to_vec();
    bytes[22] = codec;
    bytes[23..27].copy_from_slice(&i32::MAX.to_be_bytes());
    bytes[57..61].copy_from_slice(&count.to_be_bytes());
    bytes.extend_from_slice(records);
    sealed(bytes)
}

/// The codec's number in the attributes.
pub fn number(codec: Compression) -> u8 {
    (0..8)
        .find(|&bits| Attributes(bits.into()).compression() == codec)
        .expect("a codec of the format")
}

/// What the batch's records are, compressed.
pub fn payload(batch: &Batch) -> &[u8] {
    &batch.bytes()[61..]
}
