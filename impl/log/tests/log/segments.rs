//! Segments: when the next one begins, reads across them, indexes and times (L3, L7, L11, L13).

use crate::engine;

use engine::*;
use plimsoll_disk::{Disk, RealDisk, SimDisk};
use plimsoll_log::decisions::{FetchInside, IndexFiles};
use plimsoll_log::{Damage, Decisions, LogConfig, ReadError, Segment};

fn ranges<D: Disk>(bench: &Bench<D>) -> Vec<(i64, i64)> {
    let of = |segment: &Segment| (segment.base_offset(), segment.end_offset());
    bench.log.segments().map(of).collect()
}

#[test]
fn a_segment_is_closed_before_it_grows_too_large() {
    let mut bench = bench(&small());
    bench.put_each("abcde");
    assert_eq!(ranges(&bench), [(0, 2), (2, 4), (4, 5)]);
    assert_eq!(bench.values(), "abcde");
    // A batch that is larger than any segment may be has one of its own.
    let large = "x".repeat(500);
    bench.put(&[&large]);
    bench.put_each("f");
    assert_eq!(ranges(&bench), [(0, 2), (2, 4), (4, 5), (5, 6), (6, 7)]);
    let (bench, report) = bench.reopened(&small());
    assert_eq!(report.batches, 7);
    assert_eq!(bench.values(), format!("abcde{large}f"));
}

#[test]
fn a_segment_is_closed_when_a_much_later_batch_comes_or_when_asked() {
    let config = LogConfig {
        segment_ms: 100,
        ..LogConfig::default()
    };
    let mut bench = bench(&config);
    for time in [1_000, 1_100, 1_101, 900, 1_201, 1_202] {
        let batch = at_time(time, "v");
        bench.log.append(&mut bench.disk, &batch, 0, 0).unwrap();
    }
    assert_eq!(ranges(&bench), [(0, 2), (2, 5), (5, 6)]);
    bench.log.roll(&mut bench.disk).unwrap();
    bench.log.roll(&mut bench.disk).unwrap();
    assert_eq!(ranges(&bench), [(0, 2), (2, 5), (5, 6), (6, 6)]);
    let (bench, _) = bench.reopened(&config);
    assert_eq!(ranges(&bench), [(0, 2), (2, 5), (5, 6), (6, 6)]);
}

#[test]
fn reads_go_across_segments_as_far_as_they_may() {
    let mut bench = bench(&small());
    bench.put(&["a", "b", "c"]);
    bench.put_each("defgh");
    let read = |from, below, max| {
        let batches = bench.log.read(&bench.disk, from, below, max).unwrap();
        batches
            .iter()
            .map(|b| b.header().base_offset)
            .collect::<Vec<_>>()
    };
    assert_eq!(read(0, 8, usize::MAX), [0, 3, 4, 5, 6, 7]);
    assert_eq!(read(2, 8, 1), [0], "the batch that the offset is in");
    assert_eq!(read(2, 8, usize::MAX), [0, 3, 4, 5, 6, 7]);
    assert_eq!(read(4, 7, usize::MAX), [4, 5, 6]);
    assert_eq!(read(5, 8, 137), [5]);
    assert_eq!(read(5, 8, 138), [5, 6], "batches of 69 bytes");
    assert_eq!(read(8, 8, usize::MAX), [] as [i64; 0]);
}

#[test]
fn l23_a_fetch_inside_a_batch_that_gets_the_next_one_passes_over_records() {
    let first = |fetch_inside| {
        let mut bench = bench(&deciding(Decisions {
            fetch_inside,
            ..Decisions::default()
        }));
        bench.put(&["a", "b", "c"]);
        bench.put_each("d");
        let batches = bench.log.read(&bench.disk, 1, 4, usize::MAX).unwrap();
        batches[0].header().base_offset
    };
    assert_eq!(first(FetchInside::WholeBatch), 0);
    assert_eq!(first(FetchInside::NextBatch), 3);
}

/// A log with many index entries, closed in an orderly way.
fn indexed<D: Disk>(disk: D, config: &LogConfig) -> D {
    let mut bench = Bench::on(disk, config);
    for n in 0..200_i64 {
        let batch = at_time(1_000 + 10 * n, &format!("{n:050}"));
        bench.log.append(&mut bench.disk, &batch, 0, 0).unwrap();
    }
    let Bench { mut disk, log } = bench;
    log.close(&mut disk).unwrap();
    disk
}

fn with_index(decisions: Decisions) -> LogConfig {
    LogConfig {
        segment_bytes: 12_000,
        index_interval_bytes: 300,
        decisions,
        ..small()
    }
}

/// Every offset and every time is found.
fn all_found<D: Disk>(disk: &mut D, config: &LogConfig) -> Result<(), ReadError> {
    let (log, report) = open(disk, config).unwrap();
    assert_eq!(report.scanned_bytes, 0, "closed in an orderly way");
    for n in 0..200_i64 {
        let batches = log.read(disk, n, 200, 1)?;
        assert_eq!(batches[0].header().base_offset, n);
        let time = 1_000 + 10 * n;
        for asked in [time - 9, time] {
            assert_eq!(log.offset_for_time(disk, asked)?, Some((n, time)));
        }
    }
    assert_eq!(log.offset_for_time(disk, 2_991)?, None);
    Ok(())
}

