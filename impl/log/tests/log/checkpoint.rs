//! The checkpoint: what it spares an opening, what it makes an opening refuse, and what a tear behind it costs (L9, L10).

use crate::engine;

use engine::*;
use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::decisions::{LaterSegments, RecoveryChecksum, TornTail};
use plimsoll_log::{
    BatchError, CheckpointError, Damage, Decisions, LogConfig, LogError, ReadError, RecoveryReport,
};

const BATCH: u64 = 69;

/// Values a to j in five segments of two; the recovery point is at 5, in the middle of the third.
fn prepared(config: &LogConfig) -> Bench<SimDisk> {
    let mut bench = bench(config);
    bench.put_each("abcde");
    bench.checkpoint();
    bench.put_each("fghij");
    bench.sync();
    bench
}

fn refused(bench: Bench<SimDisk>) -> LogError {
    let mut disk = bench.disk;
    let before = disk.clone();
    let error = open(&mut disk, &small()).unwrap_err();
    let names = |disk: &SimDisk| disk.list(DIRECTORY).unwrap();
    assert_eq!(names(&disk), names(&before), "nothing was removed");
    for name in names(&disk) {
        let path = format!("{DIRECTORY}/{name}");
        assert_eq!(disk.len(&path), before.len(&path), "nothing was cut");
    }
    error
}

#[test]
fn what_lies_below_the_recovery_point_is_not_read() {
    let bench = prepared(&small());
    let live = bench.log.clone();
    let (bench, report) = bench.reopened(&small());
    assert_eq!(bench.log, live);
    assert_eq!((report.recovery_point, report.batches), (5, 5));
    assert_eq!(report.scanned_bytes, 5 * BATCH);
    assert_eq!(bench.values(), "abcdefghij");
    let (bench, report) = bench.reopened(&small());
    assert_eq!((bench.log, report.batches), (live, 5));
}

#[test]
fn a_checkpoint_is_written_by_a_sync_when_enough_was_appended() {
    let config = LogConfig {
        checkpoint_bytes: 3 * BATCH,
        ..small()
    };
    let mut bench = bench(&config);
    for (value, point) in [("a", 0), ("b", 0), ("c", 3), ("d", 3)] {
        bench.put_each(value);
        bench.sync();
        assert_eq!(bench.log.recovery_point().offset, point);
    }
    let (bench, report) = bench.reopened(&config);
    assert_eq!(report.batches, 1);
    let Bench { mut disk, log } = bench;
    log.close(&mut disk).unwrap();
    assert_eq!(open(&mut disk, &config).unwrap().1.batches, 0);
}

#[test]
fn damage_below_the_recovery_point_is_refused_when_touched_and_never_cut_off() {
    for (offset, base) in [(1, 0), (4, 4)] {
        let mut bench = prepared(&small());
        let position = (offset - base) as u64 * BATCH;
        damage(&mut bench.disk, &file(base), position + 65);
        let (bench, report) = bench.reopened(&small());
        assert_eq!((report.damage, report.truncated_bytes), (None, 0));
        assert_eq!(bench.log.log_end_offset(), 10);
        match bench.log.read(&bench.disk, offset, 10, 1) {
            Err(ReadError::Damaged {
                file: path,
                offset: at,
                position: byte,
                reason: Damage::Batch(BatchError::Checksum { .. }),
            }) => assert_eq!((path, at, byte), (file(base), offset, position)),
            other => panic!("{other:?}"),
        }
        assert!(bench.log.read(&bench.disk, offset + 1, 10, 1).is_ok());
    }
}

#[test]
fn a_segment_that_is_missing_below_the_recovery_point_is_named() {
    for base in [0, 2, 4] {
        let mut bench = prepared(&small());
        bench.disk.remove(&file(base)).unwrap();
        let missing = LogError::Missing {
            file: file(base),
            recovery_point: 5,
        };
        assert_eq!(refused(bench), missing);
    }
    let mut bench = prepared(&small());
    for base in [0, 2, 4, 6, 8] {
        bench.disk.remove(&file(base)).unwrap();
    }
    let missing = LogError::Missing {
        file: file(0),
        recovery_point: 5,
    };
    assert_eq!(refused(bench), missing);
}

