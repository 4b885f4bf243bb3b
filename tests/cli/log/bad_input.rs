//! Damaged, foreign and missing files: what is told, and with which exit code.

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_cli::Exit;
use plimsoll_log::NewBatch;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::written::{Data, records};
use super::{lines, partition};
use crate::{Called, plimsoll};

/// A copy of a partition of Kafka's, which may be written.
struct Copied(TempDir);

impl Copied {
    fn new(name: &str, number: i32) -> Copied {
        let data = tempfile::tempdir().expect("a directory");
        let directory = data.path().join(format!("__consumer_offsets-{number}"));
        fs::create_dir(&directory).expect("a directory");
        for entry in fs::read_dir(partition(name, number)).expect("it is there") {
            let from = entry.expect("it can be listed").path();
            let to = directory.join(from.file_name().expect("a name"));
            fs::write(to, fs::read(&from).expect("it can be read")).expect("it can be written");
        }
        Copied(data)
    }

    fn directory(&self) -> PathBuf {
        let mut all = fs::read_dir(self.0.path()).expect("it is there");
        let found = all.find_map(|entry| Some(entry.ok()?.path()).filter(|it| it.is_dir()));
        found.expect("there is one")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    fn log(&self) -> Called {
        called(&self.directory(), &["--json"])
    }
}

fn called(directory: &Path, args: &[&str]) -> Called {
    plimsoll(&[&["log"], args, &[directory.to_str().expect("UTF-8")]].concat())
}

/// File, byte, expected and found of every damaged place.
fn damages(called: &Called) -> Vec<(String, u64, String, String)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let damage = |line: &Value| {
        let byte = line["byte"].as_u64().expect("a number");
        (
            text(&line["file"]),
            byte,
            text(&line["expected"]),
            text(&line["found"]),
        )
    };
    lines(called, "damage").iter().map(damage).collect()
}

fn flip(file: &Path, at: usize, bits: u8) {
    let mut bytes = fs::read(file).expect("it is there");
    bytes[at] ^= bits;
    fs::write(file, bytes).expect("it can be written");
}

/// Every byte of a batch in the middle of a segment of Kafka's, one at a time. Base offset and leader epoch lie outside
/// the checksum, by the format: they are told by what they contradict, if they do.
#[test]
fn every_flipped_byte_of_a_batch_is_named() {
    let copied = Copied::new("uncompacted", 0);
    let file = copied.file("00000000000000000000.log");
    let batches = lines(
        &called(&copied.directory(), &["--json", "--batches"]),
        "batch",
    );
    let batch = &batches[10];
    let number = |name: &str| batch[name].as_u64().expect("a number");
    let (at, length) = (number("byte"), number("bytes"));
    let mut named = 0;
    for byte in (8..12).chain(16..length) {
        flip(&file, (at + byte) as usize, 0x40);
        let description = copied.log();
        assert_eq!(description.exit, Exit::BadData, "byte {byte}");
        let first = &lines(&description, "damage")[0];
        assert_eq!(first["byte"], json!(at), "byte {byte}: {first}");
        assert_eq!(first["file"], json!(file.display().to_string()));
        assert_eq!(first["offset"], batch["base_offset"]);
        let recovery = &lines(&description, "partition")[0]["recovery"];
        assert_eq!(recovery["kept_bytes"], json!(at), "byte {byte}");
        flip(&file, (at + byte) as usize, 0x40);
        named += 1;
    }
    assert_eq!(named, length - 12);
    // A higher offset than the next one's: the next one has been before.
    flip(&file, at as usize + 6, 0x40);
    let description = damages(&copied.log());
    assert_eq!(
        (description[0].1, description.len()),
        (at + length, 1),
        "{description:?}"
    );
    flip(&file, at as usize + 6, 0x40);
    // A leader epoch is anybody's guess.
    flip(&file, at as usize + 15, 0x40);
    assert_eq!(copied.log().exit, Exit::Kept);
}

