//! The same story on real files and on the simulated disk must read the same.

use plimsoll_disk::{Disk, DiskError, RealDisk, SimDisk};

fn story(disk: &mut impl Disk) -> Result<Vec<String>, DiskError> {
    let mut told = Vec::new();
    disk.create_dir("d")?;
    disk.sync_dir("")?;
    disk.create("d/b")?;
    disk.create("d/a")?;
    disk.sync_dir("d")?;
    told.push(format!("{:?}", disk.list("d")?));
    disk.write_at("d/a", 0, b"hello")?;
    disk.write_at("d/a", 3, b"p, world")?;
    disk.sync("d/a")?;
    told.push(format!("{:?}", disk.read_at("d/a", 1, usize::MAX)?));
    disk.truncate("d/a", 4)?;
    told.push(format!(
        "{} {:?}",
        disk.len("d/a")?,
        disk.read_at("d/a", 9, 5)?
    ));
    told.push(format!("{:?}", disk.write_at("d/a", 5, b"hole")));
    told.push(format!("{:?}", disk.truncate("d/a", 5)));
    told.push(format!("{:?}", disk.create("d/a")));
    told.push(format!("{:?}", disk.create_dir("d")));
    told.push(format!("{:?}", disk.len("d/none")));
    told.push(format!("{:?}", disk.list("none")));
    told.push(format!("{:?}", disk.create("../outside")));
    disk.rename("d/a", "d/b")?;
    disk.rename("d/b", "d/b")?;
    told.push(format!(
        "{:?} {:?}",
        disk.list("d")?,
        disk.read_at("d/b", 0, 9)?
    ));
    told.push(format!("{:?}", disk.rename("d/a", "d/b")));
    told.push(format!("{:?}", disk.rename("d/b", "b")));
    told.push(format!("{:?}", disk.rename("d", "d")));
    disk.write_at("d/b", 4, b"o")?;
    told.push(format!("{:?}", disk.read_at("d/b", 0, 9)?));
    disk.remove("d/b")?;
    disk.sync_dir("d")?;
    told.push(format!("{:?}", disk.list("d")?));
    Ok(told)
}

#[test]
fn real_files_and_the_simulation_tell_the_same_story() {
    let directory = tempfile::tempdir().unwrap();
    let real = story(&mut RealDisk::open(directory.path()).unwrap()).unwrap();
    let simulated = story(&mut SimDisk::new()).unwrap();
    assert_eq!(real, simulated);
    assert_eq!(real.len(), 16);
}

#[test]
fn real_files_are_there_when_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut disk = RealDisk::open(directory.path().join("new/root")).unwrap();
    disk.create("f").unwrap();
    disk.write_at("f", 0, b"kept").unwrap();
    disk.sync("f").unwrap();
    disk.sync_dir("").unwrap();
    drop(disk);
    let disk = RealDisk::open(directory.path().join("new/root")).unwrap();
    assert_eq!(disk.read_at("f", 0, 100).unwrap(), b"kept");
}
