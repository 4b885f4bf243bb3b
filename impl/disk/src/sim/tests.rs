//! What the simulated disk promises to those who judge by it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const FILE: &str = "d/f";

/// A disk with the durable, empty file `d/f`.
fn prepared(sector_bytes: usize) -> SimDisk {
    let mut disk = SimDisk::with_sectors(sector_bytes);
    disk.create_dir("d").unwrap();
    disk.create(FILE).unwrap();
    disk.sync_dir("d").unwrap();
    disk.sync_dir("").unwrap();
    disk
}

fn content(disk: &SimDisk) -> Vec<u8> {
    disk.read_at(FILE, 0, 100).unwrap()
}

fn contents(disk: &SimDisk) -> Vec<Vec<u8>> {
    disk.survivors().iter().map(content).collect()
}

#[test]
fn synced_bytes_survive_and_a_write_in_one_sector_is_whole_or_absent() {
    let mut disk = prepared(512);
    disk.write_at(FILE, 0, b"ab").unwrap();
    disk.sync(FILE).unwrap();
    assert_eq!(contents(&disk), [b"ab".to_vec()]);
    disk.write_at(FILE, 2, b"cd").unwrap();
    // Neither length nor bytes, the length alone, both; the bytes without the length cannot be seen.
    let expected: [&[u8]; 3] = [b"ab", b"ab\0\0", b"abcd"];
    assert_eq!(contents(&disk), expected);
}

#[test]
fn a_write_over_several_sectors_is_torn_and_reordered() {
    let mut disk = prepared(2);
    disk.write_at(FILE, 0, b"abcde").unwrap();
    let expected: [&[u8]; 15] = [
        b"",
        b"\0\0",
        b"ab",
        b"\0\0\0\0",
        b"ab\0\0",
        b"\0\0cd",
        b"abcd",
        b"\0\0\0\0\0",
        b"ab\0\0\0",
        b"\0\0cd\0",
        b"abcd\0",
        b"\0\0\0\0e",
        b"ab\0\0e",
        b"\0\0cde",
        b"abcde",
    ];
    assert_eq!(contents(&disk), expected);
    assert_eq!(disk.survivor_count(), 15);
}

#[test]
fn an_unsynced_truncation_may_be_undone() {
    let mut disk = prepared(512);
    disk.write_at(FILE, 0, b"abcd").unwrap();
    disk.sync(FILE).unwrap();
    disk.truncate(FILE, 1).unwrap();
    disk.write_at(FILE, 1, b"X").unwrap();
    // By length: 4, 1, 2; each with what the one sector was: as synced, cut, written.
    let expected: [&[u8]; 7] = [b"abcd", b"a\0\0\0", b"aX\0\0", b"a", b"ab", b"a\0", b"aX"];
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
    let names: Vec<_> = disk.survivors().iter().map(|d| d.list("d").ok()).collect();
    assert_eq!(names, [None, Some(vec![]), Some(vec!["f".to_owned()])]);
}

#[test]
fn a_removal_may_be_undone_until_the_directory_is_synced() {
    let mut disk = prepared(512);
    disk.remove(FILE).unwrap();
    assert_eq!(disk.len(FILE), Err(not_found(FILE)));
    let there = |d: &SimDisk| d.len(FILE).is_ok();
    let found: Vec<_> = disk.survivors().iter().map(there).collect();
    assert_eq!(found, [true, false]);
    disk.sync_dir("d").unwrap();
    assert_eq!(disk.survivors().len(), 1);
}

#[test]
fn a_renaming_happens_or_not_and_never_loses_both_files() {
    let mut disk = prepared(512);
    disk.write_at(FILE, 0, b"old").unwrap();
    disk.sync(FILE).unwrap();
    disk.create("d/t").unwrap();
    disk.write_at("d/t", 0, b"new").unwrap();
    disk.sync("d/t").unwrap();
    disk.rename("d/t", FILE).unwrap();
    let description = |d: &SimDisk| (d.list("d").unwrap().len(), content(d));
    let found: Vec<_> = disk.survivors().iter().map(description).collect();
    let (old, new) = (b"old".to_vec(), b"new".to_vec());
    assert_eq!(found, [(1, old.clone()), (2, old), (1, new.clone())]);
    disk.sync_dir("d").unwrap();
    assert_eq!(contents(&disk), [new]);
}

#[test]
fn a_renamed_file_that_was_not_synced_may_be_empty() {
    let mut disk = prepared(512);
    disk.create("d/t").unwrap();
    disk.sync_dir("d").unwrap();
    disk.write_at("d/t", 0, b"x").unwrap();
    disk.rename("d/t", FILE).unwrap();
    disk.sync_dir("d").unwrap();
    let expected: [&[u8]; 3] = [b"", b"\0", b"x"];
    assert_eq!(contents(&disk), expected);
}

