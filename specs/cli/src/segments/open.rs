//! Files are opened only if they are files: to open a FIFO would wait for somebody who writes into it.

use std::fs::{self, File, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let kind = fs::metadata(path)?.file_type();
    match kind.is_file() {
        true => File::open(path),
        false => Err(refused(kind)),
    }
}

/// The first entry of a directory that is neither a file nor a directory nor a link to one, and why it is refused.
pub(crate) fn special(directory: &Path) -> io::Result<Option<(PathBuf, io::Error)>> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        // A link that leads nowhere is missing, not special.
        let Ok(found) = fs::metadata(&path) else {
            continue;
        };
        let kind = found.file_type();
        if !kind.is_file() && !kind.is_dir() {
            return Ok(Some((path, refused(kind))));
        }
    }
    Ok(None)
}

fn refused(kind: FileType) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {}, not a file", name(kind)),
    )
}

#[cfg(unix)]
fn name(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "a directory"
    }
}

#[cfg(not(unix))]
fn name(kind: FileType) -> &'static str {
    match kind.is_dir() {
        true => "a directory",
        false => "something else",
    }
}
