//! Why a disk operation failed.

use std::io;

/// Why a disk operation failed. The path is relative to the disk's root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    /// There is no file or directory of that name.
    #[error("{path}: not found")]
    NotFound {
        /// What was asked for.
        path: String,
    },
    /// The name is taken.
    #[error("{path}: already exists")]
    AlreadyExists {
        /// What was to be created.
        path: String,
    },
    /// The path is absolute, has an empty, `.` or `..` part, or names the wrong kind of entry.
    #[error("{path:?}: not a usable path here")]
    BadPath {
        /// What was asked for.
        path: String,
    },
    /// A position or length beyond the end of the file: it would leave a hole.
    #[error("{path}: {position} is beyond the end at {length}")]
    BeyondEnd {
        /// The file.
        path: String,
        /// Byte asked for.
        position: u64,
        /// The file's length in bytes.
        length: u64,
    },
    /// ENOSPC: the device is full.
    #[error("{path}: no space left on the device")]
    NoSpace {
        /// The file.
        path: String,
    },
    /// Any other error of the device or the file system, EIO among them.
    #[error("{path}: {reason}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// An earlier sync of this file failed; nothing more is believed about it until the disk is opened anew.
    #[error("{path}: an earlier sync failed")]
    Poisoned {
        /// The file.
        path: String,
    },
    /// The power is off (simulated disk only).
    #[error("power cut")]
    PowerCut,
}

impl DiskError {
    pub(crate) fn from_io(path: &str, error: &io::Error) -> DiskError {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => DiskError::NotFound { path },
            io::ErrorKind::AlreadyExists => DiskError::AlreadyExists { path },
            io::ErrorKind::StorageFull => DiskError::NoSpace { path },
            _ => DiskError::Io {
                path,
                reason: error.to_string(),
            },
        }
    }
}
