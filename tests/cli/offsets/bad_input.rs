//! Damaged files, malformed records, and directories that hold something else.

use std::fs;

use plimsoll_cli::Exit;
use plimsoll_log::{BatchHeader, NewRecord};
use plimsoll_offsets::partition_for;
use serde_json::json;

use super::written::{Data, batch, commit, record, write};
use super::{FOLDERS, lines, partition, text};
use crate::plimsoll;

/// A copy of Kafka's partition, which may be written.
fn copied(data: &Data, name: &str, number: i32) -> std::path::PathBuf {
    let directory = data.partition(&format!("__consumer_offsets-{number}"), b"");
    for entry in fs::read_dir(partition(name, number)).expect("it is there") {
        let from = entry.expect("it can be listed").path();
        let bytes = fs::read(&from).expect("it can be read");
        fs::write(directory.join(from.file_name().expect("a name")), bytes)
            .expect("it can be written");
    }
    directory
}

/// The byte in the middle of every tenth batch of a partition, one at a time.
#[test]
fn a_flipped_byte_is_named_by_file_byte_and_offset() {
    let data = Data::new();
    let file = copied(&data, "uncompacted", 1).join("00000000000000000000.log");
    copied(&data, "uncompacted", 0);
    let whole = fs::read(&file).expect("it can be read");
    let (mut position, mut flipped) = (0, 0);
    while position < whole.len() {
        let header = BatchHeader::read(&whole[position..]).expect("a header");
        let length = header.total_bytes();
        if header.base_offset > 0 && header.base_offset % 10 == 0 {
            let mut bytes = whole.clone();
            bytes[position + (61 + length) / 2] ^= 1;
            fs::write(&file, bytes).expect("it can be written");
            let called = plimsoll(&["offsets", data.path()]);
            assert_eq!(called.exit, Exit::BadData);
            let (file, offset) = (file.display(), header.base_offset);
            let named = format!(
                "error: {file}: byte {position}: the batch at offset {offset} is damaged: checksum "
            );
            assert!(called.err.starts_with(&named), "{}", called.err);
            let remedy = format!(
                "; take the file from a replica or a backup, or see what was there before with --at {} and this partition alone\n",
                offset - 1
            );
            assert!(called.err.ends_with(&remedy), "{}", called.err);
            assert_eq!(called.err.lines().count(), 1);
            // Both partitions are shown all the same, and what is missing is said where the results are.
            assert!(
                called.out.contains("\npolygenelubricants: ")
                    && called.out.contains("\ncoop: ")
                    && called.out.contains("1 place cannot be read"),
                "{}",
                called.out
            );
            let before = plimsoll(&[
                "offsets",
                &format!("{}/__consumer_offsets-1", data.path()),
                "--at",
                &(offset - 1).to_string(),
            ]);
            assert_eq!((before.exit, &*before.err), (Exit::Kept, ""));
            flipped += 1;
        }
        position += length;
    }
    assert!(flipped > 30, "{flipped}");
}

/// "It has no offsets" would send its consumers to the beginning or the end.
#[test]
fn a_group_whose_partition_was_not_read_is_not_said_to_be_unknown() {
    let data = Data::new();
    let file = copied(&data, "compacted", 1).join("00000000000000000000.log");
    for number in [0, 2, 3] {
        copied(&data, "compacted", number);
    }
    let mut bytes = fs::read(&file).expect("it can be read");
    bytes[200] ^= 1;
    fs::write(&file, bytes).expect("it can be written");
    let other = partition("compacted", 2);
    // What can be read of its partition is shown.
    let called = plimsoll(&["offsets", data.path(), "--group", "coop"]);
    assert_eq!(called.exit, Exit::BadData);
    assert!(called.out.contains("\ncoop: "), "{}", called.out);
    let mut names = (0..).map(|number| format!("nobody-{number}"));
    let nobody = names.find(|name| partition_for(name, 4) == Some(1));
    let nobody = nobody.expect("every partition has names");
    let unsure = format!(
        "what is known of a group '{nobody}' cannot be told: its name leads to partition 1, which could not be read in full"
    );
    for (group, directory, exit, description) in [
        (&*nobody, data.path(), Exit::BadData, &*unsure),
        // One that would be in a partition that was read is not there.
        (
            "g",
            data.path(),
            Exit::BadData,
            "nothing is known of a group 'g': it begins where auto.offset.reset says",
        ),
        // Of one partition alone nobody knows whether it is the one.
        (
            "coop",
            &*other,
            Exit::Unknown,
            "nothing is known of a group 'coop' here; if its name leads here, it begins where auto.offset.reset says",
        ),
    ] {
        let called = plimsoll(&["offsets", directory, "--group", group]);
        let last = called.out.lines().last().unwrap_or_default();
        assert_eq!(called.exit, exit, "{last}");
        assert!(last.starts_with(description), "{last}");
    }
}

