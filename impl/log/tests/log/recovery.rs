//! L9 and L10: what recovery keeps, what it cuts off, and that doing it twice is doing it once.

use std::sync::Arc;

use plimsoll_disk::{Disk, Fault, Faulty, SimDisk};
use plimsoll_log::{
    Batch, BatchError, Damage, Log, LogConfig, LogError, NewBatch, NewRecord, ReadError,
    RecoveryReport,
};

const FILE: &str = "p-0/00000000000000000000.log";

fn open(disk: &mut impl Disk) -> Result<(Log, RecoveryReport), LogError> {
    Log::open(disk, "p-0", Arc::new(LogConfig::default()), 0)
}

fn batch(values: &[&str]) -> Batch {
    let record = |value: &&str| NewRecord {
        value: Some(value.as_bytes().into()),
        ..NewRecord::default()
    };
    let batch = NewBatch {
        timestamp_ms: 1,
        records: values.iter().map(record).collect(),
        ..NewBatch::default()
    };
    batch.build().unwrap()
}

/// Three batches of 1, 2 and 1 records, all synced; and where each ends in the file.
fn written() -> (SimDisk, Vec<u64>) {
    let mut disk = SimDisk::new();
    let (mut log, _) = open(&mut disk).unwrap();
    let mut ends = Vec::new();
    for values in [&["a"] as &[&str], &["b", "c"], &["d"]] {
        log.append(&mut disk, &batch(values), 0, 0).unwrap();
        ends.push(disk.len(FILE).unwrap());
    }
    log.sync(&mut disk).unwrap();
    (disk, ends)
}

fn content(disk: &SimDisk) -> Vec<u8> {
    disk.read_at(FILE, 0, usize::MAX).unwrap()
}

/// The same disk with another content of the segment.
fn holding(disk: &SimDisk, content: &[u8]) -> SimDisk {
    let mut disk = disk.clone();
    disk.truncate(FILE, 0).unwrap();
    disk.write_at(FILE, 0, content).unwrap();
    disk.sync(FILE).unwrap();
    disk
}

fn values(log: &Log, disk: &SimDisk) -> String {
    let batches = log.read(disk, 0, i64::MAX, usize::MAX).unwrap();
    let records = batches.iter().flat_map(|b| b.records().unwrap());
    records
        .map(|r| String::from_utf8(r.value.unwrap().to_vec()).unwrap())
        .collect()
}

#[test]
fn a_tail_torn_anywhere_is_cut_off_and_the_log_goes_on() {
    let (disk, ends) = written();
    let whole = content(&disk);
    for cut in 0..=whole.len() as u64 {
        let mut torn = holding(&disk, &whole[..cut as usize]);
        let (mut log, report) = open(&mut torn).unwrap();
        let kept = ends.iter().filter(|end| **end <= cut).count();
        let kept_bytes = kept.checked_sub(1).map_or(0, |last| ends[last]);
        assert_eq!(report.batches, kept as u64, "cut at {cut}");
        assert_eq!(
            (report.kept_bytes, report.truncated_bytes),
            (kept_bytes, cut - kept_bytes)
        );
        assert_eq!(report.damage.is_some(), cut != kept_bytes);
        assert!(
            matches!(
                &report.damage,
                None | Some(Damage::Batch(BatchError::Short { .. }))
            ),
            "cut at {cut}"
        );
        assert_eq!(values(&log, &torn), ["", "a", "abc", "abcd"][kept]);

        let (_, again) = open(&mut torn).unwrap();
        assert_eq!(
            (again.truncated_bytes, again.damage),
            (0, None),
            "cut at {cut}"
        );
        assert_eq!(again.log_end_offset, report.log_end_offset);

        // What comes next stands where the torn batch stood, not behind its remains.
        let next = log.append(&mut torn, &batch(&["X"]), 1, 0).unwrap();
        assert_eq!(next.base_offset, report.log_end_offset);
        let (log, _) = open(&mut torn).unwrap();
        assert_eq!(
            values(&log, &torn),
            format!("{}X", ["", "a", "abc", "abcd"][kept])
        );
    }
}

#[test]
fn any_flipped_bit_cuts_the_log_before_its_batch() {
    let (disk, ends) = written();
    let whole = content(&disk);
    let (first, second) = (ends[0] as usize, ends[1] as usize);
    for at in first..second {
        let field = at - first;
        if field < 8 || (12..16).contains(&field) {
            // The base offset and the leader epoch are outside the checksum, by the format: brokers set them.
            continue;
        }
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << bit;
            let mut disk = holding(&disk, &flipped);
            if field == 16 && flipped[at] != 0 {
                // Another format, for all that recovery can tell: it cuts nothing off.
                let error = open(&mut disk).unwrap_err();
                assert!(matches!(error, LogError::Magic { .. }), "{error}");
                assert_eq!(content(&disk), flipped);
                continue;
            }
            let (log, report) = open(&mut disk).unwrap();
            assert_eq!(
                log.log_end_offset(),
                1,
                "byte {field} of the batch, bit {bit}"
            );
            assert_eq!(report.truncated_bytes, (whole.len() - first) as u64);
        }
    }
}

#[test]
fn zeros_behind_the_end_are_not_a_batch() {
    let (disk, ends) = written();
    for zeros in [1, 61, 4_096] {
        let padded = [content(&disk), vec![0; zeros]].concat();
        let (log, report) = open(&mut holding(&disk, &padded)).unwrap();
        assert_eq!((log.log_end_offset(), report.kept_bytes), (4, ends[2]));
        assert_eq!(report.truncated_bytes, zeros as u64);
    }
}