#[test]
fn a_name_can_be_used_again_and_equal_disks_are_listed_once() {
    let mut disk = prepared(512);
    disk.remove(FILE).unwrap();
    disk.create(FILE).unwrap();
    // The old file, none, the new one: both are empty.
    assert_eq!(disk.survivor_count(), 3);
    assert_eq!(disk.survivors().len(), 2);
    disk.write_at(FILE, 0, b"new").unwrap();
    disk.sync(FILE).unwrap();
    assert_eq!(disk.survivors().len(), 3);
}

#[test]
fn history_that_makes_no_difference_is_forgotten() {
    let untouched = prepared(512);
    let mut disk = untouched.clone();
    disk.create("d/t").unwrap();
    disk.remove("d/t").unwrap();
    disk.write_at(FILE, 0, b"").unwrap();
    assert_ne!(disk, untouched, "the name may still turn up");
    disk.sync_dir("d").unwrap();
    assert_eq!(disk, untouched);
    disk.write_at(FILE, 0, b"ab").unwrap();
    disk.sync(FILE).unwrap();
    let synced = disk.clone();
    disk.write_at(FILE, 1, b"b").unwrap();
    assert_eq!(disk, synced, "the same byte again");
}

#[test]
fn a_failed_sync_is_not_made_good_by_a_later_one() {
    let mut disk = prepared(2);
    disk.write_at(FILE, 0, b"ab").unwrap();
    let before = contents(&disk);
    assert_eq!(before.len(), 3);
    disk.forsake(FILE).unwrap();
    disk.sync(FILE).unwrap();
    assert_eq!(contents(&disk), before);
    assert_eq!(content(&disk), b"ab", "but everybody reads it");
    // What comes later is written, with the new length; the sector that was given up is still uncertain.
    disk.write_at(FILE, 2, b"cd").unwrap();
    disk.sync(FILE).unwrap();
    assert_eq!(contents(&disk), [b"\0\0cd".to_vec(), b"abcd".to_vec()]);
    // Only writing it again makes it durable.
    disk.write_at(FILE, 0, b"ab").unwrap();
    disk.sync(FILE).unwrap();
    assert_eq!(contents(&disk), [b"abcd".to_vec()]);
}

#[test]
fn a_failed_sync_of_a_directory_is_not_made_good_either() {
    let mut disk = prepared(512);
    disk.create("d/a").unwrap();
    disk.forsake("d").unwrap();
    disk.create("d/b").unwrap();
    disk.sync_dir("d").unwrap();
    let names: Vec<_> = disk.survivors().iter().map(|d| d.list("d")).collect();
    let names: Vec<_> = names.into_iter().map(|n| n.unwrap().join("")).collect();
    assert_eq!(names, ["bf", "abf"]);
}

#[test]
fn a_flipped_bit_is_flipped_in_whatever_survives() {
    let mut disk = prepared(512);
    disk.write_at(FILE, 0, b"a").unwrap();
    disk.sync(FILE).unwrap();
    disk.write_at(FILE, 0, b"b").unwrap();
    disk.flip(FILE, 0, 0x80).unwrap();
    assert_eq!(contents(&disk), [[b'a' | 0x80], [b'b' | 0x80]]);
    assert!(matches!(
        disk.flip(FILE, 1, 1),
        Err(DiskError::BeyondEnd { .. })
    ));
}

#[test]
fn some_of_many_survivors_are_spread_over_all_and_the_rest_is_counted() {
    let mut disk = prepared(1);
    disk.write_at(FILE, 0, &[1; 60]).unwrap();
    // 2^0 + 2^1 + … + 2^60: one length after the other.
    assert_eq!(disk.survivor_count(), (1 << 61) - 1);
    let some = disk.survivors_at_most(100);
    assert_eq!((some.disks.len(), some.dropped), (100, (1 << 61) - 1 - 100));
    assert_eq!(content(&some.disks[0]), b"");
    assert_eq!(content(&some.disks[99]), [1; 60]);
    disk.write_at(FILE, 60, &[1; 9]).unwrap();
    assert_eq!(disk.survivor_count(), u64::MAX);
    assert_eq!(disk.survivors_at_most(2).disks.len(), 2);
    assert_eq!(prepared(1).survivors_at_most(100).dropped, 0);
}

#[test]
fn canonical_bytes_tell_written_from_synced() {
    let bytes = |disk: &SimDisk| {
        let mut out = Vec::new();
        disk.canonical_bytes(&mut out);
        out
    };
    let mut written = prepared(512);
    written.write_at(FILE, 0, b"ab").unwrap();
    let mut synced = written.clone();
    synced.sync(FILE).unwrap();
    let mut given_up = written.clone();
    given_up.forsake(FILE).unwrap();
    for (one, other) in [
        (&written, &synced),
        (&written, &given_up),
        (&synced, &given_up),
    ] {
        assert_ne!(one, other);
        assert_ne!(bytes(one), bytes(other));
    }
    assert_eq!(bytes(&synced), bytes(&synced.survivors()[0]));
}

