//! Retention by size and time, and deletion by request, with a power cut at every operation.

use crate::engine;

use engine::*;
use plimsoll_disk::{Fault, Faulty, SimDisk};
use plimsoll_log::{LogConfig, LogError, ReadError};

#[test]
fn the_oldest_segments_go_while_the_rest_is_large_enough() {
    let config = LogConfig {
        retention_bytes: Some(300),
        ..small()
    };
    let mut bench = bench(&config);
    bench.put_each("abcdefghi");
    assert_eq!(
        bench.log.apply_retention(&mut bench.disk, 0),
        Ok(0),
        "nothing is durable yet"
    );
    bench.sync();
    // Nine batches of 69 bytes: 621 without the first two segments are 345, without three 207.
    assert_eq!(bench.log.apply_retention(&mut bench.disk, 0), Ok(4));
    assert_eq!(bench.values(), "efghi");
    assert_eq!(bench.log.segments().count(), 3);
    let asked = bench.log.read(&bench.disk, 3, 9, 1);
    let (start, end) = (4, 9);
    assert_eq!(
        asked,
        Err(ReadError::OutOfRange {
            asked: 3,
            start,
            end
        })
    );
    let (bench, _) = bench.reopened(&config);
    assert_eq!(
        (bench.log.log_start_offset(), &*bench.values()),
        (4, "efghi")
    );
}

#[test]
fn segments_go_when_their_latest_record_is_too_old() {
    let config = LogConfig {
        retention_ms: Some(100),
        ..small()
    };
    let mut bench = bench(&config);
    for (time, value) in [
        (5, "a"),
        (20, "b"),
        (10, "c"),
        (11, "d"),
        (90, "e"),
        (1, "f"),
        (0, "g"),
    ] {
        let batch = at_time(time, value);
        bench.log.append(&mut bench.disk, &batch, 0, 0).unwrap();
    }
    bench.sync();
    let at = |bench: &mut Bench<SimDisk>, now| bench.log.apply_retention(&mut bench.disk, now);
    assert_eq!(at(&mut bench, 120), Ok(0), "its latest is 20");
    assert_eq!(at(&mut bench, 121), Ok(4), "the second one's latest is 11");
    assert_eq!(at(&mut bench, 1_000), Ok(6), "the active one stays");
    assert_eq!(bench.values(), "g");
}

#[test]
fn a_compacted_log_keeps_its_segments() {
    let config = LogConfig {
        retention_bytes: Some(0),
        retention_ms: Some(0),
        compact: true,
        ..small()
    };
    let mut bench = bench(&config);
    for key in ["a", "b", "c"] {
        let mut batch = new_batch(&["v"]);
        batch.records[0].key = Some(key.as_bytes().into());
        bench.append(&batch).unwrap();
    }
    bench.sync();
    assert_eq!(bench.log.apply_retention(&mut bench.disk, 1 << 40), Ok(0));
    let keyless = bench.append(&new_batch(&["v"]));
    assert!(keyless.is_err(), "K10");
}

#[test]
fn records_are_deleted_up_to_the_high_watermark_only() {
    let mut bench = bench(&small());
    bench.put_each("abcde");
    bench.sync();
    bench.put_each("f");
    for asked in [-1, 6] {
        let high_watermark = 5;
        let refused = bench.log.delete_records(&mut bench.disk, asked);
        assert_eq!(
            refused,
            Err(LogError::DeleteOutOfRange {
                asked,
                high_watermark
            })
        );
    }
    assert_eq!(bench.log.delete_records(&mut bench.disk, 3), Ok(3));
    assert_eq!(bench.values(), "def");
    assert_eq!(bench.log.segments().next().unwrap().base_offset(), 2);
    assert_eq!(bench.log.delete_records(&mut bench.disk, 1), Ok(3));
    let (mut bench, _) = bench.reopened(&small());
    assert_eq!(bench.values(), "def");
    assert_eq!(bench.log.delete_records(&mut bench.disk, 6), Ok(6));
    assert_eq!(bench.values(), "");
    bench.put_each("g");
    let (bench, _) = bench.reopened(&small());
    assert_eq!((bench.log.log_start_offset(), &*bench.values()), (6, "g"));
}

#[test]
fn a_power_cut_at_any_operation_of_a_deletion_leaves_all_or_a_legal_part() {
    let mut whole = bench(&small());
    whole.put_each("abcdefg");
    whole.checkpoint();
    let mut images = 0;
    for crash in 0.. {
        let mut disk = Faulty::new(whole.disk.clone());
        let mut log = whole.log.clone();
        disk.fail_at(crash, Fault::PowerCut);
        let done = log.delete_records(&mut disk, 5);
        for survivor in disk.into_inner().survivors() {
            images += 1;
            let (after, report) = Bench::on(survivor, &small()).reopened(&small());
            let start = after.log.log_start_offset();
            assert!(
                start == 5 || (start == 0 && done.is_err()),
                "crash at {crash}: {start}"
            );
            assert_eq!(after.values(), if start == 5 { "fg" } else { "abcdefg" });
            assert_eq!(
                report.deleted_segments,
                [] as [String; 0],
                "the first opening did it"
            );
            let base = after.log.segments().next().unwrap().base_offset();
            assert_eq!(base, if start == 5 { 4 } else { 0 });
            assert_eq!(after.disk.survivors().len(), 1, "all is durable");
        }
        if done.is_ok() {
            println!("{crash} operations, {images} images");
            break;
        }
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_deletes_nothing() {
    let mut whole = bench(&small());
    whole.put_each("abcdefg");
    whole.checkpoint();
    for fault in [Fault::WriteNoSpace, Fault::NameNoSpace, Fault::NameIo] {
        for n in 0.. {
            let mut bench = Bench {
                disk: Faulty::new(whole.disk.clone()),
                log: whole.log.clone(),
            };
            bench.disk.fail_at(n, fault);
            let Err(error) = bench.log.delete_records(&mut bench.disk, 5) else {
                assert!(n > 0 && bench.disk.fired() == 0);
                break;
            };
            assert!(matches!(error, LogError::Disk(_)), "{error}");
            assert!(
                matches!(&*bench.values(), "abcdefg" | "fg"),
                "{fault:?} {n}"
            );
            // The next try gets there.
            assert_eq!(bench.log.delete_records(&mut bench.disk, 5), Ok(5));
            assert_eq!(bench.log.segments().next().unwrap().base_offset(), 4);
            let mut disk = bench.disk.into_inner();
            let (log, report) = open(&mut disk, &small()).unwrap();
            assert_eq!(
                (values(&log, &disk), report.deleted_segments.len()),
                ("fg".to_owned(), 0)
            );
        }
    }
}
