//! One owner at a time: the lock on a root directory.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use crate::{DiskError, path};

/// Takes the lock, which lasts as long as the file is held: the system lets go of it when a process dies, however it
/// does. The file stays and says who has it, or had it last.
pub(super) fn take(root: &Path) -> Result<File, DiskError> {
    let at = root.join(path::LOCK);
    let failed = |e: std::io::Error| DiskError::from_io(&at.to_string_lossy(), &e);
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&at)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(DiskError::Locked {
                path: root.to_string_lossy().into_owned(),
                pid: pid(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(failed)?;
    Ok(file)
}

/// Who holds it: none if that process has not written it yet.
fn pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    // The file is anybody's; a pid has at most ten digits.
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