/// Damage in one batch hides nothing behind it.
#[test]
fn what_is_behind_the_damage_is_still_read() {
    let copied = Copied::new("uncompacted", 0);
    let file = copied.file("00000000000000000000.log");
    let batches = lines(
        &called(&copied.directory(), &["--json", "--batches"]),
        "batch",
    );
    let place = |index: usize| batches[index]["byte"].as_u64().expect("a number");
    for index in [3, 7, 8] {
        flip(&file, place(index) as usize + 70, 1);
    }
    let description = called(&copied.directory(), &["--json", "--batches"]);
    let bytes: Vec<u64> = damages(&description)
        .iter()
        .map(|damage| damage.1)
        .collect();
    assert_eq!(bytes, [place(3), place(7), place(8)]);
    let whole = |line: &Value| line["checksum_ok"] == json!(true);
    assert_eq!(lines(&description, "batch").len(), batches.len());
    assert_eq!(
        lines(&description, "batch")
            .into_iter()
            .filter(whole)
            .count(),
        batches.len() - 3
    );
    let text = called(&copied.directory(), &["--batches"]).out;
    assert_eq!(text.matches(" DAMAGED: checksum 0x").count(), 3);
    let named = format!(
        "  damaged      {}, byte {}, offset {}: expected bytes of checksum {}, found bytes of checksum 0x",
        file.display(),
        place(3),
        batches[3]["base_offset"],
        batches[3]["checksum"].as_str().expect("a string")
    );
    assert!(text.contains(&named), "{text}");
}

#[test]
fn a_newer_format_and_impossible_lengths_are_told() {
    for (byte, value, expected, found) in [
        (16, 3, "magic 2", "magic 3"),
        (16, 1, "magic 2", "magic 1"),
        (8, 0x80, "a batch length from 49 to 67108852", "-21474"),
        (8, 0x7f, "a batch length from 49 to 67108852", "2130706"),
    ] {
        let copied = Copied::new("compacted", 0);
        let file = copied.file("00000000000000000000.log");
        let was = fs::read(&file).expect("it is there")[byte];
        flip(&file, byte, was ^ value);
        let description = copied.log();
        assert_eq!(description.exit, Exit::BadData);
        let (named, at, what, is) = &damages(&description)[0];
        assert_eq!((&**named, *at), (&*file.display().to_string(), 0));
        assert_eq!(what, expected);
        assert!(is.starts_with(found), "{is}");
    }
}

/// A length that reaches beyond the end of the file is no unfinished write if whole batches follow.
#[test]
fn a_length_beyond_the_end_does_not_hide_what_follows() {
    let copied = Copied::new("uncompacted", 0);
    let file = copied.file("00000000000000000000.log");
    flip(&file, 9, 0x10);
    let description = copied.log();
    assert_eq!(description.exit, Exit::BadData);
    let (_, at, _, found) = &damages(&description)[0];
    assert_eq!(*at, 0);
    assert!(
        found.ends_with("bytes with whole batches in them"),
        "{found}"
    );
}

/// A segment that ends within a batch: unfinished only if nothing comes after it.
#[test]
fn a_segment_that_ends_early() {
    let copied = Copied::new("compacted", 0);
    let first = copied.file("00000000000000000000.log");
    let bytes = fs::read(&first).expect("it is there");
    fs::write(&first, &bytes[..bytes.len() - 5]).expect("it can be written");
    let description = copied.log();
    assert_eq!(description.exit, Exit::BadData);
    let recovery = &lines(&description, "partition")[0]["recovery"];
    assert_eq!(recovery["removed"][0]["bytes"], json!(749), "{recovery}");
    let text = called(&copied.directory(), &[]).out;
    assert!(
        text.contains("and remove 1 segment behind it (749 bytes), because the batch ends after"),
        "{text}"
    );
}