#[test]
fn offsets_and_times_are_found_by_index_on_both_disks() {
    let config = with_index(Decisions::default());
    assert_eq!(
        all_found(&mut indexed(SimDisk::new(), &config), &config),
        Ok(())
    );
    let root = tempfile::tempdir().unwrap();
    let disk = indexed(RealDisk::open(root.path()).unwrap(), &config);
    drop(disk);
    let mut disk = RealDisk::open(root.path()).unwrap();
    assert_eq!(all_found(&mut disk, &config), Ok(()));
}

#[test]
fn index_files_are_in_kafkas_format() {
    let config = with_index(Decisions::default());
    let disk = indexed(SimDisk::new(), &config);
    let index = disk
        .read_at("p-0/00000000000000000000.index", 0, 16)
        .unwrap();
    let batch_bytes = disk.read_at(&file(0), 8, 4).unwrap();
    let batch_bytes = 12 + u32::from_be_bytes(batch_bytes.try_into().unwrap());
    // An entry for the first batch that begins more than 300 bytes behind the last entry's.
    let per_entry = 300 / batch_bytes + 1;
    let entry = |n: u32| [n.to_be_bytes(), (n * batch_bytes).to_be_bytes()].concat();
    assert_eq!(index, [entry(per_entry), entry(2 * per_entry)].concat());
    let times = disk
        .read_at("p-0/00000000000000000000.timeindex", 0, 12)
        .unwrap();
    let time = 1_000 + 10 * i64::from(per_entry);
    let expected = [&time.to_be_bytes()[..], &per_entry.to_be_bytes()].concat();
    assert_eq!(times, expected);
}

#[test]
fn l11_index_files_that_are_damaged_foreign_or_gone_are_rebuilt() {
    let config = with_index(Decisions::default());
    let whole = indexed(SimDisk::new(), &config);
    let names: Vec<String> = whole.list(DIRECTORY).unwrap();
    let indexes: Vec<String> = names
        .iter()
        .filter(|name| name.ends_with("index"))
        .map(|name| format!("{DIRECTORY}/{name}"))
        .collect();
    assert!(indexes.len() > 2, "{names:?}");
    for path in &indexes {
        let mut damaged = whole.clone();
        damage(&mut damaged, path, 7);
        let mut short = whole.clone();
        short.truncate(path, 8).unwrap();
        let mut gone = whole.clone();
        gone.remove(path).unwrap();
        let mut foreign = whole.clone();
        foreign.truncate(path, 0).unwrap();
        foreign.write_at(path, 0, &[0xee; 480]).unwrap();
        for mut disk in [damaged, short, gone, foreign] {
            assert_eq!(all_found(&mut disk, &config), Ok(()), "{path}");
        }
    }
}

#[test]
fn index_files_that_are_trusted_lead_astray() {
    let trusting = with_index(Decisions {
        index_files: IndexFiles::Trusted,
        ..Decisions::default()
    });
    let mut disk = indexed(SimDisk::new(), &trusting);
    assert_eq!(
        all_found(&mut disk, &trusting),
        Ok(()),
        "nothing is wrong with these"
    );
    // The second entry's position.
    damage(&mut disk, "p-0/00000000000000000000.index", 15);
    assert!(all_found(&mut disk, &trusting).is_err());
}

#[test]
fn an_index_that_was_rebuilt_is_written_anew() {
    let config = with_index(Decisions::default());
    let mut disk = indexed(SimDisk::new(), &config);
    let path = "p-0/00000000000000000000.index";
    damage(&mut disk, path, 7);
    let (mut log, _) = open(&mut disk, &config).unwrap();
    log.read(&disk, 50, 51, 1).unwrap();
    log.append(&mut disk, &batch(&["x"]), 0, 0).unwrap();
    log.close(&mut disk).unwrap();
    let (checked, _) = open(&mut disk, &config).unwrap();
    // Damage behind the first entry shows whether the index is used: a walk from the front would meet it.
    damage(&mut disk, &file(0), 17);
    damage(&mut disk, &file(0), 8);
    assert!(checked.read(&disk, 50, 51, 1).is_ok());
    match checked.read(&disk, 0, 1, 1) {
        Err(ReadError::Damaged { position: 0, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_in_the_wrong_place_is_refused_wherever_a_read_begins() {
    let config = with_index(Decisions::default());
    let mut disk = indexed(SimDisk::new(), &config);
    let (log, _) = open(&mut disk, &config).unwrap();
    let bytes = 12 + u32::from_be_bytes(disk.read_at(&file(0), 8, 4).unwrap().try_into().unwrap());
    // The base offset of batch 40 becomes 41: no checksum covers it.
    disk.write_at(&file(0), u64::from(40 * bytes + 7), &[41])
        .unwrap();
    for from in [39, 40, 41] {
        let read = log.read(&disk, from, 200, 4 * bytes as usize);
        let at_40 = u64::from(40 * bytes);
        match (from, read) {
            (41, Ok(batches)) => assert_eq!(batches[0].header().base_offset, 41),
            (
                _,
                Err(ReadError::Damaged {
                    position, reason, ..
                }),
            ) => {
                assert_eq!(position, at_40, "from {from}");
                assert!(
                    matches!(reason, Damage::Offset { found: 41, .. }),
                    "{reason}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