#[test]
fn a_file_of_another_length_below_the_recovery_point_is_named() {
    for (base, expected, found) in [
        (4, BATCH, BATCH - 1),
        (2, 2 * BATCH, 2 * BATCH - 1),
        (2, 2 * BATCH, BATCH),
        (2, 2 * BATCH, 0),
        (2, 2 * BATCH, 2 * BATCH + 1),
    ] {
        let mut bench = prepared(&small());
        match found < expected {
            true => bench.disk.truncate(&file(base), found).unwrap(),
            false => bench.disk.write_at(&file(base), expected, &[0]).unwrap(),
        }
        let file = file(base);
        let length = LogError::Length {
            file,
            expected,
            found,
        };
        assert_eq!(refused(bench), length);
    }
}

#[test]
fn a_batch_that_was_cut_out_below_the_recovery_point_is_missed() {
    let mut bench = prepared(&small());
    let second = bench.disk.read_at(&file(2), BATCH, BATCH as usize).unwrap();
    // What is left is whole, grows, and ends where the next segment begins, as if compaction had been there.
    bench.disk.write_at(&file(2), 0, &second).unwrap();
    bench.disk.truncate(&file(2), BATCH).unwrap();
    let error = refused(bench).to_string();
    assert!(error.starts_with(&file(2)), "{error}");
}

#[test]
fn a_segment_file_that_the_checkpoint_does_not_know_is_named() {
    for base in [1, 3] {
        let mut bench = prepared(&small());
        bench.disk.create(&file(base)).unwrap();
        assert_eq!(refused(bench), LogError::Unknown { file: file(base) });
    }
}

#[test]
fn a_damaged_checkpoint_is_refused_whatever_byte_it_is() {
    let bench = prepared(&small());
    let path = format!("{DIRECTORY}/checkpoint");
    let length = bench.disk.len(&path).unwrap();
    for position in 0..length {
        let mut damaged = bench.clone();
        damage(&mut damaged.disk, &path, position);
        match refused(damaged) {
            LogError::Checkpoint { file, reason } => {
                assert_eq!((file, reason), (path.clone(), CheckpointError::Checksum));
            }
            other => panic!("{other:?}"),
        }
    }
    for length in [0, 1, 20, length - 1] {
        let mut short = bench.clone();
        short.disk.truncate(&path, length).unwrap();
        assert!(matches!(refused(short), LogError::Checkpoint { .. }));
    }
}

#[test]
fn a_checkpoint_that_is_right_but_not_understood_is_refused_by_line() {
    let bench = prepared(&small());
    let path = format!("{DIRECTORY}/checkpoint");
    let text = bench.disk.read_at(&path, 0, usize::MAX).unwrap();
    let text = String::from_utf8(text).unwrap();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        let body = text[..text.rfind("crc ").unwrap()].replacen(from, to, 1);
        let sealed = format!("{body}crc {:08x}\n", crc32c::crc32c(body.as_bytes()));
        let mut bench = bench.clone();
        bench.disk.truncate(&path, 0).unwrap();
        bench.disk.write_at(&path, 0, sealed.as_bytes()).unwrap();
        match refused(bench) {
            LogError::Checkpoint { reason, .. } => reason.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        with("checkpoint 1", "checkpoint 2"),
        "line 1 is not understood: \"plimsoll-checkpoint 2\""
    );
    assert_eq!(
        with("log-start 0", "log-start zero"),
        "line 2 is not understood: \"log-start zero\""
    );
    assert_eq!(with("log-start 0\n", ""), "a line is missing");
    assert_eq!(
        with("log-start 0", "log-start 6"),
        "the log's start is not below the recovery point"
    );
    assert_eq!(
        with("recovery-point 5 4 69", "recovery-point 5 4 70"),
        "its last segment does not end at the recovery point"
    );
    assert_eq!(
        with("segment 0 2 ", "segment 0 3 "),
        "its segments do not follow on each other"
    );
}

