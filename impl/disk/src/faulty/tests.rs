//! Every fault is shown to fire, and to leave what the fault model says.

use super::*;
use crate::SimDisk;

const FILE: &str = "d/f";

fn prepared() -> Faulty<SimDisk> {
    let mut disk = SimDisk::with_sectors(2);
    disk.create_dir("d").unwrap();
    disk.create(FILE).unwrap();
    disk.write_at(FILE, 0, b"abcd").unwrap();
    disk.sync(FILE).unwrap();
    disk.sync_dir("d").unwrap();
    disk.sync_dir("").unwrap();
    Faulty::new(disk)
}

fn content(disk: &impl Disk) -> Vec<u8> {
    disk.read_at(FILE, 0, 100).unwrap()
}

#[test]
fn a_failed_write_leaves_a_part_and_the_next_one_works() {
    for fault in [Fault::WriteIo, Fault::WriteNoSpace, Fault::WriteShort] {
        let mut disk = prepared();
        disk.fail_at(1, fault);
        disk.write_at(FILE, 4, b"e").unwrap();
        assert_eq!(disk.fired(), 0);
        assert_eq!(disk.write_at(FILE, 5, b"fg"), Err(fault.error(FILE)));
        assert_eq!(disk.fired(), 1);
        assert_eq!(content(&disk), b"abcdef");
        disk.write_at(FILE, 5, b"fg").unwrap();
        assert_eq!(content(&disk), b"abcdefg");
    }
}

#[test]
fn a_flipped_or_misdirected_write_says_nothing() {
    let mut disk = prepared();
    disk.fail_at(0, Fault::WriteFlipped);
    disk.write_at(FILE, 4, b"ef").unwrap();
    assert_eq!(content(&disk), [b"abcde", &[b'f' ^ 2][..]].concat());
    let mut disk = prepared();
    disk.fail_at(0, Fault::WriteMisdirected);
    disk.write_at(FILE, 3, b"XY").unwrap();
    assert_eq!(content(&disk), b"aXYd\0");
    disk.fail_at(0, Fault::WriteMisdirected);
    disk.write_at(FILE, 1, b"ZZ").unwrap();
    assert_eq!(content(&disk), b"aXYd\0", "there is no room in front");
    assert_eq!(disk.fired(), 2);
}

#[test]
fn a_write_that_cannot_be_made_is_refused_for_that_reason() {
    let mut disk = prepared();
    for fault in [Fault::WriteIo, Fault::WriteFlipped, Fault::WriteMisdirected] {
        disk.fail_at(0, fault);
        let beyond = disk.write_at(FILE, 9, b"x");
        assert!(matches!(beyond, Err(DiskError::BeyondEnd { .. })));
    }
}

#[test]
fn a_failed_truncation_changes_nothing() {
    let mut disk = prepared();
    disk.fail_at(0, Fault::TruncateIo);
    let failed = disk.truncate(FILE, 1);
    assert_eq!(failed, Err(Fault::TruncateIo.error(FILE)));
    assert_eq!(content(&disk), b"abcd");
    disk.truncate(FILE, 1).unwrap();
}

#[test]
fn a_failed_sync_is_followed_by_lies() {
    let mut disk = prepared();
    disk.write_at(FILE, 0, b"X").unwrap();
    disk.create("d/g").unwrap();
    disk.fail_at(0, Fault::SyncIo);
    disk.fail_at(1, Fault::SyncIo);
    assert_eq!(disk.sync(FILE), Err(Fault::SyncIo.error(FILE)));
    assert_eq!(disk.sync_dir("d"), Err(Fault::SyncIo.error("d")));
    for _ in 0..2 {
        disk.sync(FILE).unwrap();
        disk.sync_dir("d").unwrap();
        let first = &disk.inner().survivors()[0];
        assert_eq!(content(first), b"abcd");
        assert!(first.len("d/g").is_err());
        assert_eq!(disk.inner().survivors().len(), 4);
    }
}