#[test]
fn a_good_batch_in_the_wrong_place_is_cut_off() {
    let (disk, ends) = written();
    let whole = content(&disk);
    let repeated = [&whole[..], &whole[ends[0] as usize..ends[1] as usize]].concat();
    let (log, report) = open(&mut holding(&disk, &repeated)).unwrap();
    let damage = Damage::Offset {
        expected: 4,
        found: 1,
    };
    assert_eq!((log.log_end_offset(), report.damage), (4, Some(damage)));
}

#[test]
fn a_gap_in_the_segment_being_written_is_damage() {
    // Compaction leaves gaps, but never there.
    let (disk, ends) = written();
    let whole = content(&disk);
    let gap = [&whole[..ends[0] as usize], &whole[ends[1] as usize..]].concat();
    let (log, report) = open(&mut holding(&disk, &gap)).unwrap();
    let damage = Damage::Offset {
        expected: 1,
        found: 3,
    };
    assert_eq!((log.log_end_offset(), report.damage), (1, Some(damage)));
}

#[test]
fn a_length_that_claims_gigabytes_is_a_torn_tail() {
    let (disk, ends) = written();
    let mut lying = content(&disk);
    lying[ends[1] as usize + 8..][..4].copy_from_slice(&(48_i32 << 20).to_be_bytes());
    let (log, _) = open(&mut holding(&disk, &lying)).unwrap();
    assert_eq!(log.log_end_offset(), 3);
}

#[test]
fn a_file_that_is_no_segment_is_refused_rather_than_ignored() {
    let (mut disk, _) = written();
    disk.create("p-0/4.log").unwrap();
    let file = "p-0/4.log".to_owned();
    assert_eq!(open(&mut disk).err(), Some(LogError::Foreign { file }));
}

/// Opens a log, appends and syncs; stops at the first error. Gives the end that was reported as synced.
fn workload(disk: &mut impl Disk) -> i64 {
    let Ok((mut log, _)) = open(disk) else {
        return 0;
    };
    for values in [&["a"] as &[&str], &["b", "c"], &["d"]] {
        if log.append(disk, &batch(values), 0, 0).is_err()
            || (values.len() == 2 && log.sync(disk).is_err())
        {
            break;
        }
    }
    log.synced_end_offset()
}

#[test]
fn every_crash_leaves_a_prefix_that_holds_what_was_synced() {
    let mut images = 0;
    let operations = {
        let mut disk = Faulty::new(SimDisk::new());
        workload(&mut disk);
        disk.operations()
    };
    for crash in 0..=operations {
        let mut disk = Faulty::new(SimDisk::new());
        disk.fail_at(crash, Fault::PowerCut);
        let synced = workload(&mut disk);
        for mut survivor in disk.inner().survivors() {
            images += 1;
            let (log, _) = open(&mut survivor).unwrap();
            assert!(log.log_end_offset() >= synced, "crash at {crash}");
            assert!(
                "abcd".starts_with(&values(&log, &survivor)),
                "crash at {crash}"
            );
            recovery_itself_may_crash(&survivor, &values(&log, &survivor));
        }
    }
    println!("{operations} operations, {images} images after a crash");
    // Opening: 1, 2, 3 (neither, directory, both), 2, 1; then 1, 3, 6 with two unsynced batches, 1, 3.
    assert_eq!((operations, images), (9, 23));
}

fn recovery_itself_may_crash(disk: &SimDisk, expected: &str) {
    for crash in 0.. {
        let mut crashing = Faulty::new(disk.clone());
        crashing.fail_at(crash, Fault::PowerCut);
        if open(&mut crashing).is_ok() {
            return;
        }
        for mut survivor in crashing.inner().survivors() {
            let (log, _) = open(&mut survivor).unwrap();
            assert_eq!(values(&log, &survivor), expected);
        }
    }
}

#[test]
fn damage_behind_the_back_of_an_open_log_is_refused_by_name() {
    let (mut disk, ends) = written();
    let (log, _) = open(&mut disk).unwrap();
    disk.write_at(FILE, ends[0] + 30, &[0xff]).unwrap();
    match log.read(&disk, 1, 4, usize::MAX) {
        Err(ReadError::Damaged {
            file,
            offset,
            position,
            reason: Damage::Batch(BatchError::Checksum { .. }),
        }) => {
            assert_eq!((&*file, offset, position), (FILE, 1, ends[0]));
        }
        other => panic!("{other:?}"),
    }
    assert!(
        log.read(&disk, 3, 4, usize::MAX).is_ok(),
        "the rest can still be read"
    );
}

#[test]
fn another_good_batch_in_its_place_is_refused_too() {
    // The base offset is outside the checksum.
    let (mut disk, ends) = written();
    let (log, _) = open(&mut disk).unwrap();
    disk.write_at(FILE, ends[0] + 7, &[2]).unwrap();
    let read = log.read(&disk, 1, 4, usize::MAX);
    let reason = Damage::Offset {
        expected: 1,
        found: 2,
    };
    assert!(matches!(read, Err(ReadError::Damaged { offset: 1, reason: r, .. }) if r == reason));
}

#[test]
fn a_disk_that_cannot_be_read_is_an_error_and_not_an_empty_log() {
    let mut disk = Faulty::new(written().0);
    disk.fail_at(0, Fault::ReadIo);
    assert!(open(&mut disk).is_err());
}