#[test]
fn a_batch_cut_off_in_the_middle_of_the_log_is_damage() {
    let data = Data::new();
    let whole = batch(0, vec![record(&commit("g", 1))]);
    let directory = data.partition("__consumer_offsets-0", &whole.bytes()[..70]);
    write(
        &directory,
        1,
        batch(1, vec![record(&commit("g", 2))]).bytes(),
    );
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!(called.exit, Exit::BadData);
    assert!(called.out.contains("\ng: "), "{}", called.out);
    assert!(called.err.contains(".log: byte 0: the batch at offset 0 is damaged: it ends after 70 bytes, and another segment follows"), "{}", called.err);
}

/// Its length field says more than there is; what follows shows that this was no write cut short.
#[test]
fn a_length_beyond_the_end_of_the_file_does_not_hide_what_follows() {
    let data = Data::new();
    let (first, second) = (
        batch(0, vec![record(&commit("g", 1))]),
        batch(1, vec![record(&commit("g", 2))]),
    );
    let mut bytes = [first.bytes(), second.bytes()].concat();
    bytes[10] = 0x7f;
    data.partition("__consumer_offsets-0", &bytes);
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!(called.exit, Exit::BadData);
    assert!(called.out.contains("\ng: "), "{}", called.out);
    let description = "byte 0: the batch at offset 0 is damaged: its length reaches beyond the end of the file, and whole batches follow; take";
    assert!(called.err.contains(description), "{}", called.err);
}

/// What stands behind `--at` is not even read, be it in the same segment or in the next.
#[test]
fn what_is_before_the_damage_can_be_seen() {
    let data = Data::new();
    let whole = batch(3, vec![record(&commit("g", 1))]);
    let directory = data.partition("__consumer_offsets-0", whole.bytes());
    write(
        &directory,
        20,
        b"no batch, but long enough for the header of one; not that it would help it",
    );
    let directory = directory.to_str().expect("UTF-8");
    assert_eq!(plimsoll(&["offsets", directory]).exit, Exit::BadData);
    assert_eq!(
        plimsoll(&["offsets", directory, "--at", "19"]).exit,
        Exit::Kept
    );
}

#[test]
fn an_offset_that_has_been_before_is_damage() {
    let data = Data::new();
    let first = batch(0, vec![record(&commit("g", 1)), record(&commit("g", 2))]);
    let again = batch(1, vec![record(&commit("g", 3))]);
    data.partition(
        "__consumer_offsets-0",
        &[first.bytes(), again.bytes()].concat(),
    );
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!(called.exit, Exit::BadData);
    let named = format!(
        "byte {}: the batch at offset 2 is damaged: its offset is 1, which has been before",
        first.bytes().len()
    );
    assert!(called.err.contains(&named), "{}", called.err);
}

