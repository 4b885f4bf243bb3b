//! What holds for every batch that can be written: it is read as it was meant, in every codec, at every offset, and what
//! compaction leaves of it is some of it.

use crate::any_batch;

use any_batch::{AnyBatch, CODECS, claiming, number, payload, sealed};
use plimsoll_log::{Batch, BatchError, Compression, NewBatch, NewRecord, Record};
use quickcheck::{QuickCheck, TestResult, quickcheck};

fn expected(new: &NewBatch, base_offset: i64) -> Vec<Record> {
    let record = |(delta, record): (usize, &NewRecord)| Record {
        offset: base_offset + delta as i64,
        timestamp_ms: record.timestamp_ms.unwrap_or(new.timestamp_ms),
        key: record.key.clone(),
        value: record.value.clone(),
        headers: record.headers.clone(),
    };
    new.records.iter().enumerate().map(record).collect()
}

quickcheck! {
    fn what_is_built_is_read(any: AnyBatch, offset: u32, epoch: i32) -> bool {
        let AnyBatch(new) = any;
        CODECS.into_iter().all(|compression| {
            let new = NewBatch { compression, ..new.clone() };
            let built = new.build().unwrap();
            let placed = built.placed_at(offset.into(), epoch).unwrap();
            let read = Batch::parse(placed.bytes()).unwrap();
            let header = read.header();
            let last = new.records.len() as i32 - 1;
            let times = expected(&new, 0).into_iter().map(|r| r.timestamp_ms);
            assert_eq!(read, placed);
            assert_eq!((header.base_offset, header.leader_epoch), (offset.into(), epoch));
            assert_eq!((header.last_offset_delta, header.records_count), (last, last + 1));
            assert_eq!(header.attributes.compression(), compression);
            assert_eq!(header.attributes.is_transactional(), new.transactional);
            assert_eq!(header.producer(), new.producer);
            assert_eq!(Some(header.max_timestamp_ms), times.max());
            assert_eq!(header.checksum, built.header().checksum);
            assert_eq!(read.check_produced(false), Ok(()));
            read.records().unwrap() == expected(&new, offset.into())
        })
    }

    fn decoded_and_encoded_it_is_the_same_batch(any: AnyBatch, offset: u32) -> bool {
        let batch = any.0.build().unwrap().placed_at(offset.into(), 3).unwrap();
        batch.with_records(&batch.records().unwrap(), None).unwrap().bytes() == batch.bytes()
    }

    fn compaction_only_removes(any: AnyBatch, wanted: Vec<bool>, horizon: Option<i64>) -> bool {
        let batch = any.0.build().unwrap().placed_at(1000, 3).unwrap();
        let wants = |offset: i64| wanted.get((offset - 1000) as usize) == Some(&true);
        let mut left = batch.records().unwrap();
        left.retain(|r| wants(r.offset));
        let Some(kept) = batch.retain(|r| wants(r.offset), horizon).unwrap() else {
            return left.is_empty();
        };
        let again = Batch::parse(kept.bytes()).unwrap();
        let tombstones = left.iter().any(|r| r.value.is_none());
        let (old, new) = (batch.header(), again.header());
        assert_eq!(new.delete_horizon_ms(), horizon.filter(|_| tombstones));
        assert_eq!(new.last_offset(), old.last_offset());
        assert_eq!((new.producer(), new.last_sequence()), (old.producer(), old.last_sequence()));
        assert_eq!(new.attributes.compression(), old.attributes.compression());
        assert_eq!(Some(new.max_timestamp_ms), left.iter().map(|r| r.timestamp_ms).max());
        // The next pass finds the horizon there and does not move it.
        let later = horizon.map(|ms| ms.wrapping_add(1));
        assert_eq!(kept.retain(|_| true, horizon.and(later)).unwrap().unwrap(), kept);
        again.records().unwrap() == left
    }

    fn an_emptied_batch_keeps_its_place_and_its_producer(any: AnyBatch) -> bool {
        let batch = any.0.build().unwrap().placed_at(1000, 3).unwrap();
        let emptied = Batch::parse(batch.emptied().unwrap().bytes()).unwrap();
        let (old, new) = (batch.header(), emptied.header());
        assert_eq!((new.base_offset, new.last_offset()), (1000, old.last_offset()));
        assert_eq!((new.producer(), new.last_sequence()), (old.producer(), old.last_sequence()));
        assert_eq!((new.leader_epoch, new.max_timestamp_ms), (3, old.max_timestamp_ms));
        assert_eq!(new.attributes.is_transactional(), old.attributes.is_transactional());
        assert_eq!(emptied.bytes().len(), 61);
        emptied.records().unwrap().is_empty() && emptied.emptied().unwrap() == emptied
    }

    fn arbitrary_bytes_are_no_batch(bytes: Vec<u8>) -> bool {
        Batch::parse(&bytes).is_err()
    }

    fn arbitrary_records_never_panic(codec: u8, count: i32, records: Vec<u8>) -> bool {
        match Batch::parse(&claiming(codec, count, &records)) {
            Ok(batch) => batch.records().is_err() || batch.records().unwrap().len() == count as usize,
            Err(error) => matches!(error, BatchError::Header(_)),
        }
    }

    /// Nearly right is what finds the corners of a decoder: the first bytes are those of a real frame.
    fn compressed_records_changed_anywhere_never_panic(any: AnyBatch, changes: Vec<(usize, u8)>, cut: usize) -> bool {
        CODECS.into_iter().all(|compression| {
            let batch = NewBatch { compression, ..any.0.clone() }.build().unwrap();
            let mut bytes = batch.bytes().to_vec();
            let room = bytes.len() - 61;
            for (at, byte) in &changes {
                // Headers of frames and blocks lie at the front.
                let at = if byte % 2 == 0 { at % room.min(24) } else { at % room };
                bytes[61 + at] = *byte;
            }
            bytes.truncate(61 + room - cut % 8 % room);
            let batch = Batch::parse(&sealed(bytes)).unwrap();
            batch.records().map_or(true, |records| records.len() == any.0.records.len())
        })
    }
}