#[derive(Clone, Debug)]
enum Step {
    Write(usize, Vec<u8>),
    Truncate(usize),
    Sync,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (any::<usize>(), prop::collection::vec(0..3u8, 1..5)).prop_map(|(p, b)| Step::Write(p, b)),
        1 => any::<usize>().prop_map(Step::Truncate),
        1 => Just(Step::Sync),
    ];
    prop::collection::vec(step, 0..6)
}

/// Every content by the definition: a length, and for each sector the content that some state had there.
fn by_definition(
    states: &[Vec<u8>],
    lengths: &BTreeSet<usize>,
    sector: usize,
) -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::new();
    for length in lengths {
        let mut grown = BTreeSet::from([Vec::new()]);
        for start in (0..*length).step_by(sector) {
            let end = (start + sector).min(*length);
            let held = |state: &Vec<u8>| {
                (start..end)
                    .map(|at| state.get(at).copied().unwrap_or(0))
                    .collect::<Vec<u8>>()
            };
            let versions: BTreeSet<_> = states.iter().map(held).collect();
            grown = grown
                .iter()
                .flat_map(|before| versions.iter().map(|v| [&before[..], v].concat()))
                .collect();
        }
        all.extend(grown);
    }
    all
}

proptest! {
    #[test]
    fn a_file_survives_as_defined(steps in steps(), sector in 1..5usize) {
        let mut disk = prepared(sector);
        let mut states = vec![Vec::new()];
        let mut lengths = BTreeSet::from([0]);
        for step in steps {
            let now = content(&disk);
            match step {
                Step::Write(position, bytes) => {
                    let position = position % (now.len() + 1);
                    disk.write_at(FILE, position as u64, &bytes).unwrap();
                    let ends = (now.len()..position + bytes.len()).filter(|at| at % sector == 0);
                    lengths.extend(ends);
                }
                Step::Truncate(length) => disk.truncate(FILE, (length % (now.len() + 1)) as u64).unwrap(),
                Step::Sync => {
                    disk.sync(FILE).unwrap();
                    states.clear();
                    lengths.clear();
                }
            }
            states.push(content(&disk));
            lengths.insert(content(&disk).len());
        }
        let found = contents(&disk);
        prop_assert_eq!(found.len() as u64, disk.survivor_count());
        let set: BTreeSet<_> = found.iter().cloned().collect();
        prop_assert_eq!(set.len(), found.len(), "no repetition");
        prop_assert_eq!(set, by_definition(&states, &lengths, sector));
        for survivor in disk.survivors() {
            prop_assert_eq!(survivor.survivors(), std::slice::from_ref(&survivor));
        }
    }

    #[test]
    fn names_survive_as_defined(steps in prop::collection::vec((0..3u8, 0..3usize, 0..3usize), 0..7)) {
        const NAMES: [&str; 3] = ["d/f", "d/g", "d/h"];
        let mut disk = prepared(512);
        disk.write_at(FILE, 0, &[0]).unwrap();
        disk.sync(FILE).unwrap();
        let first = BTreeMap::from([(FILE, 0u8)]);
        // Each change as a function on names, with the mark of the file that it is about.
        type Files = BTreeMap<&'static str, u8>;
        let (mut now, mut changes) = (first.clone(), Vec::new());
        for (mark, (what, a, b)) in (1..).zip(steps) {
            let (a, b) = (NAMES[a], NAMES[b]);
            let file = now.get(a).copied();
            let change = move |files: &Files| -> Option<Files> {
                let mut files = files.clone();
                match what {
                    0 => files.insert(a, mark).is_none(),
                    1 => files.remove(a).is_some_and(|held| Some(held) == file),
                    _ => files.remove(a).is_some_and(|held| {
                        files.insert(b, held);
                        Some(held) == file
                    }),
                }
                .then_some(files)
            };
            let Some(after) = change(&now) else { continue };
            match what {
                0 => {
                    disk.create(a).unwrap();
                    disk.write_at(a, 0, &[mark]).unwrap();
                    disk.sync(a).unwrap();
                }
                1 => disk.remove(a).unwrap(),
                _ => disk.rename(a, b).unwrap(),
            }
            now = after;
            changes.push(change);
        }
        let mut expected = BTreeSet::from([first]);
        for change in &changes {
            let more: Vec<_> = expected.iter().filter_map(change).collect();
            expected.extend(more);
        }
        let read = |disk: &SimDisk| -> Files {
            let here = NAMES.iter().filter(|name| disk.len(name).is_ok());
            here.map(|name| (*name, disk.read_at(name, 0, 1).unwrap()[0])).collect()
        };
        prop_assert_eq!(read(&disk), now);
        let survivors = disk.survivors();
        let found: BTreeSet<_> = survivors.iter().map(read).collect();
        prop_assert_eq!(found.len(), survivors.len(), "no repetition");
        prop_assert_eq!(found, expected);
    }
}