#[test]
fn ours_below_the_recovery_point_is_refused_not_cut() {
    let file = |data: &Data, base: i64| data.partition().join(format!("{base:020}.log"));
    let refused = |data: &Data, said: &str| {
        let description = data.log(&["--json"]);
        assert_eq!(description.exit, Exit::BadData, "{}", description.out);
        let recovery = &lines(&description, "partition")[0]["recovery"];
        assert_eq!(recovery["outcome"], "refuses");
        let error = recovery["error"].as_str().expect("a string");
        assert!(error.contains(said), "{error}");
        damages(&description)
    };
    let data = Data::new();
    fs::remove_file(file(&data, 0)).expect("it is there");
    let description = refused(
        &data,
        "the segment is missing, though everything below offset 7",
    );
    assert_eq!(description[0].2, "a segment, durable up to offset 7");
    let data = Data::new();
    flip(&data.partition().join("checkpoint"), 40, 1);
    let description = refused(
        &data,
        "its checksum is wrong; restore it from a copy, or remove it",
    );
    assert_eq!(description[0].3, "its checksum is wrong");
    let data = Data::new();
    fs::write(data.partition().join("7.log"), "").expect("it can be written");
    let description = refused(&data, "not the name of a segment; move the file away");
    assert!(
        description[0].0.ends_with("/orders-0/7.log"),
        "{description:?}"
    );
}

/// Recovery does not read there, so it is the reading that finds it; nothing would be cut off.
#[test]
fn a_flip_below_the_recovery_point_is_found_and_would_stay() {
    let data = Data::new();
    let file = data.partition().join("00000000000000000000.log");
    flip(&file, 65, 1);
    let description = data.log(&["--json"]);
    assert_eq!(description.exit, Exit::BadData);
    let damages = damages(&description);
    assert_eq!((damages.len(), damages[0].1), (1, 0));
    let recovery = &lines(&description, "partition")[0]["recovery"];
    assert_eq!(
        (&recovery["outcome"], &recovery["cut_bytes"]),
        (&json!("opens"), &json!(0))
    );
    // Of a whole batch that is gone from the middle, what is left is right, but not where it stands.
    let data = Data::new();
    let bytes = fs::read(data.last()).expect("it is there");
    let batches = lines(&data.log(&["--json", "--batches"]), "batch");
    let of_last = |line: &&Value| {
        line["file"]
            .as_str()
            .is_some_and(|it| it.ends_with("7.log"))
    };
    let second = batches
        .iter()
        .filter(of_last)
        .nth(1)
        .expect("there are three");
    let (at, many) = (
        second["byte"].as_u64().expect("a byte"),
        second["bytes"].as_u64().expect("bytes"),
    );
    let left = [&bytes[..at as usize], &bytes[(at + many) as usize..]].concat();
    fs::write(data.last(), left).expect("it can be written");
    let description = data.log(&["--json"]);
    assert_eq!(description.exit, Exit::BadData);
    let damages = super::lines(&description, "damage");
    assert_eq!(damages.len(), 1);
    assert_eq!(damages[0]["expected"], "a batch of offset 8");
    assert_eq!(damages[0]["found"], "one of offset 9");
}

/// Without a checkpoint recovery reads everything, and a hole ends the log.
#[test]
fn a_segment_missing_in_the_middle() {
    let data = Data::new();
    fs::remove_file(data.partition().join("checkpoint")).expect("it is there");
    let third = data.partition().join("00000000000000000020.log");
    fs::copy(data.last(), third).expect("it can be copied");
    let description = data.log(&["--json"]);
    assert_eq!(description.exit, Exit::BadData);
    let (_, _, expected, found) = &damages(&description)[0];
    assert_eq!(
        expected,
        "batches up to offset 20, where the next segment begins"
    );
    assert_eq!(found, "the end of the file at offset 10");
    // Kafka's cleaner leaves such holes, so they are told and not judged.
    let copied = Copied::new("compacted", 0);
    fs::rename(
        copied.file("00000000000000000469.log"),
        copied.file("00000000000000000470.log"),
    )
    .expect("it is there");
    let bytes = fs::read(copied.file("00000000000000000470.log")).expect("it is there");
    let first = lines(
        &called(&copied.directory(), &["--json", "--batches"]),
        "batch",
    );
    let length = first
        .iter()
        .find(|it| it["base_offset"] == 469)
        .expect("it is there")["bytes"]
        .as_u64()
        .expect("a number");
    fs::write(
        copied.file("00000000000000000470.log"),
        &bytes[length as usize..],
    )
    .expect("it can be written");
    for index in ["index", "timeindex"] {
        fs::remove_file(copied.file(&format!("00000000000000000469.{index}")))
            .expect("it is there");
    }
    let description = copied.log();
    assert_eq!(description.exit, Exit::Kept, "{}", description.out);
    let partition = &lines(&description, "partition")[0];
    assert_eq!(
        (&partition["gaps"], &partition["gaps_between"]),
        (&json!(441), &json!(1))
    );
}