/// Opens a log whose fourth segment, above the recovery point, is damaged in its second batch.
fn torn(decisions: Decisions) -> (Bench<SimDisk>, RecoveryReport) {
    let config = deciding(decisions);
    let mut bench = prepared(&config);
    damage(&mut bench.disk, &file(6), BATCH + 65);
    bench.reopened(&config)
}

#[test]
fn a_tear_takes_every_later_segment_with_it() {
    let (mut bench, report) = torn(Decisions::default());
    assert_eq!(bench.values(), "abcdefg");
    assert_eq!((report.file, report.kept_bytes), (file(6), BATCH));
    assert_eq!(report.truncated_bytes, BATCH);
    assert!(matches!(
        report.damage,
        Some(Damage::Batch(BatchError::Checksum { .. }))
    ));
    assert_eq!(report.removed_segments, [(file(8), 2 * BATCH)]);
    assert_eq!(bench.disk.len(&file(6)), Ok(BATCH));
    bench.put_each("HI");
    let (bench, report) = bench.reopened(&small());
    assert_eq!(
        (bench.values(), report.damage),
        ("abcdefgHI".to_owned(), None)
    );
}

#[test]
fn l10_later_segments_that_are_kept_leave_a_hole() {
    let (bench, _) = torn(Decisions {
        later_segments: LaterSegments::Kept,
        ..Decisions::default()
    });
    assert_eq!(bench.values(), "abcdefgij");
    assert_eq!(bench.log.log_end_offset(), 10);
}

#[test]
fn l10_a_batch_whose_checksum_nobody_computed_is_in_the_log_and_cannot_be_read() {
    let (bench, report) = torn(Decisions {
        recovery_checksum: RecoveryChecksum::NotChecked,
        ..Decisions::default()
    });
    assert_eq!((bench.log.log_end_offset(), report.damage), (10, None));
    let read = bench.log.read(&bench.disk, 7, 10, 1);
    assert!(matches!(read, Err(ReadError::Damaged { offset: 7, .. })));
}

#[test]
fn l11_what_is_appended_behind_a_torn_tail_cannot_be_read() {
    let (mut bench, report) = torn(Decisions {
        torn_tail: TornTail::Skipped,
        ..Decisions::default()
    });
    assert_eq!((bench.log.log_end_offset(), report.truncated_bytes), (7, 0));
    bench.put_each("H");
    bench.sync();
    assert!(bench.log.read(&bench.disk, 0, 8, usize::MAX).is_err());
}

#[test]
fn a_missing_segment_above_the_recovery_point_ends_the_log() {
    let mut bench = prepared(&small());
    bench.disk.remove(&file(6)).unwrap();
    let (bench, report) = bench.reopened(&small());
    assert_eq!(bench.values(), "abcdef");
    let damage = Damage::NextSegment { end: 6, next: 8 };
    assert_eq!(report.damage, Some(damage));
    assert_eq!(report.removed_segments, [(file(8), 2 * BATCH)]);
}

#[test]
fn temporary_files_and_indexes_of_segments_that_are_gone_are_removed() {
    let mut bench = prepared(&small());
    let leftovers = [
        "00000000000000000002.log.cleaned",
        "00000000000000000002.log.copy",
        "00000000000000000077.index",
        "00000000000000000077.timeindex",
        "checkpoint.tmp",
    ];
    for name in leftovers {
        bench.disk.create(&format!("{DIRECTORY}/{name}")).unwrap();
    }
    bench.disk.create("p-0/notes.index").unwrap();
    let (bench, report) = bench.reopened(&small());
    assert_eq!(report.leftovers, leftovers);
    let names = bench.disk.list(DIRECTORY).unwrap();
    assert!(!names.iter().any(|name| leftovers.contains(&name.as_str())));
    assert!(names.contains(&"notes.index".to_owned()), "not ours");
    assert_eq!(bench.values(), "abcdefghij");
}
