//! A log's directory on real files, harmed in one way after another: each is refused by file, with what to do, and nothing is
//! lost, so that all is there again once the harm is undone; or it is what a crash may leave, and is cut off and told.

use crate::engine;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use engine::*;
use plimsoll_disk::{DiskError, Fault, Faulty, RealDisk, SimDisk};
use plimsoll_log::{AppendError, LogConfig, RecoveryReport};

/// Ten values in segments of two, the first six below the recovery point.
const VALUES: &str = "abcdefghij";
/// Of each of them, in bytes.
const BATCH: u64 = 69;

fn written(root: &Path) {
    let mut bench = Bench::on(RealDisk::open(root).unwrap(), &small());
    bench.put_each(&VALUES[..6]);
    bench.checkpoint();
    bench.put_each(&VALUES[6..]);
    bench.sync();
}

type Content = BTreeMap<String, Vec<u8>>;

fn content(root: &Path) -> Content {
    let entries = fs::read_dir(root.join(DIRECTORY)).unwrap();
    let mut content = Content::new();
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        content.insert(name, fs::read(path).unwrap_or_default());
    }
    content
}

/// What goes wrong between opening the directory and having read all of it; otherwise the values and what was recovered.
fn opened(root: &Path) -> Result<(String, RecoveryReport), String> {
    let mut disk = RealDisk::open(root).map_err(|error| error.to_string())?;
    let (log, report) = open(&mut disk, &small()).map_err(|error| error.to_string())?;
    log.read(&disk, log.log_start_offset(), i64::MAX, usize::MAX)
        .map_err(|error| error.to_string())?;
    Ok((values(&log, &disk), report))
}

/// Does harm to the file of this name.
type Harm = fn(&Path);

fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
}

fn empty(path: &Path) {
    fs::write(path, b"").unwrap();
}

fn grown(path: &Path) {
    fs::write(path, [&fs::read(path).unwrap()[..], b"?"].concat()).unwrap();
}

fn gone(path: &Path) {
    fs::remove_file(path).unwrap();
}

