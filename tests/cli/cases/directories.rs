//! What is a partition's directory, and what only has such a name.

use std::fs;

use plimsoll_cli::Exit;
use serde_json::json;

use super::{Data, batch, case, keyed, lines};
use crate::plimsoll;

const ID: &str = "c6a1b2c3d4e5f60718293a4b5c6d7e8f";

#[test]
fn a_data_directory_may_be_called_like_a_partition() {
    for (name, partitions) in [("kafka-logs-1", 2), ("data-0", 1), ("lost-found", 2)] {
        let called = plimsoll(&["log", "--json", &case(&format!("datadir/{name}"))]);
        assert_eq!((called.exit, &*called.err), (Exit::Kept, ""), "{name}");
        assert_eq!(lines(&called, "partition").len(), partitions, "{name}");
    }
    let called = plimsoll(&["offsets", "--json", &case("datadir/kafka-logs-1")]);
    assert_eq!(called.exit, Exit::Kept);
    assert_eq!(lines(&called, "group")[0]["offsets"][0]["offset"], 20);
    // A partition's own name, and nothing in it.
    let data = Data::new();
    fs::create_dir(data.path("orders-0")).expect("a directory");
    let path = data.path("orders-0");
    let called = plimsoll(&["log", path.to_str().expect("UTF-8")]);
    assert_eq!(called.exit, Exit::NoInput);
    assert!(called.err.contains("holds no segment"), "{}", called.err);
}

#[test]
fn marked_directories_are_told_apart() {
    let data = Data::of("datadir/kafka-logs-1");
    let bytes = batch(0, vec![keyed(b"k", b"v")]);
    for (name, mark) in [
        (format!("orders-1.{ID}-delete"), json!("delete")),
        (format!("orders-2.{ID}-future"), json!("future")),
        (format!("orders-3.{ID}-stray"), json!("stray")),
        // A topic may be called so.
        ("to-delete-4".to_owned(), json!(null)),
    ] {
        data.write(&format!("{name}/00000000000000000000.log"), bytes.bytes());
        let called = data.call("log", &["--json"]);
        assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
        let partitions = lines(&called, "partition");
        let of = |it: &&serde_json::Value| {
            it["directory"]
                .as_str()
                .is_some_and(|it| it.ends_with(&name))
        };
        assert_eq!(
            partitions.iter().find(of).expect("it is told")["mark"],
            mark
        );
    }
    let called = data.call("log", &[]);
    let description =
        "  marked       -delete: the partition was deleted, and its files are about to go\n";
    assert!(called.out.contains(description), "{}", called.out);
    assert_eq!(
        called.out.matches("  marked  ").count(),
        3,
        "{}",
        called.out
    );
}

/// Of a directory that is being deleted the files go first; one that is not must have some.
#[test]
fn a_deleted_directory_without_files_is_sound() {
    let data = Data::of("datadir/data-0");
    fs::create_dir(data.path(&format!("t-1.{ID}-delete"))).expect("a directory");
    let called = data.call("log", &[]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    fs::create_dir(data.path(&format!("t-2.{ID}-stray"))).expect("a directory");
    let called = data.call("log", &[]);
    assert_eq!(called.exit, Exit::NoInput);
    assert!(
        called.err.contains("-stray: holds no segment"),
        "{}",
        called.err
    );
}

#[test]
fn a_deleted_offsets_partition_is_left_out_and_said() {
    let data = Data::of("datadir/kafka-logs-1");
    let marked = format!("__consumer_offsets-4.{ID}-delete");
    fs::create_dir(data.path(&marked)).expect("a directory");
    super::copy(&data.path("__consumer_offsets-3"), &data.path(&marked));
    let called = data.call("offsets", &[]);
    assert_eq!(called.exit, Exit::Kept);
    assert!(called.out.starts_with("1 group would resume at 1 offset"));
    let said = format!("{marked} -delete: the partition was deleted");
    assert!(called.out.contains(&said), "{}", called.out);
    let json = data.call("offsets", &["--json"]);
    assert_eq!(lines(&json, "left_out")[0]["mark"], "delete");
    // Alone it can be named, and then it is read.
    fs::remove_dir_all(data.path("__consumer_offsets-3")).expect("it is there");
    let called = data.call("offsets", &[]);
    assert_eq!(called.exit, Exit::NoInput);
    assert!(called.err.contains(&marked), "{}", called.err);
    let path = data.path(&marked);
    let called = plimsoll(&["offsets", "--json", path.to_str().expect("UTF-8")]);
    assert_eq!(called.exit, Exit::Kept);
    let read = &lines(&called, "partition")[0];
    assert_eq!(
        (&read["partition"], &read["mark"]),
        (&json!(4), &json!("delete"))
    );
}

/// To open a FIFO waits for somebody who writes into it: each of these would hang.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_and_never_waited_for() {
    let fifo = |path: &std::path::Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.is_ok_and(|it| it.success()), "mkfifo is there");
    };
    for name in [
        "00000000000000000000.log",
        "00000000000000000000.index",
        "00000000000000000000.timeindex",
        "leader-epoch-checkpoint",
        "checkpoint",
    ] {
        let data = Data::of("datadir/data-0");
        let path = data.path("orders-0").join(name);
        if path.exists() {
            fs::remove_file(&path).expect("it is there");
        }
        fifo(&path);
        let called = data.call("log", &[]);
        assert_eq!(called.exit, Exit::NoInput, "{name}: {}", called.out);
        let said = format!("{name}: cannot be read: it is a FIFO, not a file");
        assert!(called.err.contains(&said), "{name}: {}", called.err);
    }
    for name in [".lock", "recovery-point-offset-checkpoint"] {
        let data = Data::of("datadir/data-0");
        fifo(&data.path(name));
        let called = data.call("log", &[]);
        assert_eq!(lines(&data.call("log", &["--json"]), "partition").len(), 1);
        let expected = match name {
            ".lock" => Exit::Kept,
            _ => Exit::NoInput,
        };
        assert_eq!(called.exit, expected, "{name}: {}", called.err);
    }
    let data = Data::of("datadir/kafka-logs-1");
    let path = data.path("__consumer_offsets-3/00000000000000000000.log");
    fs::remove_file(&path).expect("it is there");
    std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
    let called = data.call("offsets", &[]);
    assert_eq!(called.exit, Exit::NoInput);
    assert!(
        called.err.contains("it is a device, not a file"),
        "{}",
        called.err
    );
    // The other partition is shown all the same, and a link to a file is a file.
    let called = data.call("log", &["--json"]);
    assert_eq!(lines(&called, "partition").len(), 1);
    let file = data.path("orders-0/00000000000000000000.log");
    fs::rename(&file, data.path("elsewhere")).expect("it can be moved");
    std::os::unix::fs::symlink(data.path("elsewhere"), &file).expect("a link");
    let directory = data.path("orders-0");
    let called = plimsoll(&["log", directory.to_str().expect("UTF-8")]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
}