#[test]
fn names_fail_and_stay_as_they_were() {
    for fault in [Fault::NameIo, Fault::NameNoSpace] {
        let mut disk = prepared();
        let before = disk.inner().clone();
        let mut fails = |operation: &dyn Fn(&mut Faulty<SimDisk>) -> Result<(), DiskError>| {
            disk.fail_at(0, fault);
            let error = operation(&mut disk).unwrap_err();
            assert_eq!(disk.inner(), &before);
            error
        };
        assert_eq!(fails(&|disk| disk.create("d/g")), fault.error("d/g"));
        assert_eq!(fails(&|disk| disk.create_dir("e")), fault.error("e"));
        assert_eq!(fails(&|disk| disk.rename(FILE, "d/g")), fault.error(FILE));
        let removal = fails(&|disk| disk.remove(FILE));
        assert_eq!(removal, Fault::NameIo.error(FILE), "needs no space");
    }
}

#[test]
fn reads_fail_or_are_short() {
    let mut disk = prepared();
    disk.fail_at(0, Fault::ReadIo);
    disk.fail_at(1, Fault::ReadShort);
    let read = || disk.read_at(FILE, 0, 100);
    assert_eq!(read(), Err(Fault::ReadIo.error(FILE)));
    assert_eq!(read(), Ok(b"ab".to_vec()));
    assert_eq!(read(), Ok(b"abcd".to_vec()));
    assert_eq!(disk.fired(), 2);
}

#[test]
fn a_bit_can_rot_at_any_time() {
    let mut disk = prepared();
    disk.flip(FILE, 3, 1).unwrap();
    assert_eq!(content(&disk), b"abce");
    assert_eq!(disk.inner().survivors().len(), 1, "it is on the disk");
}

#[test]
fn every_operation_can_be_the_last() {
    let run = |disk: &mut Faulty<SimDisk>| -> Result<(), DiskError> {
        disk.write_at(FILE, 0, b"ab")?;
        disk.create("d/g")?;
        disk.rename("d/g", "d/h")?;
        disk.remove("d/h")?;
        disk.sync(FILE)?;
        disk.sync_dir("d")?;
        disk.truncate(FILE, 1)
    };
    let mut whole = prepared();
    run(&mut whole).unwrap();
    assert_eq!(whole.operations(), 7);
    for n in 0..7 {
        let mut disk = prepared();
        disk.fail_at(n, Fault::PowerCut);
        assert_eq!(run(&mut disk), Err(DiskError::PowerCut));
        assert_eq!(disk.operations(), n);
        assert!(disk.is_off());
        assert_eq!(disk.len(FILE), Err(DiskError::PowerCut));
        assert_eq!(disk.read_at(FILE, 0, 1), Err(DiskError::PowerCut));
        assert_eq!(disk.list("d"), Err(DiskError::PowerCut));
        assert_eq!(disk.sync(FILE), Err(DiskError::PowerCut));
        assert_eq!(disk.operations(), n);
        assert!(disk.into_inner().len(FILE).is_ok());
    }
}

/// A hundred writes and reads; what went wrong with them.
fn story(disk: &mut Faulty<SimDisk>) -> Vec<String> {
    let description = (0..100u8).map(|n| {
        let written = disk.write_at(FILE, 4, &[n; 9]);
        format!("{written:?} {:?}", disk.read_at(FILE, 0, 100))
    });
    description.collect()
}

#[test]
fn a_seed_chooses_and_chooses_again_alike() {
    let faults = [
        Fault::WriteIo,
        Fault::WriteShort,
        Fault::ReadIo,
        Fault::ReadShort,
    ];
    let by_seed = |seed| {
        let mut disk = prepared();
        disk.fail_by_seed(seed, 4, &faults);
        (story(&mut disk), disk.fired())
    };
    let (description, fired) = by_seed(7);
    assert_eq!(by_seed(7), (description.clone(), fired));
    assert_ne!(by_seed(8).0, description);
    // One in four of 200.
    assert!((25..75).contains(&fired), "{fired}");
    for part in ["input/output", "whole buffer", "Ok(()) Ok("] {
        assert!(description.iter().any(|line| line.contains(part)), "{part}");
    }
    let mut disk = prepared();
    disk.fail_by_seed(7, 1, &faults);
    disk.disarm();
    assert_eq!(story(&mut disk), story(&mut prepared()));
    disk.fail_by_seed(7, 1, &[Fault::PowerCut]);
    assert_eq!(disk.create("d/g"), Err(DiskError::PowerCut));
}
