//! What the simulated disk promises to those who judge by it.

use super::*;

const FILE: &str = "d/f";

/// A disk with the durable, empty file `d/f`.
fn prepared() -> SimDisk {
    let mut disk = SimDisk::new();
    disk.create_dir("d").unwrap();
    disk.create(FILE).unwrap();
    disk.sync_dir("d").unwrap();
    disk.sync_dir("").unwrap();
    disk
}

fn contents(disk: &SimDisk) -> Vec<Vec<u8>> {
    let all = |d: &SimDisk| d.read_at(FILE, 0, 100).unwrap();
    disk.survivors().iter().map(all).collect()
}

#[test]
fn synced_bytes_survive_and_unsynced_ones_survive_as_a_prefix() {
    let mut disk = prepared();
    disk.write_at(FILE, 0, b"ab").unwrap();
    disk.sync(FILE).unwrap();
    assert_eq!(contents(&disk), [b"ab".to_vec()]);
    disk.write_at(FILE, 2, b"cdef").unwrap();
    disk.write_at(FILE, 6, b"gh").unwrap();
    let expected: [&[u8]; 5] = [b"ab", b"abcd", b"abcdef", b"abcdefg", b"abcdefgh"];
    assert_eq!(contents(&disk), expected);
}

#[test]
fn an_unsynced_truncation_may_be_undone() {
    let mut disk = prepared();
    disk.write_at(FILE, 0, b"abcd").unwrap();
    disk.sync(FILE).unwrap();
    disk.truncate(FILE, 1).unwrap();
    disk.write_at(FILE, 1, b"X").unwrap();
    let expected: [&[u8]; 3] = [b"abcd", b"a", b"aX"];
    assert_eq!(contents(&disk), expected);
}

#[test]
fn an_unsynced_name_may_be_gone_even_if_its_bytes_are_synced() {
    let mut disk = SimDisk::new();
    disk.create_dir("d").unwrap();
    disk.create(FILE).unwrap();
    disk.write_at(FILE, 0, b"a").unwrap();
    disk.sync(FILE).unwrap();
    // Neither, the directory alone, both; the file without its directory cannot be.
    let mut names: Vec<_> = disk.survivors().iter().map(|d| d.list("d").ok()).collect();
    names.sort();
    assert_eq!(names, [None, Some(vec![]), Some(vec!["f".to_owned()])]);
}

#[test]
fn an_unsynced_removal_may_be_undone() {
    let mut disk = prepared();
    disk.remove(FILE).unwrap();
    assert_eq!(
        disk.len(FILE),
        Err(DiskError::NotFound {
            path: FILE.to_owned()
        })
    );
    let found: Vec<_> = disk
        .survivors()
        .iter()
        .map(|d| d.len(FILE).is_ok())
        .collect();
    assert_eq!(found, [true, false]);
    disk.sync_dir("d").unwrap();
    assert_eq!(disk.survivors().len(), 1);
}

#[test]
fn survivors_are_durable_distinct_and_stable() {
    let mut disk = prepared();
    disk.write_at(FILE, 0, b"aaaa").unwrap();
    disk.write_at(FILE, 4, b"b").unwrap();
    let survivors = disk.survivors();
    assert_eq!(survivors.len(), 4);
    for survivor in survivors {
        assert_eq!(survivor.survivors(), std::slice::from_ref(&survivor));
    }
}

#[test]
fn every_operation_can_be_the_last() {
    let run = |disk: &mut SimDisk| -> Result<(), DiskError> {
        disk.write_at(FILE, 0, b"ab")?;
        disk.sync(FILE)?;
        disk.truncate(FILE, 1)
    };
    for n in 0..3 {
        let mut disk = prepared();
        let before = disk.operations();
        disk.crash_at(Some(n));
        assert_eq!(run(&mut disk), Err(DiskError::PowerCut));
        assert_eq!(disk.operations() - before, n);
        assert!(disk.is_off());
        assert_eq!(disk.len(FILE), Err(DiskError::PowerCut));
        assert!(
            disk.survivors()
                .iter()
                .all(|d| !d.is_off() && d.len(FILE).is_ok())
        );
    }
}

#[test]
fn a_failed_write_leaves_some_bytes_and_the_next_one_works() {
    for (fault, error) in [
        (Fault::WriteNoSpace, Fault::WriteNoSpace.error(FILE)),
        (Fault::WriteIo, Fault::WriteIo.error(FILE)),
    ] {
        let mut disk = prepared();
        disk.fail_at(1, fault);
        disk.write_at(FILE, 0, b"ab").unwrap();
        assert_eq!(disk.write_at(FILE, 2, b"cd"), Err(error));
        assert_eq!(disk.read_at(FILE, 0, 9).unwrap(), b"abc");
        disk.truncate(FILE, 2).unwrap();
        disk.write_at(FILE, 2, b"cd").unwrap();
    }
}

#[test]
fn a_failed_sync_is_final_until_the_process_restarts() {
    let mut disk = prepared();
    disk.write_at(FILE, 0, b"ab").unwrap();
    disk.fail_at(0, Fault::SyncIo);
    assert_eq!(disk.sync(FILE), Err(Fault::SyncIo.error(FILE)));
    let poisoned = DiskError::Poisoned {
        path: FILE.to_owned(),
    };
    assert_eq!(disk.sync(FILE), Err(poisoned.clone()));
    assert_eq!(disk.write_at(FILE, 2, b"c"), Err(poisoned.clone()));
    assert_eq!(disk.read_at(FILE, 0, 1), Err(poisoned));
    let again = disk.after_process_crash();
    assert_eq!(again.read_at(FILE, 0, 9).unwrap(), b"ab");
    assert_eq!(
        again.survivors().len(),
        3,
        "what the failed sync left is still uncertain"
    );
}

#[test]
fn holes_and_wrong_kinds_are_refused() {
    let mut disk = prepared();
    assert!(matches!(
        disk.write_at(FILE, 1, b"x"),
        Err(DiskError::BeyondEnd {
            position: 1,
            length: 0,
            ..
        })
    ));
    assert!(matches!(
        disk.truncate(FILE, 1),
        Err(DiskError::BeyondEnd { .. })
    ));
    assert!(matches!(
        disk.write_at("d", 0, b"x"),
        Err(DiskError::BadPath { .. })
    ));
    assert!(matches!(
        disk.create("d/f/g"),
        Err(DiskError::BadPath { .. })
    ));
    assert!(matches!(
        disk.create(FILE),
        Err(DiskError::AlreadyExists { .. })
    ));
    assert!(matches!(
        disk.create("e/f"),
        Err(DiskError::NotFound { .. })
    ));
    assert!(matches!(
        disk.create_dir("../d"),
        Err(DiskError::BadPath { .. })
    ));
}

#[test]
fn canonical_bytes_tell_written_from_synced() {
    let bytes = |disk: &SimDisk| {
        let mut out = Vec::new();
        disk.canonical_bytes(&mut out);
        out
    };
    let mut written = prepared();
    written.write_at(FILE, 0, b"ab").unwrap();
    let mut synced = written.clone();
    synced.sync(FILE).unwrap();
    assert_ne!(written, synced);
    assert_ne!(bytes(&written), bytes(&synced));
    assert_eq!(bytes(&synced), bytes(&synced.survivors()[0]));
}
