//! A storage engine of one's own on the simulated disk: a file that holds one number, replaced on every change.
//!
//! Every disk that a power cut may leave is tried, after every operation. The careless way, writing over the file, is
//! shown to lose what was acknowledged; the careful one is not.
//!
//! `cargo run -p plimsoll-disk --example power_cut`

use plimsoll_disk::{Disk, DiskError, SimDisk};

const FILE: &str = "store/number";
const NEW: &str = "store/number.new";

/// Eight digits, so that smaller sectors can tear them.
fn bytes(number: u32) -> [u8; 8] {
    let mut digits = [0; 8];
    digits.copy_from_slice(format!("{number:08}").as_bytes());
    digits
}

/// What a process that starts on this disk would find; `None` if it is no number.
fn load(disk: &SimDisk) -> Option<u32> {
    let bytes = disk.read_at(FILE, 0, 8).ok()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

/// An operation of the disk.
type Operation = fn(&mut SimDisk, u32) -> Result<(), DiskError>;

const CARELESS: &[Operation] = &[
    |disk, number| disk.write_at(FILE, 0, &bytes(number)),
    |disk, _| disk.sync(FILE),
];

const CAREFUL: &[Operation] = &[
    |disk, _| disk.create(NEW),
    |disk, number| disk.write_at(NEW, 0, &bytes(number)),
    |disk, _| disk.sync(NEW),
    |disk, _| disk.rename(NEW, FILE),
    |disk, _| disk.sync_dir("store"),
];

/// Replaces 11111111 by 22222222; gives the first thing other than these two that a power cut may leave, and how many
/// disks were looked at.
fn worst_case(way: &[Operation]) -> Result<(Option<String>, usize), DiskError> {
    // Sectors of four bytes: half of the number may arrive without the other.
    let mut disk = SimDisk::with_sectors(4);
    disk.create_dir("store")?;
    disk.sync_dir("")?;
    disk.create(FILE)?;
    disk.write_at(FILE, 0, &bytes(11_111_111))?;
    disk.sync(FILE)?;
    disk.sync_dir("store")?;

    let mut looked_at = 0;
    for (done, operation) in way.iter().enumerate() {
        operation(&mut disk, 22_222_222)?;
        let acknowledged = done + 1 == way.len();
        for survivor in disk.survivors() {
            looked_at += 1;
            let found = load(&survivor);
            let right = match found {
                Some(11_111_111) => !acknowledged,
                Some(22_222_222) => true,
                _ => false,
            };
            if !right {
                let operations = done + 1;
                let wrong = format!("after {operations} operations and a power cut: {found:?}");
                return Ok((Some(wrong), looked_at));
            }
        }
    }
    Ok((None, looked_at))
}

fn main() -> Result<(), DiskError> {
    let (careless, looked_at) = worst_case(CARELESS)?;
    let careless = careless.expect("writing over a file is torn");
    println!("written over: {careless} ({looked_at} disks)");
    let (careful, looked_at) = worst_case(CAREFUL)?;
    println!(
        "written beside it and renamed: {looked_at} disks, each has the old number or the new"
    );
    assert_eq!(careful, None);
    Ok(())
}
