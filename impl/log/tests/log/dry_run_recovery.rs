//! A look tells what an opening does, to the last byte, and does nothing itself.

use crate::engine;

use std::sync::Arc;

use engine::{Bench, DIRECTORY, batch, damage, file, from_producer, marker, new_batch, small};
use plimsoll_disk::{Disk, DiskError, Fault, Faulty, SimDisk};
use plimsoll_log::{Damage, DryRun, Log, LogConfig, LogError, NewBatch, Outcome, Writer};

fn dry_run_recovery(disk: &impl Disk) -> Result<DryRun, LogError> {
    Log::dry_run_recovery(disk, DIRECTORY, Writer::Plimsoll)
}

/// Holds a look against an opening. A log that cannot be opened is one that a look refuses with the same words.
fn compare(disk: &SimDisk) -> Result<DryRun, LogError> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    disk.canonical_bytes(&mut before);
    let seen = dry_run_recovery(disk);
    disk.canonical_bytes(&mut after);
    assert!(before == after, "a look has changed the disk");
    let config = Arc::new(LogConfig::default());
    let opened = Log::open(&mut disk.clone(), DIRECTORY, config, i64::MIN);
    match (&seen, &opened) {
        (Ok(seen), Ok((log, report))) => {
            assert_eq!(&seen.report, report);
            assert_eq!(&seen.log, log);
        }
        (Err(seen), Err(opened)) => assert_eq!(seen, opened),
        (seen, opened) => panic!("{seen:?}, but {opened:?}"),
    }
    seen
}

/// Batches with keys, producers and a transaction, in several segments, checkpointed and compacted on the way.
fn work(bench: &mut Bench<Faulty<SimDisk>>) -> Result<(), LogError> {
    let keyed = |value: &str| {
        let mut new = new_batch(&[value]);
        new.records[0].key = Some(b"k".as_slice().into());
        new
    };
    let Bench { disk, log } = bench;
    let append = |disk: &mut _, log: &mut Log, new: NewBatch| {
        let batch = new.build().expect("a batch");
        log.append(disk, &batch, 0, 0).map(drop).ok();
    };
    for value in ["a", "b", "c"] {
        append(disk, log, keyed(value));
    }
    log.checkpoint(disk)?;
    append(disk, log, from_producer(1, 0, 0, 2));
    append(
        disk,
        log,
        NewBatch {
            transactional: true,
            ..from_producer(2, 0, 0, 1)
        },
    );
    log.sync(disk)?;
    log.append_marker(disk, marker(2, 0, Outcome::Abort), 0)
        .ok();
    log.roll(disk)?;
    log.clean(disk, 1)?;
    append(disk, log, keyed("d"));
    log.delete_records(disk, 2)?;
    append(disk, log, keyed("e"));
    log.sync(disk)
}

#[test]
fn after_every_crash_a_look_says_what_the_opening_does() {
    let config = LogConfig {
        compact: true,
        ..small()
    };
    let (mut crashes, mut torn, mut swapped) = (0, 0, 0);
    for n in 0.. {
        let mut bench = Bench::on(Faulty::new(SimDisk::new()), &config);
        bench.disk.fail_at(n, Fault::PowerCut);
        let ended = work(&mut bench);
        let done = !bench.disk.is_off();
        assert_eq!(ended.is_ok(), done, "{ended:?}");
        let left = bench.disk.into_inner();
        for disk in left.survivors_at_most(60).disks.into_iter().chain([left]) {
            let seen = compare(&disk).expect("a crash leaves a log that opens");
            crashes += 1;
            torn += usize::from(seen.report.damage.is_some());
            swapped += usize::from(!seen.report.finished_swaps.is_empty());
        }
        if done {
            break;
        }
    }
    println!("{crashes} disks looked at, {torn} of them torn, {swapped} with a swap to finish");
    assert!(crashes > 150 && torn > 20 && swapped > 5);
}

