//! No bytes make a batch take more memory than a small multiple of what they are, or of what an uncompressed batch may
//! be. One test in a binary of its own: the allocator counts for the whole process.

#[path = "log/any_batch.rs"]
mod any_batch;

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use any_batch::{AnyBatch, CODECS, claiming, number, payload, sealed};
use peak_alloc::PeakAlloc;
use plimsoll_log::{
    Batch, BatchError, Compression, MAX_BATCH_BYTES, NewBatch, NewRecord, RecordHeader,
};
use quickcheck::{Arbitrary, Gen};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The smallest records and headers take 7 and 2 bytes, and about 20 times as much once they are decoded.
const MULTIPLE: usize = 64;
/// What a decoder needs to begin with: LZ4 has blocks of 4 MiB, of which two and a window are held.
const FIXED: usize = 13 << 20;

/// Bytes that were allocated at one time by `what`, and not before.
fn peak(what: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    what();
    MEMORY.peak_usage().saturating_sub(before)
}

fn parse(bytes: &[u8]) -> usize {
    peak(|| {
        if let Ok(batch) = Batch::parse(bytes) {
            let _ = (batch.records(), batch.marker());
        }
    })
}

fn compress(codec: Compression, bytes: &[u8]) -> Vec<u8> {
    let record = NewRecord {
        value: Some(bytes.into()),
        ..NewRecord::default()
    };
    let new = NewBatch {
        records: vec![record],
        compression: codec,
        ..NewBatch::default()
    };
    payload(&new.build().unwrap()).to_vec()
}

/// Two frames of nothing but zeros, each of nearly the largest size: together too much.
fn bombs_are_stopped() {
    for codec in [Compression::Gzip, Compression::Zstd, Compression::Snappy] {
        let mut frame = compress(codec, &vec![0; MAX_BATCH_BYTES - 200]);
        let second = match codec {
            // The blocks go on without a second header.
            Compression::Snappy => frame[16..].to_vec(),
            _ => frame.clone(),
        };
        frame.extend(second);
        let batch = Batch::parse(&claiming(number(codec), 1, &frame)).unwrap();
        let used = peak(|| {
            let limit = MAX_BATCH_BYTES;
            assert_eq!(batch.records(), Err(BatchError::Bomb { codec, limit }));
        });
        println!(
            "{codec}: {} bytes are a bomb, {} MiB were held",
            frame.len(),
            used >> 20
        );
        assert!(used < 4 * MAX_BATCH_BYTES, "{codec}: {used}");
    }
}

/// One frame, since what follows an LZ4 frame is not read.
fn a_long_frame_is_stopped() {
    let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
    let written = std::io::copy(&mut std::io::repeat(0).take(65 << 20), &mut frame).unwrap();
    assert!(written > MAX_BATCH_BYTES as u64);
    let frame = frame.finish().unwrap();
    let codec = Compression::Lz4;
    let batch = Batch::parse(&claiming(number(codec), 1, &frame)).unwrap();
    let used = peak(|| {
        let limit = MAX_BATCH_BYTES;
        assert_eq!(batch.records(), Err(BatchError::Bomb { codec, limit }));
    });
    println!(
        "{codec}: {} bytes are a bomb, {} MiB were held",
        frame.len(),
        used >> 20
    );
    assert!(used < 4 * MAX_BATCH_BYTES, "{codec}: {used}");
}

/// A header that claims much is not believed.
fn claims_are_not_believed() {
    // A snappy block that says it is 4 GiB; an xerial block of that length; a zstd frame of 2^62 bytes in one segment,
    // and one with a window of a terabyte.
    let snappy_block: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0];
    let xerial: &[u8] = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01\xff\xff\xff\xff\0\0\0";
    let segment: &[u8] = &[
        0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0,
    ];
    let window: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0];
    let cases = [(2, snappy_block), (2, xerial), (4, segment), (4, window)];
    for (codec, records) in cases {
        let bytes = claiming(codec, i32::MAX, records);
        assert!(Batch::parse(&bytes).unwrap().records().is_err());
        let used = parse(&bytes);
        assert!(used < 1 << 20, "codec {codec}: {used} bytes held");
    }
    let many = claiming(0, i32::MAX, &[0; 100]);
    assert!(parse(&many) < 100_000, "a count of records was believed");
}

/// As many and as small records and headers as the format allows.
fn the_smallest_records_take_no_more() {
    let header = RecordHeader {
        key: "".into(),
        value: None,
    };
    let of_headers = NewRecord {
        headers: vec![header; 500_000],
        ..NewRecord::default()
    };
    for records in [vec![NewRecord::default(); 100_000], vec![of_headers]] {
        let new = NewBatch {
            records,
            ..NewBatch::default()
        };
        let bytes = new.build().unwrap().bytes().to_vec();
        let used = parse(&bytes);
        println!("the smallest: {} bytes, {used} held", bytes.len());
        assert!(used <= MULTIPLE * bytes.len());
    }
}

fn arbitrary_bytes(g: &mut Gen) {
    let mut most = 0.0f64;
    for _ in 0..2000 {
        let bytes = claiming(
            u8::arbitrary(g),
            i32::arbitrary(g),
            &Vec::<u8>::arbitrary(g),
        );
        let used = parse(&bytes);
        assert!(
            used <= MULTIPLE * bytes.len() + FIXED,
            "{used} for {bytes:?}"
        );
    }
    for _ in 0..200 {
        let AnyBatch(new) = AnyBatch::arbitrary(g);
        for compression in CODECS {
            let uncompressed = NewBatch {
                compression: Compression::None,
                ..new.clone()
            };
            let size = uncompressed.build().unwrap().bytes().len();
            let new = NewBatch {
                compression,
                ..new.clone()
            };
            let mut bytes = new.build().unwrap().bytes().to_vec();
            let at = 61 + usize::arbitrary(g) % (bytes.len() - 61);
            bytes[at] ^= u8::arbitrary(g);
            let used = parse(&sealed(bytes));
            let bound = MULTIPLE * size + FIXED;
            most = most.max(used as f64 / bound as f64);
            assert!(used <= bound, "{compression}: {used} for {size}");
        }
    }
    println!("at most {:.0} % of the bound was held", most * 100.0);
}

#[test]
fn memory_is_bounded_by_the_bytes() {
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    println!("seed {seed}");
    let mut g = Gen::from_size_and_seed(100, seed);
    assert!(
        peak(|| drop(vec![0u8; 1 << 20])) >= 1 << 20,
        "the allocator does not count"
    );
    claims_are_not_believed();
    the_smallest_records_take_no_more();
    arbitrary_bytes(&mut g);
    bombs_are_stopped();
    a_long_frame_is_stopped();
}
