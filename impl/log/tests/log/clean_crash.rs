//! K9: a crash at any operation of a pass, and at any of the recovery after it, leaves each group of segments all old or
//! all new, whatever of the unsynced names and bytes survives.

use crate::compaction;

use std::sync::Arc;

use compaction::{Bench, DIRECTORY, RETENTION_MS, batch, config, producer};
use plimsoll_disk::{Disk, Fault, Faulty, SimDisk};
use plimsoll_log::decisions::Swap;
use plimsoll_log::{Decisions, Log, LogConfig, NewBatch, Outcome};

/// Where the first group of the prepared log ends and the second begins, and where that ends.
const BORDERS: [i64; 2] = [11, 19];

/// Six small segments in two groups, with a tombstone, producers and transactions.
fn prepared(swap: Swap) -> Bench<SimDisk> {
    let decisions = Decisions {
        swap,
        ..Decisions::default()
    };
    let mut bench = Bench::new(LogConfig {
        decisions,
        segment_bytes: 500,
        ..config()
    });
    let roll = |bench: &mut Bench<SimDisk>| bench.log.roll(&mut bench.disk).unwrap();
    bench.put(&[("a", "1"), ("b", "1"), ("c", "1")]);
    bench.put_in(7, 0, "a", "x");
    roll(&mut bench);
    bench.put_in(7, 1, "b", "x");
    bench.put_in(7, 2, "b", "x");
    bench.end(7, Outcome::Abort);
    roll(&mut bench);
    bench.put(&[("a", "2"), ("b", "-"), ("d", "1"), ("e", "1")]);
    roll(&mut bench);
    for sequence in [0, 2] {
        bench.append(&NewBatch {
            producer: producer(8, sequence),
            ..batch(0, &[("e", "2"), ("a", "3")])
        });
    }
    roll(&mut bench);
    bench.put_in(9, 0, "f", "1");
    bench.end(9, Outcome::Commit);
    bench.put(&[("a", "4"), ("d", "2")]);
    bench.settle();
    bench
}

/// What a group holds, batch by batch.
fn groups(bench: &Bench<impl Disk>) -> [Vec<Vec<u8>>; 2] {
    let mut groups = [Vec::new(), Vec::new()];
    for batch in bench.batches() {
        let group = BORDERS.partition_point(|border| *border <= batch.header().base_offset);
        groups[group].push(batch.bytes().to_vec());
    }
    groups
}

/// What must be the same before, after, and wherever it was cut short.
fn lasting(bench: &Bench<impl Disk>) -> String {
    let log = &bench.log;
    let producers: Vec<_> = log.producers().map(|(id, p)| (id, p.clone())).collect();
    let ends = (
        log.log_start_offset(),
        log.log_end_offset(),
        log.last_stable_offset(),
    );
    let epochs = log.leader_epochs();
    format!(
        "{:?} {producers:?} {ends:?} {epochs:?}",
        bench.materialised()
    )
}

struct Expected {
    old: [Vec<Vec<u8>>; 2],
    new: [Vec<Vec<u8>>; 2],
    lasting: String,
}

fn expected() -> (Bench<SimDisk>, Expected) {
    let before = prepared(Swap::ByMarker);
    let mut after = before.clone();
    let report = after.clean();
    assert_eq!(
        (report.replaced_segments, report.new_segments),
        (5, 2),
        "{report:?}"
    );
    let expected = Expected {
        old: groups(&before),
        new: groups(&after),
        lasting: lasting(&before),
    };
    assert_ne!(expected.old[0], expected.new[0]);
    assert_ne!(expected.old[1], expected.new[1]);
    assert_eq!(expected.lasting, lasting(&after));
    (before, expected)
}