#[test]
fn what_does_not_open_is_refused_alike() {
    let mut bench = engine::bench(&small());
    bench.put_each("abcdef");
    bench.checkpoint();
    let whole = bench.disk;
    assert!(compare(&whole).is_ok());
    let spoiled = |spoil: &dyn Fn(&mut SimDisk)| {
        let mut disk = whole.clone();
        spoil(&mut disk);
        compare(&disk).expect_err("it is spoiled")
    };
    let missing = spoiled(&|disk| disk.remove(&file(2)).expect("it is there"));
    assert!(matches!(missing, LogError::Missing { .. }), "{missing}");
    let checkpoint = spoiled(&|disk| damage(disk, "p-0/checkpoint", 30));
    assert!(
        matches!(checkpoint, LogError::Checkpoint { .. }),
        "{checkpoint}"
    );
    let foreign = spoiled(&|disk| disk.create("p-0/1.log").expect("it can be made"));
    assert!(matches!(foreign, LogError::Foreign { .. }), "{foreign}");
    let short = spoiled(&|disk| disk.truncate(&file(4), 10).expect("it is longer"));
    assert!(matches!(short, LogError::Length { .. }), "{short}");
}

/// An opening would make the directory; whoever looks has mistyped its name.
#[test]
fn a_directory_that_is_not_there_is_not_made() {
    let disk = SimDisk::new();
    let path = DIRECTORY.to_owned();
    let refused = dry_run_recovery(&disk).expect_err("there is none");
    assert_eq!(refused, LogError::Disk(DiskError::NotFound { path }));
}

/// What would be written again is told, not written: nothing of it is held in memory either.
#[test]
fn a_log_that_stopped_at_a_failed_sync_is_looked_at_as_it_is() {
    let mut bench = Bench::on(Faulty::new(SimDisk::new()), &small());
    bench.put_each("abc");
    bench.disk.fail_at(0, Fault::SyncIo);
    bench.log.sync(&mut bench.disk).expect_err("it fails");
    let disk = bench.disk.into_inner();
    let seen = dry_run_recovery(&disk).expect("it opens");
    assert!(seen.is_unsynced && !seen.has_checkpoint);
    assert_eq!((seen.log.log_end_offset(), seen.report.damage), (3, None));
    assert!(
        !compare(&engine::bench(&small()).disk)
            .expect("it opens")
            .is_unsynced
    );
}

/// A directory as Kafka's cleaner leaves it: the end of a segment is gone, and a follower's active one has gaps.
#[test]
fn gaps_that_kafka_leaves_are_damage_in_a_log_of_ours_only() {
    let mut disk = SimDisk::new();
    disk.create_dir(DIRECTORY).expect("it can be made");
    for (base, offsets) in [(0, [1, 3]), (7, [8, 12])] {
        let path = file(base);
        disk.create(&path).expect("it can be made");
        for offset in offsets {
            let placed = batch(&["v"]).placed_at(offset, 0).expect("an offset");
            let end = disk.len(&path).expect("it is there");
            disk.write_at(&path, end, placed.bytes()).expect("room");
        }
    }
    disk.create("p-0/00000000000000000000.index.swap")
        .expect("it can be made");
    let of_kafka = Log::dry_run_recovery(&disk, DIRECTORY, Writer::Kafka).expect("it opens");
    assert_eq!(of_kafka.report.damage, None);
    assert_eq!(
        (of_kafka.report.batches, of_kafka.log.log_end_offset()),
        (4, 13)
    );
    assert!(of_kafka.log.segments().all(|segment| segment.has_gaps()));
    let refused = dry_run_recovery(&disk).expect_err("no swap of ours");
    assert!(matches!(refused, LogError::Foreign { .. }), "{refused}");
    disk.remove("p-0/00000000000000000000.index.swap")
        .expect("it is there");
    let of_ours = dry_run_recovery(&disk).expect("it opens");
    let (end, next) = (4, 7);
    assert_eq!(
        of_ours.report.damage,
        Some(Damage::NextSegment { end, next })
    );
    // What overlaps is damage whoever wrote it.
    disk.rename(&file(7), &file(2)).expect("it is there");
    let overlapping = Log::dry_run_recovery(&disk, DIRECTORY, Writer::Kafka).expect("it opens");
    assert!(matches!(
        overlapping.report.damage,
        Some(Damage::NextSegment { end: 4, next: 2 })
    ));
}
