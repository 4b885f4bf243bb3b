//! Disks that fail: nothing acknowledged is lost, what failed leaves no trace, and a failed sync is the end.

use crate::engine;

use engine::*;
use plimsoll_disk::{Fault, Faulty, SimDisk};
use plimsoll_log::decisions::{
    Acknowledge, AdvanceRecoveryPoint, AfterFailedSync, FailedSync, NewNames,
};
use plimsoll_log::{AppendError, Decisions, Log, LogConfig, LogError};

const VALUES: &str = "abcdefgh";

fn life_config(decisions: Decisions) -> LogConfig {
    LogConfig {
        checkpoint_bytes: 3 * 69,
        ..deciding(decisions)
    }
}

/// Appends, syncs every second batch, checkpoints at the end. An append that failed without stopping the log is tried
/// once more. Gives how many of the values were acknowledged as durable.
fn life(disk: &mut Faulty<SimDisk>, config: &LogConfig) -> usize {
    let Ok((mut log, _)) = open(disk, config) else {
        return 0;
    };
    let mut acknowledged = 0;
    for at in 0..VALUES.len() {
        let batch = batch(&[&VALUES[at..=at]]);
        let mut appended = log.append(disk, &batch, 0, 0);
        if let Err(AppendError::Undone(_)) = appended {
            assert_eq!(log.log_end_offset(), at as i64, "it left no trace");
            appended = log.append(disk, &batch, 0, 0);
        }
        if appended.is_err() {
            break;
        }
        if at % 2 == 1 && log.sync(disk).is_err() {
            // Whoever does not know better tries again.
            let _ = log.sync(disk);
        }
        acknowledged = log.acknowledged_end_offset() as usize;
        if log.stopped().is_some() {
            break;
        }
    }
    let _ = log.checkpoint(disk);
    acknowledged.max(log.acknowledged_end_offset() as usize)
}

/// Why what is left breaks a promise.
fn broken(mut survivor: SimDisk, acknowledged: usize, config: &LogConfig) -> Option<String> {
    let (log, _) = match open(&mut survivor, config) {
        Ok(opened) => opened,
        Err(error) => return Some(format!("does not open: {error}")),
    };
    let batches = match log.read(&survivor, 0, i64::MAX, usize::MAX) {
        Ok(batches) => batches,
        Err(error) => return Some(format!("cannot be read: {error}")),
    };
    let records = batches.iter().flat_map(|batch| batch.records().unwrap());
    let held: String = records
        .map(|record| String::from_utf8(record.value.unwrap().to_vec()).unwrap())
        .collect();
    if !VALUES.starts_with(&held) {
        return Some(format!("L9: {held:?} was never written"));
    }
    if held.len() < acknowledged {
        return Some(format!(
            "L1: {acknowledged} were acknowledged, {held:?} is there"
        ));
    }
    let durable = survivor.survivors().len() == 1;
    (!durable).then(|| "not all of it is durable".to_owned())
}

/// A fault at every place where it can happen, then a power cut. Gives how many images that are, or what is wrong.
fn fault_everywhere(fault: Fault, config: &LogConfig) -> Result<u64, String> {
    let mut images = 0;
    for n in 0.. {
        let mut disk = Faulty::new(SimDisk::new());
        disk.fail_at(n, fault);
        let acknowledged = life(&mut disk, config);
        let fired = disk.fired() > 0;
        for survivor in disk.into_inner().survivors() {
            images += 1;
            if let Some(why) = broken(survivor, acknowledged, config) {
                return Err(format!("{fault:?} {n}: {why}"));
            }
        }
        if !fired {
            break;
        }
    }
    Ok(images)
}

const FAULTS: [Fault; 8] = [
    Fault::PowerCut,
    Fault::WriteIo,
    Fault::WriteNoSpace,
    Fault::WriteShort,
    Fault::TruncateIo,
    Fault::SyncIo,
    Fault::NameIo,
    Fault::NameNoSpace,
];

#[test]
fn one_fault_anywhere_costs_nothing_that_was_acknowledged() {
    let config = life_config(Decisions::default());
    for fault in FAULTS {
        let images = fault_everywhere(fault, &config).unwrap();
        println!("{fault:?}: {images} images");
        assert!(images > 0);
    }
}

#[test]
fn mistakes_are_caught_by_a_fault() {
    let right = Decisions::default();
    let early = Decisions {
        acknowledge: Acknowledge::AtAppend,
        ..right
    };
    let unnamed = Decisions {
        new_names: NewNames::NotSynced,
        ..right
    };
    let retrying = Decisions {
        failed_sync: FailedSync::Retry,
        ..right
    };
    let ahead = Decisions {
        recovery_point: AdvanceRecoveryPoint::BeforeSync,
        ..right
    };
    for (decisions, fault) in [
        (early, Fault::PowerCut),
        (unnamed, Fault::PowerCut),
        (retrying, Fault::SyncIo),
        (ahead, Fault::PowerCut),
    ] {
        let found = fault_everywhere(fault, &life_config(decisions));
        println!("{found:?}");
        assert!(found.is_err(), "{decisions:?}");
    }
}