/// Flips the last byte, which every checksum covers.
fn flipped(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

fn a_directory(path: &Path) {
    let _ = fs::remove_file(path);
    fs::create_dir(path).unwrap();
}

fn text(path: &Path) {
    fs::write(path, "Dear diary, today I was a segment file.\n").unwrap();
}

fn with_magic(path: &Path, magic: u8) {
    let mut bytes = fs::read(path).unwrap();
    bytes[16] = magic;
    fs::write(path, bytes).unwrap();
}

fn newer(path: &Path) {
    with_magic(path, 3);
}

fn older(path: &Path) {
    with_magic(path, 1);
}

const BELOW: &str = "00000000000000000002.log";
const AHEAD: &str = "00000000000000000006.log";
const LAST: &str = "00000000000000000008.log";

/// Name, harm, and what the message says beside the file's name.
const REFUSED: [(&str, Harm, &[&str]); 19] = [
    (
        BELOW,
        cut,
        &["137 bytes", "138 were durable", "restore it from a copy"],
    ),
    (
        BELOW,
        empty,
        &["0 bytes", "138 were durable", "restore it from a copy"],
    ),
    (
        BELOW,
        grown,
        &["139 bytes", "138 were durable", "restore it from a copy"],
    ),
    (
        BELOW,
        gone,
        &[
            "missing",
            "below offset 6 was durable",
            "restore it from a copy",
        ],
    ),
    (
        BELOW,
        flipped,
        &[
            "byte 69",
            "offset 3",
            "checksum 0x",
            "restore the file from a copy",
        ],
    ),
    (
        BELOW,
        newer,
        &[
            "byte 0",
            "offset 2",
            "magic 3",
            "restore the file from a copy",
        ],
    ),
    (
        BELOW,
        a_directory,
        &["a directory where a file belongs", "move it away"],
    ),
    (
        AHEAD,
        newer,
        &[
            "magic 3 at byte 0",
            "with what wrote the file, or move the file away",
        ],
    ),
    (
        AHEAD,
        older,
        &[
            "magic 1 at byte 0",
            "with what wrote the file, or move the file away",
        ],
    ),
    (
        AHEAD,
        text,
        &[
            "magic 121 at byte 0",
            "with what wrote the file, or move the file away",
        ],
    ),
    (
        LAST,
        text,
        &[
            "magic 121 at byte 0",
            "with what wrote the file, or move the file away",
        ],
    ),
    (
        LAST,
        a_directory,
        &["a directory where a file belongs", "move it away"],
    ),
    (
        "checkpoint",
        cut,
        &["checksum is wrong", "restore it from a copy, or remove it"],
    ),
    (
        "checkpoint",
        empty,
        &["checksum is wrong", "restore it from a copy, or remove it"],
    ),
    (
        "checkpoint",
        flipped,
        &["checksum is wrong", "restore it from a copy, or remove it"],
    ),
    (
        "checkpoint",
        text,
        &["checksum is wrong", "restore it from a copy, or remove it"],
    ),
    (
        "checkpoint",
        a_directory,
        &["a directory where a file belongs", "move it away"],
    ),
    (
        "notes.log",
        text,
        &["not the name of a segment", "move the file away"],
    ),
    (
        "00000000000000000003.log",
        text,
        &[
            "not a segment that the checkpoint knows",
            "move the file away",
        ],
    ),
];

#[test]
fn what_no_crash_leaves_is_refused_by_name_and_left_alone() {
    for (name, harm, says) in REFUSED {
        let root = tempfile::tempdir().unwrap();
        written(root.path());
        let (path, before) = (root.path().join(DIRECTORY).join(name), content(root.path()));
        harm(&path);
        let harmed = content(root.path());
        assert_ne!(harmed, before, "{name}");
        let error = opened(root.path()).unwrap_err();
        for part in [&[name][..], says].concat() {
            assert!(error.contains(part), "{part:?} is not in {error:?}");
        }
        let mut left = content(root.path());
        // Where the disk itself refused something, whoever opens the log next must not believe what is unsynced.
        left.remove("unsynced");
        assert!(left == harmed, "{error}");
        // What is to be done helps.
        let _ = fs::remove_dir(&path);
        let _ = fs::remove_file(&path);
        if let Some(bytes) = before.get(name) {
            fs::write(&path, bytes).unwrap();
        }
        assert_eq!(opened(root.path()).unwrap().0, VALUES, "{error}");
    }
}

/// Name, harm, how many values are left, and how many bytes are told of as cut off.
const CUT_OFF: [(&str, Harm, usize, u64); 6] = [
    (LAST, cut, 9, BATCH - 1),
    (LAST, flipped, 9, BATCH),
    (LAST, grown, 10, 1),
    (LAST, empty, 8, 0),
    (AHEAD, flipped, 7, BATCH),
    ("00000000000000000000.index", text, 10, 0),
];

#[test]
fn what_a_crash_may_leave_is_cut_off_and_told() {
    for (name, harm, left, cut_bytes) in CUT_OFF {
        let root = tempfile::tempdir().unwrap();
        written(root.path());
        harm(&root.path().join(DIRECTORY).join(name));
        let (found, report) = opened(root.path()).unwrap();
        assert_eq!(
            (&*found, report.truncated_bytes),
            (&VALUES[..left], cut_bytes),
            "{name}"
        );
        assert_eq!(report.damage.is_some(), cut_bytes > 0, "{report:?}");
        assert!(cut_bytes == 0 || report.file.ends_with(name), "{report:?}");
        let removed = report.removed_segments.len();
        assert_eq!(removed, usize::from(name == AHEAD), "{report:?}");
        assert_eq!(opened(root.path()).unwrap().0, VALUES[..left], "{name}");
    }
}

#[test]
fn a_file_in_the_place_of_the_directory_is_refused() {
    let root = tempfile::tempdir().unwrap();
    text(&root.path().join(DIRECTORY));
    let error = opened(root.path()).unwrap_err();
    let says = [DIRECTORY, "the other way round", "move it away"];
    assert!(says.iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn a_second_writer_is_told_whose_the_directory_is() {
    let root = tempfile::tempdir().unwrap();
    written(root.path());
    let first = RealDisk::open(root.path()).unwrap();
    let error = opened(root.path()).unwrap_err();
    let owner = format!("in use by process {}; stop it first", std::process::id());
    assert!(error.contains(&owner), "{error}");
    drop(first);
    assert_eq!(opened(root.path()).unwrap().0, VALUES);
}

#[test]
fn a_directory_without_rights_is_refused_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    written(root.path());
    let directory = root.path().join(DIRECTORY);
    let may = |mode| fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
    may(0o000);
    let can_read_everything = fs::read_dir(&directory).is_ok();
    let error = opened(root.path());
    may(0o755);
    if can_read_everything {
        println!("skipped, because this user may read everything (root)");
        return;
    }
    let error = error.unwrap_err();
    let says = [DIRECTORY, "permission denied", "let the user this runs as"];
    assert!(says.iter().all(|part| error.contains(part)), "{error}");
    assert_eq!(opened(root.path()).unwrap().0, VALUES);
}

#[test]
fn a_full_disk_refuses_the_batch_by_name_and_goes_on_when_there_is_room() {
    let disk = Faulty::new(SimDisk::new());
    let mut bench = Bench::on(disk, &LogConfig::default());
    bench.put_each("ab");
    bench.sync();
    bench.disk.fail_at(0, Fault::WriteNoSpace);
    let error = bench.append(&new_batch(&["c"])).unwrap_err();
    let path = file(0);
    assert_eq!(error, AppendError::Undone(DiskError::NoSpace { path }));
    let says = [&file(0), "no space left", "free some, then try again"];
    assert!(
        says.iter().all(|part| error.to_string().contains(part)),
        "{error}"
    );
    assert_eq!(bench.values(), "ab");
    bench.put_each("c");
    bench.sync();
    let (bench, report) = bench.reopened(&LogConfig::default());
    assert_eq!((&*bench.values(), report.damage), ("abc", None));
}