#[test]
fn a_malformed_record_is_named_by_its_offset_and_field() {
    let data = Data::new();
    let mut cut = record(&commit("g", 2));
    cut.value = cut.value.map(|value| value[..value.len() - 3].into());
    let records = vec![record(&commit("g", 1)), cut];
    let directory = data.partition("__consumer_offsets-0", batch(40, records).bytes());
    let called = plimsoll(&["offsets", "--json", data.path()]);
    assert_eq!(called.exit, Exit::BadData);
    let named = "byte 0: record 41: value: commit timestamp ends early; what this record says is not shown, or see what was there before with --at 40";
    assert!(called.err.contains(named), "{}", called.err);
    let errors = lines(&called, "error");
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0]["directory"],
        json!(directory.display().to_string())
    );
    assert_eq!(
        format!("error: {}\n", text(&errors[0]["error"])),
        called.err
    );
}

#[test]
fn a_future_version_is_not_guessed_at() {
    let data = Data::new();
    let mut future = record(&commit("g", 2));
    future.value = future
        .value
        .map(|value| [&[0, 5], &value[2..]].concat().into());
    data.partition("__consumer_offsets-0", batch(0, vec![future]).bytes());
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!(called.exit, Exit::BadData);
    assert!(
        called
            .err
            .contains("record 0: value: offset value of unknown version 5"),
        "{}",
        called.err
    );
}

fn keyed(key: &[u8]) -> NewRecord {
    NewRecord {
        key: Some(key.into()),
        value: Some(b"v"[..].into()),
        ..NewRecord::default()
    }
}

#[test]
fn another_topics_partition_is_not_taken_for_offsets() {
    let data = Data::new();
    let orders = data.partition(
        "orders-0",
        batch(0, vec![keyed(b"order-1"), keyed(b"order-2")]).bytes(),
    );
    let orders = orders.to_str().expect("UTF-8");
    let called = plimsoll(&["offsets", orders]);
    assert_eq!((called.exit, &*called.out), (Exit::BadData, ""));
    let description = format!(
        "error: {orders}: is not a partition of an offsets topic: none of its 2 records has such a key\n"
    );
    assert_eq!(called.err, description);
    // Nor is the data directory that it is in.
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!((called.exit, &*called.out), (Exit::NoInput, ""));
    assert!(
        called
            .err
            .contains(": holds no offsets topic; name a directory with __consumer_offsets-N in it"),
        "{}",
        called.err
    );
}

#[test]
fn types_of_later_versions_alone_are_no_error() {
    let data = Data::new();
    data.partition(
        "__consumer_offsets-0",
        batch(0, vec![keyed(&[0, 99]), record(&commit("g", 1))]).bytes(),
    );
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!(called.exit, Exit::Kept);
    assert!(
        called
            .out
            .contains("  passed over  1 record without offsets: 1 of type 99 (unknown)\n"),
        "{}",
        called.out
    );
}

#[test]
fn what_is_not_there_or_not_a_directory_is_said() {
    let file = format!("{}/00000000000000000000.log", partition(FOLDERS[0], 0));
    for (path, remedy) in [
        ("/nonexistent", "name a broker's data directory"),
        (&*file, "name the directory that it is in"),
    ] {
        let called = plimsoll(&["offsets", path]);
        assert_eq!((called.exit, &*called.out), (Exit::NoInput, ""));
        assert!(
            called
                .err
                .starts_with(&format!("error: {path}: cannot be read: ")),
            "{}",
            called.err
        );
        assert!(called.err.contains(remedy), "{}", called.err);
    }
}

#[test]
fn an_empty_partition_and_one_without_files_are_not_the_same() {
    let data = Data::new();
    let directory = data.partition("__consumer_offsets-0", b"");
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!((called.exit, &*called.err), (Exit::Unknown, ""));
    assert!(called.out.contains("  empty        nothing was ever written: every group begins where auto.offset.reset says\n"), "{}", called.out);
    fs::remove_file(directory.join("00000000000000000000.log")).expect("it was there");
    let called = plimsoll(&["offsets", data.path()]);
    assert_eq!(called.exit, Exit::NoInput);
    assert!(
        called
            .err
            .contains("holds no segment, not even an empty one"),
        "{}",
        called.err
    );
}
