//! Whether a broker has locked the data directory. Only the system's list of locks can be asked without taking the lock
//! from a broker that is just starting.

use std::path::Path;

/// The process that holds a lock on the file; none if there is none, or if this system has no such list.
#[cfg(target_os = "linux")]
pub(super) fn by(lock: &Path) -> Option<u32> {
    use std::os::linux::fs::MetadataExt;

    let found = std::fs::metadata(lock).ok().filter(|it| it.is_file())?;
    let inode = found.st_ino();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let named = std::fs::read_to_string(lock).unwrap_or_default();
    holder(&locks, inode, named.trim())
}

/// The process that holds a lock on the file; none, because this system has no list of locks.
#[cfg(not(target_os = "linux"))]
pub(super) fn by(_: &Path) -> Option<u32> {
    None
}

/// A line is `1: FLOCK ADVISORY WRITE 4711 08:01:131 0 EOF`. File systems disagree about the number of the device, so
/// it is the inode that counts; the process that the file names is believed first.
#[cfg(target_os = "linux")]
fn holder(locks: &str, inode: u64, named: &str) -> Option<u32> {
    let holders: Vec<&str> = locks
        .lines()
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>())
        .filter(|words| words.get(3) == Some(&"WRITE"))
        .filter(|words| {
            let place = words.get(5).and_then(|place| place.rsplit(':').next());
            place.and_then(|it| it.parse().ok()) == Some(inode)
        })
        .filter_map(|words| words.get(4).copied())
        .collect();
    let holder = holders
        .iter()
        .find(|pid| **pid == named)
        .or(holders.first());
    holder?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_found_by_the_files_number() {
        let locks = "\
1: POSIX  ADVISORY  READ 11 08:01:131 0 EOF
2: FLOCK  ADVISORY  WRITE 12 00:2f:131 0 EOF
3: POSIX  ADVISORY  WRITE 13 08:01:131 0 EOF
3: -> POSIX  ADVISORY  WRITE 14 08:01:131 0 EOF
4: FLOCK  ADVISORY  WRITE 15 08:01:77 0 EOF";
        assert_eq!(holder(locks, 131, ""), Some(12));
        assert_eq!(holder(locks, 131, "13"), Some(13));
        assert_eq!(holder(locks, 77, "12"), Some(15));
        assert_eq!(holder(locks, 5, "12"), None);
    }
}