#[test]
fn a_log_that_stopped_answers_so_until_it_is_opened_again() {
    let mut bench = Bench::on(Faulty::new(SimDisk::new()), &small());
    bench.put_each("ab");
    bench.sync();
    bench.put_each("c");
    bench.disk.fail_at(0, Fault::SyncIo);
    assert!(matches!(
        bench.log.sync(&mut bench.disk),
        Err(LogError::Disk(_))
    ));
    let before = bench.disk.operations();
    let Bench { disk, log } = &mut bench;
    assert!(matches!(log.sync(disk), Err(LogError::Stopped { .. })));
    assert!(matches!(log.roll(disk), Err(LogError::Stopped { .. })));
    assert!(matches!(
        log.checkpoint(disk),
        Err(LogError::Stopped { .. })
    ));
    assert!(matches!(
        log.delete_records(disk, 1),
        Err(LogError::Stopped { .. })
    ));
    assert!(matches!(
        log.apply_retention(disk, 1),
        Err(LogError::Stopped { .. })
    ));
    assert!(matches!(log.clean(disk, 1), Err(LogError::Stopped { .. })));
    assert!(matches!(
        log.append(disk, &batch(&["d"]), 0, 0),
        Err(AppendError::Stopped { .. })
    ));
    assert!(log.read(disk, 0, 2, 1).is_err() && log.offset_for_time(disk, 0).is_err());
    assert_eq!(disk.operations(), before, "the disk is left alone");
    assert_eq!(log.acknowledged_end_offset(), 2);
}

/// A sync that fails at its `n`-th part, a process that starts again on the same machine, and then a power cut.
fn restarted_then_cut(n: u64, config: &LogConfig) -> Option<String> {
    let mut bench = Bench::on(Faulty::new(SimDisk::new()), config);
    bench.put_each("abc");
    bench.checkpoint();
    bench.put_each("defg");
    bench.disk.fail_at(n, Fault::SyncIo);
    bench.log.sync(&mut bench.disk).unwrap_err();
    let (log, _) = open(&mut bench.disk, config).unwrap();
    assert_eq!(values(&log, &bench.disk), "abcdefg");
    let acknowledged = log.acknowledged_end_offset() as usize;
    bench
        .disk
        .into_inner()
        .survivors()
        .into_iter()
        .find_map(|survivor| broken(survivor, acknowledged.min(VALUES.len()), config))
}

#[test]
fn what_a_restarted_process_shows_after_a_failed_sync_is_durable() {
    for n in 0..4 {
        assert_eq!(restarted_then_cut(n, &small()), None, "sync {n}");
        let believing = deciding(Decisions {
            after_failed_sync: AfterFailedSync::Sync,
            ..Decisions::default()
        });
        assert!(restarted_then_cut(n, &believing).is_some(), "sync {n}");
    }
}

#[test]
fn a_full_disk_is_no_failure_of_a_sync_that_only_lacks_its_checkpoint() {
    let config = life_config(Decisions::default());
    let mut bench = Bench::on(Faulty::new(SimDisk::new()), &config);
    bench.put_each("abcd");
    bench.disk.fail_at(0, Fault::NameNoSpace);
    bench.sync();
    assert!(bench.log.checkpoint_failure().is_some());
    assert_eq!(bench.log.recovery_point().offset, 0);
    assert_eq!(bench.log.synced_end_offset(), 4);
    bench.sync();
    assert_eq!(bench.log.checkpoint_failure(), None);
    assert_eq!(bench.log.recovery_point().offset, 4);
}

#[test]
fn reads_that_fail_or_come_short_are_errors_and_never_an_end() {
    let mut bench = Bench::on(SimDisk::new(), &small());
    bench.put_each("abc");
    bench.checkpoint();
    bench.put_each("defg");
    bench.sync();
    for fault in [Fault::ReadIo, Fault::ReadShort] {
        for n in 0.. {
            let mut disk = Faulty::new(bench.disk.clone());
            disk.fail_at(n, fault);
            let opened: Result<(Log, _), _> = open(&mut disk, &small());
            let Ok((log, _)) = opened else {
                assert_eq!(values(&bench.log, disk.inner()), "abcdefg");
                continue;
            };
            assert_eq!(log.log_end_offset(), 7, "{fault:?} {n}");
            let read = log.read(&disk, 0, 7, usize::MAX);
            match disk.fired() {
                0 => break,
                _ => assert!(read.is_err(), "{fault:?} {n}"),
            }
        }
    }
}

#[test]
fn recovery_may_crash_at_any_operation_any_number_of_times() {
    let config = small();
    let mut disk = Faulty::new(SimDisk::new());
    let (mut log, _) = open(&mut disk, &config).unwrap();
    for value in ["a", "b", "c"] {
        log.append(&mut disk, &batch(&[value]), 0, 0).unwrap();
    }
    log.checkpoint(&mut disk).unwrap();
    for value in ["d", "e", "f"] {
        log.append(&mut disk, &batch(&[value]), 0, 0).unwrap();
    }
    let mut seen = 0;
    for survivor in disk.into_inner().survivors() {
        let mut once = survivor.clone();
        let (log, _) = open(&mut once, &config).unwrap();
        let expected = values(&log, &once);
        let mut twice = once.clone();
        let (again, report) = open(&mut twice, &config).unwrap();
        assert_eq!((&again, &twice), (&log, &once));
        assert_eq!(report.damage, None);
        for crash in 0.. {
            let mut crashing = Faulty::new(survivor.clone());
            crashing.fail_at(crash, Fault::PowerCut);
            if open(&mut crashing, &config).is_ok() {
                break;
            }
            for mut image in crashing.into_inner().survivors() {
                seen += 1;
                let (log, _) = open(&mut image, &config).unwrap();
                assert_eq!(values(&log, &image), expected, "crash at {crash}");
            }
        }
    }
    println!("{seen} images");
}