#[test]
fn an_index_that_contradicts_its_segment() {
    for (file, at, what) in [
        ("00000000000000000000.index", 7, "no batch begins at byte "),
        ("00000000000000000000.index", 3, "the batch at byte "),
        (
            "00000000000000000000.timeindex",
            7,
            " is not the latest time up to offset ",
        ),
        ("00000000000000000000.timeindex", 10, "there is no offset "),
    ] {
        let copied = Copied::new("compacted", 1);
        flip(&copied.file(file), at, 0x10);
        let description = called(&copied.directory(), &[]);
        assert_eq!(
            description.exit,
            Exit::BadData,
            "{file} {at}: {}",
            description.out
        );
        let line = description
            .out
            .lines()
            .find(|line| line.starts_with("  index  "));
        let line = line.unwrap_or_else(|| panic!("{file} {at}: {}", description.out));
        assert!(
            line.contains(&format!("{file} contradicts its segment: ")) && line.contains(what),
            "{line}"
        );
    }
    // Ours is believed by its checksum only, so this misleads nobody.
    let data = Data::new();
    flip(
        &data.partition().join("00000000000000000000.index"),
        7,
        0x10,
    );
    let description = data.log(&[]);
    assert_eq!(description.exit, Exit::Kept, "{}", description.out);
    assert!(
        description.out.contains("contradicts its segment: "),
        "{}",
        description.out
    );
}

#[test]
fn what_kafkas_checkpoint_files_say() {
    let copied = Copied::new("compacted", 0);
    let data = copied.0.path();
    let write =
        |name: &str, text: &str| fs::write(data.join(name), text).expect("it can be written");
    write(
        "replication-offset-checkpoint",
        "0\n2\norders 0 3\n__consumer_offsets 0 475\n",
    );
    write(
        "recovery-point-offset-checkpoint",
        "0\n1\n__consumer_offsets 0 469\n",
    );
    write(
        "log-start-offset-checkpoint",
        "0\n1\n__consumer_offsets 0 216\n",
    );
    write(
        "cleaner-offset-checkpoint",
        "0\n1\n__consumer_offsets 1 7\n",
    );
    let text = called(&copied.directory(), &[]).out;
    let description = "\n  checkpoints  high watermark 475 (replication-offset-checkpoint), recovery point 469 (recovery-point-offset-checkpoint), log start 216";
    assert!(
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains(&description.split_whitespace().collect::<Vec<_>>().join(" ")),
        "{text}"
    );
    assert!(
        text.contains("\n  offsets      start 216, last stable 475, end 475\n"),
        "{text}"
    );
    assert!(
        text.contains(
            "Kafka itself would read from the segment that holds its recovery point 469 on\n"
        ),
        "{text}"
    );
    write(".kafka_cleanshutdown", "{}");
    let text = called(&copied.directory(), &[]).out;
    assert!(text.contains("Kafka itself would read nothing"), "{text}");
    write(
        "recovery-point-offset-checkpoint",
        "0\n1\n__consumer_offsets zero 469\n",
    );
    let description = copied.log();
    assert_eq!(description.exit, Exit::BadData);
    let (file, byte, expected, found) = &damages(&description)[0];
    assert!(file.ends_with("recovery-point-offset-checkpoint"));
    assert_eq!(
        (*byte, &**expected, &**found),
        (4, "a line of 3 words", "\"__consumer_offsets zero 469\"")
    );
}