/// What is wrong with a log that was recovered, if anything.
fn wrong(disk: &SimDisk, config: &LogConfig, expected: &Expected) -> Option<String> {
    let mut disk = disk.clone();
    let config = Arc::new(config.clone());
    let (log, report) = match Log::open(&mut disk, DIRECTORY, config.clone(), 0) {
        Ok(opened) => opened,
        Err(error) => return Some(error.to_string()),
    };
    if report.damage.is_some() {
        return Some(format!("{report:?}"));
    }
    // The next process finds the same, though nothing was written in between.
    match Log::open(&mut disk, DIRECTORY, config, 0) {
        Ok((again, _)) if again == log => {}
        Ok(_) => return Some("opened once more it is another log".to_owned()),
        Err(error) => return Some(format!("opened once more: {error}")),
    }
    let now_ms = 0;
    let mut bench = Bench { disk, log, now_ms };
    let found = groups(&bench);
    let is_new = [0, 1].map(|group| found[group] == expected.new[group]);
    for group in 0..2 {
        if !is_new[group] && found[group] != expected.old[group] {
            return Some(format!("group {group} is neither old nor new"));
        }
    }
    if is_new == [false, true] {
        return Some("the second group before the first".to_owned());
    }
    if lasting(&bench) != expected.lasting {
        return Some(format!(
            "{} instead of {}",
            lasting(&bench),
            expected.lasting
        ));
    }
    let names = bench.disk.list(DIRECTORY).unwrap();
    let lasting = ["log", "index", "checkpoint"];
    let temporary = |name: &String| !lasting.iter().any(|ending| name.ends_with(ending));
    let left: Vec<_> = names.into_iter().filter(temporary).collect();
    if !left.is_empty() {
        return Some(format!("left over: {left:?}"));
    }
    bench.clean();
    (groups(&bench) != expected.new).then(|| "the next pass does not finish it".to_owned())
}

/// Every disk that a power cut at each operation of `run` may leave.
fn cuts(disk: &SimDisk, mut run: impl FnMut(&mut Faulty<SimDisk>) -> bool) -> Vec<SimDisk> {
    let mut left = Vec::new();
    for n in 0.. {
        let mut faulty = Faulty::new(disk.clone());
        faulty.fail_at(n, Fault::PowerCut);
        if run(&mut faulty) {
            return left;
        }
        assert!(faulty.is_off());
        left.extend(faulty.inner().survivors());
        // The process may die while the machine stays up.
        left.push(faulty.into_inner());
    }
    left
}

#[test]
fn a_crash_at_any_operation_of_a_pass_leaves_old_or_new() {
    let (before, expected) = expected();
    let config = before.log.config();
    let cut = cuts(&before.disk, |disk| {
        before.log.clone().clean(disk, 0).is_ok()
    });
    let mut finished = 0;
    for disk in &cut {
        assert_eq!(wrong(disk, config, &expected), None);
        let config = Arc::new(config.clone());
        let (_, report) = Log::open(&mut disk.clone(), DIRECTORY, config, 0).unwrap();
        finished += report.finished_swaps.len();
    }
    println!("{} disks, {finished} swaps finished at recovery", cut.len());
    assert!(cut.len() > 50 && finished > 5);
}

#[test]
fn a_crash_in_the_recovery_after_a_crash_changes_nothing() {
    let (before, expected) = expected();
    let config = before.log.config();
    let mut again = 0;
    for disk in cuts(&before.disk, |disk| {
        before.log.clone().clean(disk, 0).is_ok()
    }) {
        let open = |disk: &mut Faulty<SimDisk>| {
            Log::open(disk, DIRECTORY, Arc::new(config.clone()), 0).is_ok()
        };
        for disk in cuts(&disk, open) {
            assert_eq!(wrong(&disk, config, &expected), None);
            again += 1;
        }
    }
    println!("{again} disks after two crashes");
    assert!(again > 200);
}

#[test]
fn a_swap_in_place_is_noticed() {
    let (_, expected) = expected();
    let before = prepared(Swap::InPlace);
    let config = before.log.config();
    let cut = cuts(&before.disk, |disk| {
        before.log.clone().clean(disk, 0).is_ok()
    });
    let broken = cut
        .iter()
        .filter(|disk| wrong(disk, config, &expected).is_some());
    let broken = broken.count();
    println!("{broken} of {} disks are neither old nor new", cut.len());
    assert!(broken > 0, "breaks K9");
}

#[test]
fn an_error_at_any_operation_leaves_a_complete_log_that_runs_or_has_stopped() {
    let (before, expected) = expected();
    let config = before.log.config();
    let (mut stopped, mut running) = (0, 0);
    for fault in [
        Fault::ReadIo,
        Fault::ReadShort,
        Fault::WriteIo,
        Fault::WriteNoSpace,
        Fault::WriteShort,
        Fault::SyncIo,
        Fault::NameIo,
        Fault::NameNoSpace,
    ] {
        for n in 0.. {
            let mut faulty = Faulty::new(before.disk.clone());
            faulty.fail_at(n, fault);
            let mut log = before.log.clone();
            let cleaned = log.clean(&mut faulty, 0);
            if faulty.fired() == 0 {
                assert!(cleaned.is_ok());
                break;
            }
            assert!(cleaned.is_err(), "{fault:?} at {n} was swallowed");
            faulty.disarm();
            let disk = faulty.into_inner();
            match log.stopped() {
                Some(_) => stopped += 1,
                None => {
                    running += 1;
                    let now_ms = 0;
                    let bench = Bench {
                        disk: disk.clone(),
                        log,
                        now_ms,
                    };
                    assert_eq!(lasting(&bench), expected.lasting);
                }
            }
            for disk in disk.survivors().iter().chain([&disk]) {
                assert_eq!(wrong(disk, config, &expected), None, "{fault:?} at {n}");
            }
        }
    }
    println!("{stopped} errors stopped the log, {running} did not");
    assert!(stopped > 10 && running > 10);
}

