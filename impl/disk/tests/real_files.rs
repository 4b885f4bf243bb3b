//! What only real files can show: the lock between processes, a disk that is looked at, errors of the system.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use plimsoll_disk::{Disk, DiskError, RealDisk};

/// Under this variable the test binary is the other process: it opens the directory named there.
const OPEN: &str = "PLIMSOLL_DISK_TEST_OPEN";

/// Before what the other process tells, to find it among what the test harness prints.
const TOLD: &str = "other process: ";

/// Run by [`Other`] in a process of its own; by itself it has nothing to do.
#[test]
fn other_process() {
    let Some(root) = std::env::var_os(OPEN) else {
        return;
    };
    let opened = RealDisk::open(&root);
    let description = opened
        .as_ref()
        .map_or_else(ToString::to_string, |_| "opened".to_owned());
    println!("\n{TOLD}{description}");
    // Until whoever started it lets go of its end.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

struct Other {
    child: Child,
    description: String,
    /// Held open: the harness has more to print at the end.
    lines: Lines<BufReader<ChildStdout>>,
}

impl Other {
    fn opens(root: &Path) -> Other {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "other_process", "--nocapture"])
            .env(OPEN, root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let description = loop {
            let line = lines.next().unwrap().unwrap();
            if let Some(description) = line.strip_prefix(TOLD) {
                break description.to_owned();
            }
        };
        Other {
            child,
            description,
            lines,
        }
    }

    fn ends(mut self) {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        assert!(self.lines.all(|line| line.is_ok()));
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn a_directory_has_one_owner_and_the_second_is_told_whose_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let first = Other::opens(root);
    assert_eq!(first.description, "opened");
    let pid = Some(first.child.id());
    let path = root.to_string_lossy().into_owned();
    let error = RealDisk::open(root).unwrap_err();
    assert_eq!(error, DiskError::Locked { path, pid });
    let description = error.to_string();
    let by = format!("in use by process {}; stop it first", first.child.id());
    assert!(description.contains(&by), "{description}");
    let second = Other::opens(root);
    assert_eq!(second.description, description, "whoever asks");
    second.ends();
    assert!(RealDisk::open_read_only(root).is_ok());
    first.ends();
    let again = RealDisk::open(root).unwrap();
    assert!(matches!(
        RealDisk::open(root),
        Err(DiskError::Locked { pid, .. }) if pid == Some(std::process::id())
    ));
    assert_eq!(
        again.list("").unwrap(),
        [] as [&str; 0],
        "the lock is no file of the owner"
    );
}

#[test]
fn a_killed_owner_leaves_no_lock() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = Other::opens(directory.path());
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    RealDisk::open(directory.path()).unwrap();
}

#[test]
fn files_are_there_when_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("new/root");
    let mut disk = RealDisk::open(&root).unwrap();
    disk.create("f").unwrap();
    disk.write_at("f", 0, b"kept").unwrap();
    disk.sync("f").unwrap();
    disk.sync_dir("").unwrap();
    drop(disk);
    let disk = RealDisk::open(&root).unwrap();
    assert_eq!(disk.read_at("f", 0, 100).unwrap(), b"kept");
}

#[test]
fn a_disk_to_look_at_refuses_every_change_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let mut owner = RealDisk::open(directory.path()).unwrap();
    owner.create("f").unwrap();
    owner.write_at("f", 0, b"one").unwrap();
    let mut disk = RealDisk::open_read_only(directory.path()).unwrap();
    let refused: [(&str, Result<(), DiskError>); 8] = [
        ("create", disk.create("g")),
        ("create", disk.create_dir("g")),
        ("write", disk.write_at("f", 0, b"x")),
        ("truncate", disk.truncate("f", 0)),
        ("sync", disk.sync("f")),
        ("sync", disk.sync_dir("")),
        ("remove", disk.remove("f")),
        ("rename", disk.rename("f", "g")),
    ];
    for (operation, answer) in refused {
        match answer {
            Err(DiskError::ReadOnly {
                operation: description,
                ..
            }) => assert_eq!(description, operation),
            other => panic!("{operation}: {other:?}"),
        }
    }
    assert_eq!(disk.read_at("f", 0, 9).unwrap(), b"one");
    // What the owner does is seen, also when a file takes another's name.
    owner.create("t").unwrap();
    owner.write_at("t", 0, b"other").unwrap();
    owner.rename("t", "f").unwrap();
    assert_eq!(disk.len("f").unwrap(), 5);
    assert_eq!(disk.read_at("f", 0, 9).unwrap(), b"other");
}

#[test]
fn a_root_that_is_none_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let none = directory.path().join("none");
    let name = |path: &Path| path.to_string_lossy().into_owned();
    for below in [file.clone(), file.join("x")] {
        let error = DiskError::NotADirectory { path: name(&below) };
        assert_eq!(RealDisk::open(&below).unwrap_err(), error);
        assert_eq!(RealDisk::open_read_only(&below).unwrap_err(), error);
        assert!(error.to_string().contains("name a directory"));
    }
    let missing = DiskError::NotFound { path: name(&none) };
    assert_eq!(RealDisk::open_read_only(&none).unwrap_err(), missing);
    assert!(!none.exists(), "looking makes nothing");
}

#[test]
#[cfg(unix)]
fn a_root_without_rights_is_refused_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("closed");
    std::fs::create_dir(&root).unwrap();
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read_dir(&root).is_ok() {
        println!("skipped, because this user may read everything (root)");
        return;
    }
    for opened in [RealDisk::open(&root), RealDisk::open_read_only(&root)] {
        let error = opened.unwrap_err();
        assert!(matches!(error, DiskError::Denied { .. }), "{error:?}");
        assert!(error.to_string().contains("let the user this runs as"));
    }
}

/// A file system that is full at once, and what the disk makes of it.
#[test]
fn a_full_disk_says_so_and_keeps_what_it_has() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("small");
    std::fs::create_dir(&at).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&at)
        .output();
    match mounted {
        Ok(mounted) if mounted.status.success() => {}
        other => {
            println!("skipped, because no small tmpfs can be mounted here: {other:?}");
            return;
        }
    }
    let filled = std::panic::catch_unwind(|| fills_up(&at));
    let unmounted = Command::new("umount").arg(&at).status().unwrap();
    assert!(unmounted.success());
    filled.unwrap();
}

fn fills_up(root: &Path) {
    let mut disk = RealDisk::open(root).unwrap();
    disk.create("f").unwrap();
    let (mut written, block) = (0, [7; 1000]);
    let error = loop {
        match disk.write_at("f", written, &block) {
            Ok(()) => written += 1000,
            Err(error) => break error,
        }
    };
    assert_eq!(
        error,
        DiskError::NoSpace {
            path: "f".to_owned()
        }
    );
    assert!(error.to_string().contains("free some"));
    // Any part of the failed write is there, and the length is known.
    let length = disk.len("f").unwrap();
    assert!((written..written + 1000).contains(&length), "{length}");
    assert_eq!(
        disk.read_at("f", 0, usize::MAX).unwrap().len() as u64,
        length
    );
    disk.truncate("f", written).unwrap();
    assert_eq!(disk.read_at("f", written - 1, 9).unwrap(), [7]);
    disk.truncate("f", 0).unwrap();
    disk.write_at("f", 0, &block).unwrap();
    disk.sync("f").unwrap();
}