/// The checksum is right and the records are not: somebody else wrote them, or nobody ever looked.
#[test]
fn records_that_do_not_follow_the_format() {
    let new = NewBatch {
        timestamp_ms: 1,
        records: records(&[("key", Some("value"))]),
        ..NewBatch::default()
    };
    let mut bytes = new.build().expect("a batch").bytes().to_vec();
    bytes[61] = 0x7e;
    let checksum = crc32c::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
    let data = tempfile::tempdir().expect("a directory");
    let directory = data.path().join("orders-0");
    fs::create_dir(&directory).expect("a directory");
    fs::write(directory.join("00000000000000000000.log"), bytes).expect("it can be written");
    assert_eq!(called(&directory, &[]).exit, Exit::BadData);
    let description = called(&directory, &["--json", "--records"]);
    assert_eq!(description.exit, Exit::BadData);
    assert_eq!(damages(&description)[0].3, "malformed record 0: length");
    let text = called(&directory, &["--records"]).out;
    assert!(
        text.contains("      malformed record 0: length\n"),
        "{text}"
    );
}

#[test]
fn foreign_and_empty_files() {
    let data = tempfile::tempdir().expect("a directory");
    let directory = data.path().join("orders-0");
    fs::create_dir(&directory).expect("a directory");
    let description = called(&directory, &[]);
    assert_eq!((description.exit, &*description.out), (Exit::NoInput, ""));
    assert!(
        description
            .err
            .contains("holds no segment, not even an empty one"),
        "{}",
        description.err
    );
    let file = directory.join("00000000000000000000.log");
    fs::write(&file, "").expect("it can be written");
    let description = called(&directory, &[]);
    assert_eq!((description.exit, &*description.err), (Exit::Unknown, ""));
    assert!(
        description
            .out
            .contains("  read         nothing was ever written, or all of it was deleted\n"),
        "{}",
        description.out
    );
    let foreign = "It was the best of times, it was the worst of times, it was the age of wisdom.";
    fs::write(&file, foreign).expect("it can be written");
    let description = called(&directory, &["--json"]);
    assert_eq!(description.exit, Exit::BadData);
    let (_, byte, expected, found) = &damages(&description)[0];
    assert_eq!((*byte, &**expected, &**found), (0, "magic 2", "magic 111"));
    // A good partition beside it is shown all the same.
    let other = data.path().join("orders-1");
    fs::create_dir(&other).expect("a directory");
    fs::copy(
        Path::new(&partition("compacted", 0)).join("00000000000000000000.log"),
        other.join("00000000000000000000.log"),
    )
    .expect("it can be copied");
    let description = called(data.path(), &["--json"]);
    assert_eq!(description.exit, Exit::BadData);
    assert_eq!(lines(&description, "partition")[1]["damages"], json!(0));
}

#[test]
fn what_is_not_there_or_holds_nothing_is_said() {
    let empty = tempfile::tempdir().expect("a directory");
    let empty = empty.path().to_str().expect("UTF-8");
    let file = format!("{}/00000000000000000000.log", partition("compacted", 0));
    for (path, description) in [
        ("/nonexistent", "cannot be read: "),
        (
            "/nonexistent",
            "; name a broker's data directory or one partition's",
        ),
        (&file, "; name the directory that it is in"),
        (
            empty,
            ": holds no partition; name a data directory with TOPIC-N in it",
        ),
    ] {
        let called = plimsoll(&["log", path]);
        assert_eq!((called.exit, &*called.out), (Exit::NoInput, ""));
        assert!(
            called.err.starts_with(&format!("error: {path}: ")),
            "{}",
            called.err
        );
        assert!(called.err.contains(description), "{}", called.err);
        let json = plimsoll(&["log", "--json", path]);
        assert_eq!(lines(&json, "error").len(), 1);
    }
}

/// A file that cannot be read is named; what is in the others is shown.
#[cfg(unix)]
#[test]
fn a_file_without_rights() {
    use std::os::unix::fs::PermissionsExt;

    let copied = Copied::new("compacted", 0);
    let file = copied.file("00000000000000000469.log");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("it is ours");
    if fs::File::open(&file).is_ok() {
        plimsoll_tests::skipped("this user may read everything");
        return;
    }
    let description = copied.log();
    assert_eq!(description.exit, Exit::NoInput);
    let named = format!("error: {}: cannot be read: ", file.display());
    assert!(description.err.contains(&named), "{}", description.err);
    assert!(
        description
            .err
            .contains("run this as a user who may read the broker's files"),
        "{}",
        description.err
    );
    assert_eq!(lines(&description, "segment").len(), 1);
}