#[test]
fn a_failed_sync_that_the_next_process_cannot_see_loses_nothing() {
    let (before, expected) = expected();
    let config = before.log.config();
    let (mut met, mut restarts) = (0, 0);
    for n in 0.. {
        let mut faulty = Faulty::new(before.disk.clone());
        faulty.fail_at(n, Fault::SyncIo);
        let mut log = before.log.clone();
        let cleaned = log.clean(&mut faulty, 0);
        if faulty.fired() == 0 {
            assert!(cleaned.is_ok());
            break;
        }
        if log.stopped().unwrap().contains("restart the machine") {
            restarts += 1;
            continue;
        }
        // The process ends, the machine stays up, and the power goes in the middle of the recovery.
        let open = |disk: &mut Faulty<SimDisk>| {
            Log::open(disk, DIRECTORY, Arc::new(config.clone()), 0).is_ok()
        };
        for disk in cuts(&faulty.into_inner(), open) {
            assert_eq!(wrong(&disk, config, &expected), None, "sync {n}");
            met += 1;
        }
    }
    println!(
        "{met} disks after a failed sync and a cut recovery; {restarts} times the machine must restart"
    );
    assert!(met > 100 && restarts > 0);
}

#[test]
fn damage_in_a_swap_file_is_refused_by_name_and_removes_nothing() {
    let (before, _) = expected();
    let config = Arc::new(before.log.config().clone());
    let mut damaged = 0;
    for disk in cuts(&before.disk, |disk| {
        before.log.clone().clean(disk, 0).is_ok()
    }) {
        let names = disk.list(DIRECTORY).unwrap();
        let Some(name) = names.iter().find(|name| name.ends_with(".swap")) else {
            continue;
        };
        let path = format!("{DIRECTORY}/{name}");
        let mut faulty = Faulty::new(disk);
        let length = faulty.len(&path).unwrap();
        faulty.flip(&path, length - 1, 1).unwrap();
        let mut after = faulty.into_inner();
        let error = Log::open(&mut after, DIRECTORY, config.clone(), 0).unwrap_err();
        assert!(error.to_string().contains(name.as_str()), "{error}");
        assert_eq!(
            after.list(DIRECTORY).unwrap(),
            names,
            "nothing may be removed"
        );
        damaged += 1;
    }
    assert!(damaged > 0);
}

#[test]
fn a_damaged_batch_ends_the_pass_by_name_and_nothing_is_dropped() {
    let (mut before, _) = expected();
    let description = before.description();
    let mut faulty = Faulty::new(before.disk.clone());
    faulty
        .flip(&format!("{DIRECTORY}/{:020}.log", 4), 70, 1)
        .unwrap();
    let error = before.log.clean(&mut faulty, RETENTION_MS).unwrap_err();
    assert!(
        error.to_string().contains("00000000000000000004.log"),
        "{error}"
    );
    assert_eq!(before.log.stopped(), None);
    assert_eq!(before.description(), description);
    let names = faulty.list(DIRECTORY).unwrap();
    assert!(
        !names.iter().any(|name| name.ends_with(".cleaned")),
        "{names:?}"
    );
}

#[test]
fn a_recovery_point_at_the_end_of_a_segment_does_not_outlive_its_compaction() {
    let mut before = Bench::new(config());
    before.end(7, Outcome::Abort);
    before.log.checkpoint(&mut before.disk).unwrap();
    before.log.roll(&mut before.disk).unwrap();
    before.log.sync(&mut before.disk).unwrap();
    // The marker grows by its delete horizon.
    for mut disk in cuts(&before.disk, |disk| {
        before.log.clone().clean(disk, 0).is_ok()
    }) {
        let config = Arc::new(config());
        let (log, _) = Log::open(&mut disk, DIRECTORY, config, 0).unwrap();
        let bench = Bench {
            disk,
            log,
            now_ms: 0,
        };
        assert_eq!(bench.markers(), [0]);
    }
}