#[test]
fn both_framings_of_snappy_are_read() {
    let new = NewBatch {
        records: vec![NewRecord::default(); 3],
        ..NewBatch::default()
    };
    let plain = new.build().unwrap();
    let raw = snap::raw::Encoder::new()
        .compress_vec(payload(&plain))
        .unwrap();
    let mut bytes = plain.bytes()[..61].to_vec();
    bytes[22] = number(Compression::Snappy);
    bytes.extend(raw);
    let read = Batch::parse(&sealed(bytes)).unwrap();
    assert_eq!(read.records(), plain.records());
    let framed = NewBatch {
        compression: Compression::Snappy,
        ..new
    };
    let framed = framed.build().unwrap();
    assert_eq!(payload(&framed)[..16], *b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01");
    assert_eq!(framed.records(), plain.records());
}

/// A frame may be followed by another in gzip and zstd.
#[test]
fn frames_one_after_the_other_are_read() {
    let record = NewRecord {
        value: Some([7; 300].into()),
        ..NewRecord::default()
    };
    let plain = NewBatch {
        records: vec![record],
        ..NewBatch::default()
    };
    let plain = plain.build().unwrap();
    let (left, right) = payload(&plain).split_at(100);
    let gzip = |part: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut out, part).unwrap();
        out.finish().unwrap()
    };
    let zstd = |part: &[u8]| {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(part, level)
    };
    for (codec, parts) in [
        (Compression::Gzip, [gzip(left), gzip(right)]),
        (Compression::Zstd, [zstd(left), zstd(right)]),
    ] {
        let mut bytes = plain.bytes()[..61].to_vec();
        bytes[22] = number(codec);
        bytes.extend(parts.concat());
        let read = Batch::parse(&sealed(bytes)).unwrap();
        assert_eq!(read.records(), plain.records(), "{codec}");
    }
}

/// The laws above are about batches that are refused now and then, too.
#[test]
fn a_law_about_nothing_would_be_noticed() {
    fn changed(any: AnyBatch) -> TestResult {
        let batch = any.0.build().unwrap();
        match batch.header().attributes.compression() {
            Compression::None => TestResult::discard(),
            _ => TestResult::from_bool(batch.records().unwrap() == expected(&any.0, 1)),
        }
    }
    let outcome = QuickCheck::new().quicktest(changed as fn(AnyBatch) -> TestResult);
    assert!(outcome.is_err(), "records one offset off passed as right");
}
