//! Real files, the simulated disk and an overlay over either answer alike, whatever is asked of them.

use plimsoll_disk::{Disk, DiskError, Overlay, RealDisk, SimDisk};
use proptest::prelude::*;

/// Files and directories, some in others; some that never exist, and some that no disk takes.
const PATHS: [&str; 12] = [
    "", "a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "a/x", "no/x", "../a", ".lock",
];

#[derive(Clone, Debug)]
enum Step {
    CreateDir(usize),
    Create(usize),
    Write(usize, u64, Vec<u8>),
    Truncate(usize, u64),
    Sync(usize),
    SyncDir(usize),
    Remove(usize),
    Rename(usize, usize),
    Read(usize, u64, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let path = || 0..PATHS.len();
    let length = prop_oneof![9 => 0..40usize, 1 => Just(usize::MAX)];
    prop_oneof![
        1 => path().prop_map(Step::CreateDir),
        2 => path().prop_map(Step::Create),
        6 => (path(), 0..20u64, prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(path, at, bytes)| Step::Write(path, at, bytes)),
        2 => (path(), 0..20u64).prop_map(|(path, length)| Step::Truncate(path, length)),
        1 => path().prop_map(Step::Sync),
        1 => path().prop_map(Step::SyncDir),
        2 => path().prop_map(Step::Remove),
        3 => (path(), path()).prop_map(|(from, to)| Step::Rename(from, to)),
        3 => (path(), 0..40u64, length).prop_map(|(path, at, many)| Step::Read(path, at, many)),
    ]
}

fn take(disk: &mut impl Disk, step: &Step) -> Result<Vec<u8>, DiskError> {
    match step {
        Step::CreateDir(path) => disk.create_dir(PATHS[*path]),
        Step::Create(path) => disk.create(PATHS[*path]),
        Step::Write(path, at, bytes) => disk.write_at(PATHS[*path], *at, bytes),
        Step::Truncate(path, length) => disk.truncate(PATHS[*path], *length),
        Step::Sync(path) => disk.sync(PATHS[*path]),
        Step::SyncDir(path) => disk.sync_dir(PATHS[*path]),
        Step::Remove(path) => disk.remove(PATHS[*path]),
        Step::Rename(from, to) => disk.rename(PATHS[*from], PATHS[*to]),
        Step::Read(path, at, many) => return disk.read_at(PATHS[*path], *at, *many),
    }
    .map(|()| Vec::new())
}

/// All that can be seen.
fn description(disk: &impl Disk) -> Vec<String> {
    let one = |path: &str| {
        let (length, names) = (disk.len(path), disk.list(path));
        let content = disk.read_at(path, 0, usize::MAX);
        format!("{path:?}: {length:?} {names:?} {content:?}")
    };
    PATHS.map(one).into()
}

/// With a few entries there from the start, so that most steps find something.
fn furnished<D: Disk>(mut disk: D) -> D {
    disk.create_dir("d").unwrap();
    disk.create_dir("d/e").unwrap();
    for path in ["a", "d/a", "d/e/a"] {
        disk.create(path).unwrap();
        disk.write_at(path, 0, path.as_bytes()).unwrap();
    }
    disk
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn real_files_and_the_simulation_answer_alike(steps in prop::collection::vec(step(), 0..30)) {
        let directory = tempfile::tempdir().unwrap();
        let mut real = furnished(RealDisk::open(directory.path()).unwrap());
        let mut simulated = furnished(SimDisk::new());
        for step in &steps {
            prop_assert_eq!(take(&mut real, step), take(&mut simulated, step), "{:?}", step);
        }
        prop_assert_eq!(description(&real), description(&simulated));
        // A second disk on the same files: what the first one kept in memory was true.
        drop(real);
        for again in [RealDisk::open(directory.path()), RealDisk::open_read_only(directory.path())] {
            prop_assert_eq!(description(&again.unwrap()), description(&simulated));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// And the disk below an overlay stays as it is, whatever was done to it before.
    #[test]
    fn an_overlay_answers_alike_and_changes_nothing(
        before in prop::collection::vec(step(), 0..10),
        steps in prop::collection::vec(step(), 0..30),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut real = furnished(RealDisk::open(directory.path()).unwrap());
        let mut simulated = furnished(SimDisk::new());
        for step in &before {
            let _ = (take(&mut real, step), take(&mut simulated, step));
        }
        drop(real);
        let real = RealDisk::open_read_only(directory.path()).unwrap();
        let below = description(&real);
        let mut overlay = Overlay::new(&real);
        for step in &steps {
            prop_assert_eq!(take(&mut overlay, step), take(&mut simulated, step), "{:?}", step);
        }
        prop_assert_eq!(description(&overlay), description(&simulated));
        prop_assert_eq!(description(&real), below);
    }
}

#[test]
fn every_kind_of_answer_is_met_on_both() {
    fn answers(mut disk: impl Disk) -> Vec<String> {
        let steps = [
            Step::Rename(4, 5),
            Step::Rename(4, 5),
            Step::Rename(5, 2),
            Step::Rename(3, 2),
            Step::Rename(1, 3),
            Step::Rename(1, 1),
            Step::Write(1, 2, vec![7]),
            Step::Truncate(1, 4),
            Step::Create(1),
            Step::Create(8),
            Step::Create(9),
            Step::Create(10),
            Step::Remove(6),
            Step::SyncDir(1),
            Step::Sync(3),
            Step::Read(5, 1, 99),
        ];
        let description = steps
            .iter()
            .map(|step| format!("{:?}", take(&mut disk, step)));
        description.collect()
    }
    let directory = tempfile::tempdir().unwrap();
    let real = answers(furnished(RealDisk::open(directory.path()).unwrap()));
    assert_eq!(real, answers(furnished(SimDisk::new())));
    assert_eq!(real, answers(Overlay::new(&furnished(SimDisk::new()))));
    let failed = |what: &str| {
        real.iter()
            .filter(|description| description.contains(what))
            .count()
    };
    assert_eq!(failed("Ok("), 3);
    assert_eq!(failed("NotFound"), 2);
    assert_eq!(failed("AlreadyExists"), 1);
    assert_eq!(failed("BeyondEnd"), 2);
    assert_eq!(failed("BadPath"), 8);
}
