//! What only real files can show, from the inside.

use super::*;

#[test]
fn few_handles_are_kept_and_files_go_on_without_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let mut disk = RealDisk::open(directory.path()).unwrap();
    let name = |n: usize| format!("f{n}");
    for n in 0..200 {
        disk.create(&name(n)).unwrap();
        disk.write_at(&name(n), 0, &[n as u8; 3]).unwrap();
        assert!(disk.handles().count() <= 64);
    }
    for n in 0..200 {
        assert_eq!(disk.read_at(&name(n), 1, 9).unwrap(), [n as u8; 2]);
        disk.write_at(&name(n), 3, b"x").unwrap();
        disk.sync(&name(n)).unwrap();
        assert_eq!(disk.len(&name(n)).unwrap(), 4);
    }
    assert_eq!(disk.handles().count(), 64);
}

#[test]
fn what_failed_while_a_file_was_closed_belongs_to_its_next_sync() {
    let directory = tempfile::tempdir().unwrap();
    let mut disk = RealDisk::open(directory.path()).unwrap();
    disk.create("a").unwrap();
    let error = DiskError::NoSpace {
        path: "a".to_owned(),
    };
    disk.handles().fail("a", error.clone());
    disk.rename("a", "b").unwrap();
    assert_eq!(disk.sync("b"), Err(error));
    disk.sync("b").unwrap();
}

/// The same error by whatever errno: each has one answer.
#[test]
fn errors_name_the_file_and_what_to_do() {
    let description = |kind| DiskError::from_io("d/f", &io::Error::from(kind)).to_string();
    for (kind, remedy) in [
        (io::ErrorKind::StorageFull, "free some"),
        (io::ErrorKind::QuotaExceeded, "free some"),
        (io::ErrorKind::PermissionDenied, "read and write"),
    ] {
        let description = description(kind);
        assert!(
            description.starts_with("d/f: ") && description.contains(remedy),
            "{description}"
        );
    }
}
